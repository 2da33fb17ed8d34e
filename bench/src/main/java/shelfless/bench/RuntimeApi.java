package shelfless.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Lambda's Runtime API</a>
 * for one execution environment, with what SnapStart adds to it (the call that returns once the
 * snapshot is restored, and the role's credentials). By hand, on a socket: each time stamp is taken
 * right beside the read or write that it is of.
 */
final class RuntimeApi implements AutoCloseable {
  private static final String VERSION = "/2018-06-01/runtime";
  private static final String CREDENTIALS = "/2021-04-23/credentials";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The longest that Lambda has, so that no function leaves work undone for want of time. */
  private static final long TIMEOUT_MILLIS = 900_000;

  private static final int LONGEST_HEAD = 64 * 1024;

  private final ServerSocket socket;
  private final byte[] credentials;
  private final BlockingQueue<byte[]> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final CompletableFuture<Long> ready = new CompletableFuture<>();
  private final CompletableFuture<Long> checkpoint = new CompletableFuture<>();
  private final CompletableFuture<Boolean> restoring = new CompletableFuture<>();
  private final CompletableFuture<Long> restored = new CompletableFuture<>();
  private final AtomicInteger credentialRequests = new AtomicInteger();
  private volatile long sentNanos;

  /**
   * What came back for an event.
   *
   * @param sentNanos when the event went out, by {@link System#nanoTime}
   * @param receivedNanos when the last byte of the answer was here
   * @param failed whether the runtime reported an error instead of an answer
   */
  record Answer(long sentNanos, long receivedNanos, boolean failed, byte[] body) {
    double milliseconds() {
      return (receivedNanos - sentNanos) / 1e6;
    }
  }

  private record Request(String method, String path, byte[] body) {}

  /**
   * @param accessKeyId what a restored environment signs with, which has no credentials in its
   *     variables
   * @param credentialsEnd until when it may
   */
  RuntimeApi(String accessKeyId, String secretAccessKey, Instant credentialsEnd)
      throws IOException {
    this.socket = new ServerSocket(0, 8, InetAddress.getByName("127.0.0.1"));
    this.credentials =
        """
        {"AccessKeyId": "%s", "SecretAccessKey": "%s", "Expiration": "%s"}
        """
            .formatted(accessKeyId, secretAccessKey, credentialsEnd)
            .getBytes(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("runtime-api").start(this::accept);
  }

  /** The value of {@code AWS_LAMBDA_RUNTIME_API}. */
  String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** The value of {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}. */
  String credentialsUri() {
    return "http://" + address() + CREDENTIALS;
  }

  /** How often the environment asked for credentials. */
  int credentialRequests() {
    return credentialRequests.get();
  }

  /** Has the event ready for when the runtime asks for it. */
  void send(byte[] event) {
    events.add(event);
  }

  /** Waits for the answer to the event that was sent. */
  Answer answer() throws InterruptedException {
    Answer answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (answer == null) {
      throw new BenchException("no answer within " + PATIENCE.toSeconds() + " s");
    }
    if (answer.failed) {
      throw new BenchException(
          "the runtime reports: " + new String(answer.body, StandardCharsets.UTF_8));
    }
    return answer;
  }

  /** When the runtime asked for its first event. */
  long readyNanos() throws InterruptedException {
    return await(ready);
  }

  /** Waits until all hooks before the checkpoint have run; when that was. */
  long checkpointNanos() throws InterruptedException {
    return await(checkpoint);
  }

  /** Lets the environment go on as if it had been restored; when it was told so. */
  long restore() throws InterruptedException {
    restoring.complete(true);
    return await(restored);
  }

  /** To be told when the process is no more, so that nobody waits for it. */
  void processEnded() {
    answers.add(new Answer(0, 0, true, "the process ended".getBytes(StandardCharsets.UTF_8)));
  }

  private long await(CompletableFuture<Long> moment) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return moment.get(20, TimeUnit.MILLISECONDS);
      } catch (TimeoutException notYet) {
        Answer answer = answers.peek();
        if (answer != null && answer.failed) {
          throw new BenchException(
              "the runtime reports: " + new String(answer.body, StandardCharsets.UTF_8), notYet);
        }
        if (System.nanoTime() > end) {
          throw new BenchException("nothing came within " + PATIENCE.toSeconds() + " s", notYet);
        }
      } catch (ExecutionException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        connection.setTcpNoDelay(true);
        Thread.ofPlatform().daemon().name("runtime-api").start(() -> serve(connection));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      OutputStream out = connection.getOutputStream();
      while (true) {
        Request request = read(in);
        long now = System.nanoTime();
        answer(request, now, out);
      }
    } catch (IOException gone) {
      // The environment has ended.
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(Request request, long now, OutputStream out)
      throws IOException, InterruptedException {
    String path = request.path;
    if (path.equals(VERSION + "/invocation/next")) {
      ready.complete(now);
      byte[] event = events.take();
      byte[] response =
          response(
              "200 OK",
              """
              Content-Type: application/json
              Lambda-Runtime-Aws-Request-Id: %s
              Lambda-Runtime-Deadline-Ms: %d
              Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:000000000000:function:measured
              """
                  .formatted(UUID.randomUUID(), System.currentTimeMillis() + TIMEOUT_MILLIS),
              event);
      sentNanos = System.nanoTime();
      out.write(response);
    } else if (path.equals(VERSION + "/restore/next")) {
      checkpoint.complete(now);
      restoring.join();
      byte[] response = response("200 OK", "Content-Type: application/json\n", new byte[0]);
      long told = System.nanoTime();
      out.write(response);
      restored.complete(told);
    } else if (path.equals(CREDENTIALS)) {
      credentialRequests.incrementAndGet();
      out.write(response("200 OK", "Content-Type: application/json\n", credentials));
    } else if (request.method.equals("POST") && path.startsWith(VERSION)) {
      answers.add(new Answer(sentNanos, now, path.endsWith("/error"), request.body));
      out.write(
          response(
              "202 Accepted",
              "Content-Type: application/json\n",
              "{\"status\":\"OK\"}\n".getBytes(StandardCharsets.UTF_8)));
    } else {
      out.write(response("404 Not Found", "", new byte[0]));
    }
  }

  private static byte[] response(String status, String headers, byte[] body) {
    byte[] head =
        ("HTTP/1.1 " + status + "\n" + headers + "Content-Length: " + body.length + "\n\n")
            .replace("\n", "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] whole = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    return whole;
  }

  private static Request read(InputStream in) throws IOException {
    String[] start = line(in).split(" ", 3);
    if (start.length < 3) {
      throw new IOException("This is no HTTP.");
    }
    int length = 0;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
      }
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException();
    }
    return new Request(start[0], start[1], body);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int each = in.read(); each != '\n'; each = in.read()) {
      if (each < 0 || line.size() > LONGEST_HEAD) {
        throw new EOFException();
      }
      line.write(each);
    }
    return line.toString(StandardCharsets.US_ASCII).strip();
  }

  @Override
  public void close() throws IOException {
    restoring.complete(false);
    socket.close();
  }
}
