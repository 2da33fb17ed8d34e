package shelfless.aws;

import java.time.Duration;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;

/** What the SDK's clients of AWS have in common: credentials, region, endpoint and time-outs. */
final class AwsClients {
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
      B builder, AwsSettings aws, String service, Duration total) {
    aws.endpoint(service).ifPresent(builder::endpointOverride);
    return builder
        .overrideConfiguration(configuration -> configuration.apiCallTimeout(total))
        .region(Region.of(aws.region()))
        .credentialsProvider(aws.credentials())
        .httpClient(
            UrlConnectionHttpClient.builder()
                .connectionTimeout(TO_CONNECT)
                .socketTimeout(TO_ANSWER)
                .build());
  }
}
