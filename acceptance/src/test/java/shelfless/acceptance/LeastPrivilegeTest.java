package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import shelfless.local.template.Template.Grant;

/**
 * Runs last: a function's role allows what the function did in all the shops that ran, and nothing
 * else.
 */
@Order(Integer.MAX_VALUE)
final class LeastPrivilegeTest {
  private final Grants grants = Grants.of(ShopProcess.project().resolve("template.yaml"));
  private final Set<AwsCall> calls = calls();

  private static Set<AwsCall> calls() {
    Set<AwsCall> calls = new LinkedHashSet<>();
    for (Path data : ShopProcess.folders()) {
      Path noted = data.resolve("log/aws-calls.jsonl");
      if (Files.exists(noted)) {
        try {
          Files.readAllLines(noted).forEach(line -> calls.add(AwsCall.parse(line)));
        } catch (IOException failed) {
          throw new UncheckedIOException(failed);
        }
      }
    }
    return calls;
  }

  @Test
  void noFunctionDidWhatItsRoleDoesNotAllow() {
    assertEquals(Set.of(), grants.missing(calls));
  }

  @Test
  void noRoleAllowsWhatItsFunctionDidNotDo() throws IOException {
    assumeTrue(SharedShop.wasUsedByAll(), "only some tests ran");
    String table = grants.table(Template.read().functions().keySet(), calls);
    System.out.print(table);
    Files.writeString(
        ShopProcess.project().resolve("acceptance/target/functions-calls-grants.txt"), table);
    assertEquals(Set.of(), grants.usableHere().unused(calls));
  }

  /** No two grants stand for each other, and the comparison sees each one. */
  @Test
  void anyGrantThatIsTakenAwayIsMissed() {
    assumeTrue(SharedShop.wasUsedByAll(), "only some tests ran");
    List<Grant> notMissed = new ArrayList<>();
    for (Grant grant : grants.usableHere().all()) {
      if (grants.without(grant).missing(calls).isEmpty()) {
        notMissed.add(grant);
      }
    }
    assertEquals(List.of(), notMissed);
  }
}
