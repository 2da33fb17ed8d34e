package shelfless.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import shelfless.json.Json;
import shelfless.runtime.CallTime;
import shelfless.runtime.IdGenerator;

/**
 * Secrets of AWS Secrets Manager, kept for five minutes, so that a rotation reaches every
 * environment by itself.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html">its
 *     operations</a>
 */
public final class AwsSecrets implements Secrets {
  private static final Duration KEPT = Duration.ofMinutes(5);
  private static final AwsJson.Api API =
      new AwsJson.Api(
          "The store of the shop's keys",
          "secretsmanager",
          "SECRETS_MANAGER",
          "secretsmanager",
          "1.1",
          Duration.ofMillis(1_500),
          Duration.ofSeconds(3),
          CallTime.FOR_ANOTHER_SERVICE);

  private final AwsSettings aws;
  private final Clock clock;
  private final IdGenerator ids;
  private final AwsJson api;
  private final Map<String, Held> held = new HashMap<>();

  public AwsSecrets(AwsSettings aws, Clock clock, IdGenerator ids) {
    this.aws = aws;
    this.clock = clock;
    this.ids = ids;
    this.api = new AwsJson(API, aws, clock);
  }

  private record Held(String value, Instant until) {}

  @Override
  public String read(String setting) {
    Held known = held.get(setting);
    if (known != null && known.until.isAfter(clock.instant())) {
      return known.value;
    }
    String value = get(setting);
    held.put(setting, new Held(value, clock.instant().plus(KEPT)));
    return value;
  }

  @Override
  public Optional<String> find(String setting) {
    try {
      return Optional.of(get(setting));
    } catch (AwsJson.Refused refused) {
      if (refused.code().equals("ResourceNotFoundException")) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  private String get(String setting) {
    return api.call("GetSecretValue", Json.object().put("SecretId", aws.required(setting)))
        .required("SecretString")
        .asText();
  }

  @Override
  public void write(String setting, String value) {
    api.call(
        "PutSecretValue",
        Json.object()
            .put("SecretId", aws.required(setting))
            .put("SecretString", value)
            // By which an attempt that was made twice is known.
            .put("ClientRequestToken", ids.next().toString()));
    held.remove(setting);
  }
}
