package shelfless.local.aws;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import shelfless.local.WebExchange;
import shelfless.local.WebServer;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * CloudFront's part: serves the files of the bucket to who has a signed URL, whole or by range,
 * without holding them in memory.
 */
public final class DownloadEdge implements WebServer.Handler {
  private final S3Client s3;
  private final String bucket;
  private final SignedUrls signedUrls;

  /**
   * Serves this bucket.
   *
   * @param secrets holds the key that downloads are signed with
   * @param clock the shop's clock, by which signatures end
   * @param base where it is reached: what signed URLs begin with
   */
  public DownloadEdge(S3Client s3, String bucket, LocalSecrets secrets, Clock clock, URI base) {
    this.s3 = s3;
    this.bucket = bucket;
    this.signedUrls = new SignedUrls(secrets, clock, base);
  }

  @Override
  public void handle(WebExchange exchange) throws IOException {
    exchange.with("X-Cache", "Miss from local edge");
    if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
      refuse(exchange, 403, "AccessDenied", "Only GET and HEAD are allowed here.");
      return;
    }
    Optional<SignedUrls.Refusal> refusal =
        signedUrls.check(
            exchange.rawPath(), exchange.rawQuery(), exchange.peer().getAddress().getHostAddress());
    if (refusal.isPresent()) {
      refuse(exchange, 403, refusal.get().code(), refusal.get().message());
      return;
    }
    String key =
        URLDecoder.decode(
            exchange.rawPath().substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
    try {
      serve(exchange, key);
    } catch (S3Exception failed) {
      refuse(exchange, failed);
    } catch (SdkException unreachable) {
      refuse(exchange, 504, "GatewayTimeout", "The origin is out of reach.");
    }
  }

  private void serve(WebExchange exchange, String key) throws IOException {
    HeadObjectResponse object = s3.headObject(request -> request.bucket(bucket).key(key));
    String ifNoneMatch = exchange.header("If-None-Match");
    if (ifNoneMatch != null && (ifNoneMatch.equals("*") || ifNoneMatch.contains(object.eTag()))) {
      exchange.with("ETag", object.eTag()).send(304, new byte[0]);
      return;
    }
    Map<String, String> query = exchange.query();
    String type = query.get("response-content-type");
    exchange.with("Content-Type", type != null ? type : object.contentType());
    String disposition = query.get("response-content-disposition");
    if (disposition != null) {
      exchange.with("Content-Disposition", disposition);
    }
    exchange.with("ETag", object.eTag());
    exchange.with("Accept-Ranges", "bytes");
    if (object.lastModified() != null) {
      exchange.with(
          "Last-Modified",
          DateTimeFormatter.RFC_1123_DATE_TIME.format(
              ZonedDateTime.ofInstant(object.lastModified(), ZoneOffset.UTC)));
    }
    long size = object.contentLength();
    Range range = Range.of(exchange.header("Range"), exchange.header("If-Range"), object, size);
    if (range == Range.UNSATISFIABLE) {
      exchange
          .with("Content-Range", "bytes */" + size)
          .send(416, xml("InvalidRange", "The requested range is not satisfiable"));
      return;
    }
    boolean whole = range.first == 0 && range.last == size - 1 && range.implied;
    if (!whole) {
      exchange.with("Content-Range", "bytes " + range.first + "-" + range.last + "/" + size);
    }
    int status = whole ? 200 : 206;
    long length = range.last - range.first + 1;
    if (exchange.method().equals("HEAD") || length == 0) {
      exchange.send(status, length, InputStream.nullInputStream());
      return;
    }
    GetObjectRequest.Builder request =
        GetObjectRequest.builder().bucket(bucket).key(key).ifMatch(object.eTag());
    if (!whole) {
      request.range("bytes=" + range.first + "-" + range.last);
    }
    ResponseInputStream<GetObjectResponse> body = s3.getObject(request.build());
    boolean complete = false;
    try {
      exchange.send(status, length, body);
      complete = true;
    } finally {
      if (complete) {
        body.close();
      } else {
        // The viewer is gone: reading the rest only to end the stream would take long.
        body.abort();
      }
    }
  }

  /** The bytes asked for, both ends included. */
  private record Range(long first, long last, boolean implied) {
    static final Range UNSATISFIABLE = new Range(-1, -1, false);

    static Range of(
        @Nullable String header, @Nullable String ifRange, HeadObjectResponse object, long size) {
      Range whole = new Range(0, size - 1, true);
      if (header == null || (ifRange != null && !ifRange.equals(object.eTag()))) {
        return whole;
      }
      Matcher matcher = Pattern.compile("bytes=(\\d*)-(\\d*)").matcher(header.strip());
      // Several ranges at once, and other units, are answered with the whole object.
      if (!matcher.matches() || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
        return whole;
      }
      try {
        if (matcher.group(1).isEmpty()) {
          long count = Math.min(size, Long.parseLong(matcher.group(2)));
          return count == 0 ? UNSATISFIABLE : new Range(size - count, size - 1, false);
        }
        long first = Long.parseLong(matcher.group(1));
        long last =
            matcher.group(2).isEmpty()
                ? size - 1
                : Math.min(size - 1, Long.parseLong(matcher.group(2)));
        if (!matcher.group(2).isEmpty() && Long.parseLong(matcher.group(2)) < first) {
          return whole;
        }
        return first >= size ? UNSATISFIABLE : new Range(first, last, false);
      } catch (NumberFormatException tooLong) {
        return UNSATISFIABLE;
      }
    }
  }

  private static void refuse(WebExchange exchange, S3Exception failed) throws IOException {
    // Without the right to list, S3 does not tell what is missing from what is forbidden.
    boolean hidden = failed.statusCode() == 404 || failed.statusCode() == 403;
    refuse(
        exchange,
        hidden ? 403 : failed.statusCode(),
        hidden ? "AccessDenied" : "OriginError",
        hidden ? "Access Denied" : "The origin answered " + failed.statusCode());
  }

  private static void refuse(WebExchange exchange, int status, String code, String message)
      throws IOException {
    exchange.with("Content-Type", "text/xml").send(status, xml(code, message));
  }

  private static byte[] xml(String code, String message) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
        .formatted(code, message)
        .getBytes(StandardCharsets.UTF_8);
  }
}
