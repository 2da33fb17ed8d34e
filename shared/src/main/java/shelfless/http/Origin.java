package shelfless.http;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import shelfless.runtime.Settings;
import shelfless.security.Tokens;

/**
 * Lets in what came through CloudFront, which shows a secret header: the API's own address is open
 * to everybody, and would lead past the web ACL. The settings hold SHA-256 of what is valid, now
 * and before the last rotation; without any, nothing is asked for.
 */
final class Origin {
  private final List<byte[]> valid;

  Origin(Settings settings) {
    this.valid =
        settings
            .optional("ORIGIN_HASHES")
            .map(
                hashes ->
                    Arrays.stream(hashes.split(" ", -1)).map(HexFormat.of()::parseHex).toList())
            .orElse(List.of());
  }

  /** Throws a 403 when the request came by another way. */
  void check(HttpRequest request) {
    if (valid.isEmpty()) {
      return;
    }
    byte[] shown = Tokens.hash(request.header("x-origin-secret").orElse(""));
    for (byte[] hash : valid) {
      if (MessageDigest.isEqual(hash, shown)) {
        return;
      }
    }
    throw Problem.of(403, null, "The shop is not reached by this address.");
  }
}
