package shelfless.local;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/** One request and its answer. Used by one thread. */
public final class WebExchange {
  /** The request's body has more bytes than the reader takes. */
  public static final class BodyTooLarge extends IOException {
    BodyTooLarge(int most) {
      super("The body has more than " + most + " bytes.");
    }
  }

  private final Request request;
  private final Response response;
  private final @Nullable String path;
  private final byte @Nullable [] read;

  WebExchange(Request request, Response response) {
    this(request, response, null, null);
  }

  private WebExchange(
      Request request, Response response, @Nullable String path, byte @Nullable [] read) {
    this.request = request;
    this.response = response;
    this.path = path;
    this.read = read;
  }

  /** The same exchange for a handler behind this one, to which the path says something else. */
  public WebExchange handedOn(String rawPath, byte[] body) {
    return new WebExchange(request, response, rawPath, body);
  }

  public String method() {
    return request.getMethod();
  }

  /** The path as it was sent, with its percent signs. */
  public String rawPath() {
    String sent = path == null ? request.getHttpURI().getPath() : path;
    return sent == null || sent.isEmpty() ? "/" : sent;
  }

  /** What follows the question mark, as it was sent; empty when there is nothing. */
  public String rawQuery() {
    String query = request.getHttpURI().getQuery();
    return query == null ? "" : query;
  }

  /**
   * The parameters of the query, decoded, in their order; of several with one name the last.
   *
   * @throws IllegalArgumentException when a percent sign is malformed
   */
  public Map<String, String> query() {
    return form(rawQuery());
  }

  /** Parameters in the form of a query or of an HTML form, as {@link #query()}. */
  public static Map<String, String> form(String encoded) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : encoded.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        parameters.put(
            URLDecoder.decode(name, StandardCharsets.UTF_8),
            URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    return parameters;
  }

  /** The request's headers, in their order, a name as often as it was sent. */
  public List<Map.Entry<String, String>> headers() {
    return request.getHeaders().stream()
        .map(field -> Map.entry(field.getName(), field.getValue() == null ? "" : field.getValue()))
        .toList();
  }

  /** The first value of a request's header, or null. */
  public @Nullable String header(String name) {
    return request.getHeaders().get(name);
  }

  /** Who sent the request. */
  public InetSocketAddress peer() {
    return (InetSocketAddress) request.getConnectionMetaData().getRemoteSocketAddress();
  }

  /** The number of bytes that the request says its body has, or -1. */
  public long bodyLength() {
    return read == null ? request.getLength() : read.length;
  }

  /** The request's body, to be read once. */
  public InputStream body() {
    return read == null ? Content.Source.asInputStream(request) : new ByteArrayInputStream(read);
  }

  /**
   * The whole body.
   *
   * @throws BodyTooLarge when it has more bytes than {@code most}
   */
  public byte[] body(int most) throws IOException {
    if (bodyLength() > most) {
      throw new BodyTooLarge(most);
    }
    try (InputStream in = body()) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new BodyTooLarge(most);
      }
      return bytes;
    }
  }

  /** Adds a header to the answer; returns this. */
  public WebExchange with(String name, String value) {
    response.getHeaders().add(new HttpField(name, value));
    return this;
  }

  /** Answers with these bytes (none for a HEAD request, whose headers tell of them). */
  public void send(int status, byte[] body) throws IOException {
    send(status, body.length, new ByteArrayInputStream(body));
  }

  /** Answers with text in UTF-8. */
  public void send(int status, String contentType, String body) throws IOException {
    with("Content-Type", contentType).send(status, body.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Answers with what the stream gives, without holding it in memory.
   *
   * @param length the number of bytes that come, or -1 when it is not known
   */
  public void send(int status, long length, InputStream body) throws IOException {
    response.setStatus(status);
    if (length >= 0 && status != 204 && status != 304) {
      response.getHeaders().put("Content-Length", length);
    }
    try (OutputStream out = Content.Sink.asOutputStream(response)) {
      if (!method().equals("HEAD")) {
        body.transferTo(out);
      }
    }
  }

  /** Closes the connection without an answer, as a network that fails does. */
  public void drop() throws IOException {
    request.getConnectionMetaData().getConnection().getEndPoint().close();
    throw new IOException("The answer is lost, as asked for");
  }
}
