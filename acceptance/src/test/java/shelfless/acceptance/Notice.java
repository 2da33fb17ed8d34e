package shelfless.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Webhooks as the provider, or somebody who would like to be it, sends them. */
final class Notice {
  /** An event that is about nothing of the shop's. */
  static final String OF_NOTHING =
      Json.of(
              "id",
              "evt_forged",
              "type",
              "checkout.session.completed",
              "created",
              1,
              "data",
              Json.of("object", Json.of("id", "cs_1")))
          .toString();

  private final Shop shop;

  Notice(Shop shop) {
    this.shop = shop;
  }

  /** Sends it as the provider signs it now. */
  Answer send(String body) {
    return send(body, signature(shop.now().getEpochSecond(), body, secret()));
  }

  /** Sends it with that signature; an empty one is left out. */
  Answer send(String body, String signature) {
    Call call = shop.post("/webhooks/stripe").body("application/json", body);
    return (signature.isEmpty() ? call : call.header("Stripe-Signature", signature)).send();
  }

  /** What the provider signs with: in the data folder, as a secret of the local runtime. */
  String secret() {
    try {
      JsonNode secrets = Json.parse(Files.readString(shop.data().resolve("secrets.json")));
      Matcher secret = Pattern.compile("whsec_[A-Za-z0-9_]+").matcher(secrets.toString());
      if (secret.find()) {
        return secret.group();
      }
      throw new IllegalStateException("The data folder has no secret of the webhooks");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static String signature(long time, String body, String secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] signed = mac.doFinal((time + "." + body).getBytes(StandardCharsets.UTF_8));
      return "t=" + time + ",v1=" + HexFormat.of().formatHex(signed);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
