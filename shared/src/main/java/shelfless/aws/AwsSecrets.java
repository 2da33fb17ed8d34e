package shelfless.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shelfless.runtime.Settings;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

/**
 * Secrets of AWS Secrets Manager, kept for five minutes, so that a rotation reaches every
 * environment by itself.
 */
public final class AwsSecrets implements Secrets {
  private static final Duration KEPT = Duration.ofMinutes(5);

  private final Settings settings;
  private final Clock clock;
  private final Map<String, Held> held = new HashMap<>();
  private @Nullable SecretsManagerClient client;

  public AwsSecrets(Settings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  private record Held(String value, Instant until) {}

  @Override
  public String read(String setting) {
    Held known = held.get(setting);
    if (known != null && known.until.isAfter(clock.instant())) {
      return known.value;
    }
    String id = settings.required(setting);
    String value = client().getSecretValue(request -> request.secretId(id)).secretString();
    held.put(setting, new Held(value, clock.instant().plus(KEPT)));
    return value;
  }

  @Override
  public Optional<String> find(String setting) {
    String id = settings.required(setting);
    try {
      return Optional.ofNullable(
          client().getSecretValue(request -> request.secretId(id)).secretString());
    } catch (ResourceNotFoundException noValue) {
      return Optional.empty();
    }
  }

  @Override
  public void write(String setting, String value) {
    String id = settings.required(setting);
    client().putSecretValue(request -> request.secretId(id).secretString(value));
    held.remove(setting);
  }

  private SecretsManagerClient client() {
    SecretsManagerClient ready = client;
    if (ready == null) {
      ready =
          AwsClients.configure(
                  SecretsManagerClient.builder(),
                  settings,
                  "SECRETS_MANAGER",
                  AwsClients.FOR_A_CALLER)
              .build();
      client = ready;
    }
    return ready;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }
}
