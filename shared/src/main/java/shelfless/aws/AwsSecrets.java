package shelfless.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import shelfless.json.Json;
import shelfless.runtime.CallTime;
import shelfless.runtime.IdGenerator;

/**
 * Secrets of AWS Secrets Manager, kept for five minutes, so that a rotation reaches every
 * environment by itself. Not for several threads.
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
  private final Map<String, CompletableFuture<Held>> coming = new HashMap<>();

  public AwsSecrets(AwsSettings aws, Clock clock, IdGenerator ids) {
    this.aws = aws;
    this.clock = clock;
    this.ids = ids;
    this.api = new AwsJson(API, aws, clock);
  }

  private record Held(String value, Instant until) {}

  @Override
  public String read(String setting) {
    CompletableFuture<Held> ahead = coming.remove(setting);
    // One that failed before may be long ago; one that fails now took the time of this call.
    if (ahead != null && !ahead.isCompletedExceptionally()) {
      try {
        held.put(setting, ahead.join());
      } catch (CompletionException failed) {
        throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
      }
    }
    Held known = held.get(setting);
    if (known == null || !known.until.isAfter(clock.instant())) {
      known = fetch(setting);
      held.put(setting, known);
    }
    return known.value;
  }

  /** One after another, since a connection that is open serves the next. */
  @Override
  public void readAhead(Set<String> settings) {
    settings.forEach(setting -> coming.put(setting, new CompletableFuture<>()));
    Map<String, CompletableFuture<Held>> wanted = Map.copyOf(coming);
    Thread.ofPlatform()
        .daemon()
        .name("secrets")
        .start(
            () ->
                wanted.forEach(
                    (setting, future) -> {
                      try {
                        future.complete(fetch(setting));
                      } catch (RuntimeException | Error failed) {
                        future.completeExceptionally(failed);
                      }
                    }));
  }

  /** The settings of those that were read. */
  public Set<String> read() {
    return Set.copyOf(held.keySet());
  }

  private Held fetch(String setting) {
    return new Held(get(setting), clock.instant().plus(KEPT));
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
    coming.remove(setting);
  }
}
