package shelfless.aws;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import shelfless.data.SignIn;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/**
 * Signs in to Aurora or RDS Proxy as the function's own role: the password is a token, an address
 * signed for {@code rds-db:connect}, that opens connections for a quarter of an hour. Made with the
 * SDK's signer alone; the client for RDS would come with all of RDS.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 */
public final class IamSignIn implements SignIn {
  private static final Duration VALID = Duration.ofMinutes(15);

  private final AwsSettings aws;
  private final Clock clock;

  public IamSignIn(AwsSettings aws, Clock clock) {
    this.aws = aws;
    this.clock = clock;
  }

  @Override
  public Optional<String> password(URI server, String user) {
    SdkHttpRequest connect =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.GET)
            .protocol("https")
            .host(server.getHost())
            .port(server.getPort())
            .encodedPath("/")
            .putRawQueryParameter("Action", "connect")
            .putRawQueryParameter("DBUser", user)
            .build();
    URI signed =
        AwsV4HttpSigner.create()
            .sign(
                request ->
                    request
                        .identity(aws.credentials().resolveCredentials())
                        .request(connect)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "rds-db")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, aws.region())
                        .putProperty(AwsV4HttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, VALID)
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock))
            .request()
            .getUri();
    return Optional.of(signed.toString().substring("https://".length()));
  }
}
