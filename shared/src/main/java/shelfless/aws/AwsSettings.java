package shelfless.aws;

import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import shelfless.runtime.Settings;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;

/** Who calls AWS, where it is, and what there is the shop's, from the settings alone. */
public final class AwsSettings {
  private final Settings settings;
  private final boolean keepsConnections;
  private @Nullable AwsCredentialsProvider credentials;

  /**
   * @param keepsConnections whether a connection may serve a later call
   */
  public AwsSettings(Settings settings, boolean keepsConnections) {
    this.settings = settings;
    this.keepsConnections = keepsConnections;
  }

  boolean keepsConnections() {
    return keepsConnections;
  }

  /** The name or address of something; an {@link IllegalStateException} when it is not set. */
  String required(String name) {
    return settings.required(name);
  }

  String region() {
    return settings.required("AWS_REGION");
  }

  /** Where a service is when it is not AWS's own: {@code AWS_ENDPOINT_URL}, or for this service. */
  Optional<URI> endpoint(String service) {
    return settings
        .optional("AWS_ENDPOINT_URL_" + service)
        .or(() -> settings.optional("AWS_ENDPOINT_URL"))
        .map(URI::create);
  }

  /**
   * Lambda puts the role's credentials into the environment; under SnapStart it serves them from
   * its endpoint. One provider for all that signs, since it keeps what it was given while that is
   * valid. For several threads.
   */
  synchronized AwsCredentialsProvider credentials() {
    AwsCredentialsProvider ready = credentials;
    if (ready == null) {
      ready = provider();
      credentials = ready;
    }
    return ready;
  }

  private AwsCredentialsProvider provider() {
    String id = settings.optional("AWS_ACCESS_KEY_ID").orElse(null);
    if (id == null) {
      return ContainerCredentialsProvider.builder().build();
    }
    String secret = settings.required("AWS_SECRET_ACCESS_KEY");
    String token = settings.optional("AWS_SESSION_TOKEN").orElse(null);
    AwsCredentials role =
        token == null
            ? AwsBasicCredentials.create(id, secret)
            : AwsSessionCredentials.create(id, secret, token);
    return () -> role;
  }
}
