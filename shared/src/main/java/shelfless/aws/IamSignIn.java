package shelfless.aws;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import shelfless.data.SignIn;

/**
 * Signs in to Aurora or RDS Proxy as the function's own role: the password is a token, an address
 * signed for {@code rds-db:connect}, that opens connections for a quarter of an hour.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 */
public final class IamSignIn implements SignIn {
  private static final Duration VALID = Duration.ofMinutes(15);

  private final AwsSettings aws;
  private final SignatureV4 signature;
  private final Clock clock;

  public IamSignIn(AwsSettings aws, Clock clock) {
    this.aws = aws;
    this.signature = new SignatureV4(aws.region(), "rds-db");
    this.clock = clock;
  }

  @Override
  public Optional<String> password(URI server, String user) {
    String host = server.getRawAuthority();
    return Optional.of(
        host
            + "/?"
            + signature.get(
                aws.credentials().resolveCredentials(),
                host,
                Map.of("Action", "connect", "DBUser", user),
                VALID,
                clock.instant()));
  }
}
