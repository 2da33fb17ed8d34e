package shelfless.aws;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import shelfless.runtime.CallTime;
import shelfless.runtime.Settings;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;

/**
 * What all clients of AWS have in common: credentials, region, endpoint and time-outs, from the
 * settings alone.
 */
final class AwsClients {
  /** For a service whose answer a caller may wait for: as much as leaves time to finish. */
  static final Duration FOR_A_CALLER = CallTime.FOR_A_CALLER.minus(CallTime.TO_FINISH);

  private static final Duration TO_CONNECT = Duration.ofSeconds(2);
  private static final Duration TO_ANSWER = Duration.ofSeconds(6);

  private AwsClients() {}

  /**
   * Readies a client's builder.
   *
   * @param service the suffix of {@code AWS_ENDPOINT_URL_...}
   * @param total what a call may take, all its tries together
   */
  static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> B configure(
      B builder, Settings settings, String service, Duration total) {
    endpoint(settings, service).ifPresent(builder::endpointOverride);
    return builder
        .overrideConfiguration(configuration -> configuration.apiCallTimeout(total))
        .region(region(settings))
        .credentialsProvider(credentials(settings))
        .httpClient(
            UrlConnectionHttpClient.builder()
                .connectionTimeout(TO_CONNECT)
                .socketTimeout(TO_ANSWER)
                .build());
  }

  static Optional<URI> endpoint(Settings settings, String service) {
    return settings
        .optional("AWS_ENDPOINT_URL_" + service)
        .or(() -> settings.optional("AWS_ENDPOINT_URL"))
        .map(URI::create);
  }

  static Region region(Settings settings) {
    return Region.of(settings.required("AWS_REGION"));
  }

  /**
   * Lambda puts the role's credentials into the environment; under SnapStart it serves them from
   * its endpoint.
   */
  static AwsCredentialsProvider credentials(Settings settings) {
    String id = settings.optional("AWS_ACCESS_KEY_ID").orElse(null);
    if (id == null) {
      return ContainerCredentialsProvider.builder().build();
    }
    String secret = settings.required("AWS_SECRET_ACCESS_KEY");
    return StaticCredentialsProvider.create(
        settings
            .optional("AWS_SESSION_TOKEN")
            .<software.amazon.awssdk.auth.credentials.AwsCredentials>map(
                token -> AwsSessionCredentials.create(id, secret, token))
            .orElseGet(() -> AwsBasicCredentials.create(id, secret)));
  }
}
