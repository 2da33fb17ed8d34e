package shelfless.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import shelfless.data.SignIn;
import shelfless.runtime.Environment;
import shelfless.runtime.IdGenerator;
import shelfless.runtime.Settings;

class IamSignInTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-22T22:07:40Z"), ZoneOffset.UTC);

  /** What AWS's own client for Python made of the same role, address and second. */
  private static final String EXPECTED =
      "shop.cluster-abc.eu-central-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app"
          + "&X-Amz-Algorithm=AWS4-HMAC-SHA256"
          + "&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Feu-central-1%2Frds-db%2Faws4_request"
          + "&X-Amz-Date=20261122T220740Z&X-Amz-SignedHeaders=host&X-Amz-Expires=900"
          + "&X-Amz-Security-Token=a%20session%2Ftoken%2B"
          + "&X-Amz-Signature=209c35191db004581f6bd01e57e4a9f76c01627da4d3ae7007e91760a44ded5f";

  @Test
  void theTokenIsTheOneThatAwsWouldMake() {
    Settings settings =
        new Settings(
            Map.of(
                "AWS_REGION",
                "eu-central-1",
                "AWS_ACCESS_KEY_ID",
                "AKIDEXAMPLE",
                "AWS_SECRET_ACCESS_KEY",
                "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                "AWS_SESSION_TOKEN",
                "a session/token+"));
    SignIn signIn = new IamSignIn(new AwsSettings(settings, true), CLOCK);

    String token =
        signIn
            .password(
                URI.create(
                    "postgresql://shop.cluster-abc.eu-central-1.rds.amazonaws.com:5432/shelfless?sslmode=verify-full"),
                "app")
            .orElseThrow();

    assertEquals(parts(EXPECTED), parts(token));
  }

  /** The order of the parameters says nothing: the signature is over their sorted form. */
  private static Set<String> parts(String token) {
    return new TreeSet<>(Arrays.asList(token.split("[?&]", -1)));
  }

  @Test
  void aWayToSignInThatNobodyKnowsIsNamed() {
    Map<String, String> settings =
        Map.of("DATABASE_SIGN_IN", "password", "DATABASE_URL", "jdbc:postgresql://x/y");
    try (Environment environment = new Environment(settings, CLOCK, IdGenerator.secure(CLOCK))) {
      IllegalStateException refused =
          assertThrows(IllegalStateException.class, environment::database);
      assertEquals(
          "DATABASE_SIGN_IN must be 'iam' or 'as-the-address-says', not 'password'.",
          refused.getMessage());
    }
  }
}
