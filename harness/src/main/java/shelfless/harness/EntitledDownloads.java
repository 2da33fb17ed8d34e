package shelfless.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import shelfless.json.Json;
import shelfless.testing.DatabaseProxy;
import shelfless.testing.HttpCall;

/**
 * Downloads that buyers are entitled to, while one transaction in twenty loses its connection to
 * the database at some statement, before or after the server has done it. A buyer who gets no link
 * tries again once; whoever then has none is counted.
 */
final class EntitledDownloads {
  private static final double SHARE_THAT_FAILS = 0.05;
  private static final int UNITS = 100;

  private final Report report;
  private final Random random;

  EntitledDownloads(Report report, Random random) {
    this.report = report;
    this.random = random;
  }

  /**
   * What came of it.
   *
   * @param cuts how many connections were cut
   * @param again how many links came at the second try only
   * @param without how many buyers have none
   */
  record Outcome(int wanted, int cuts, int again, int without) {}

  /** So many downloads, one after the other. */
  Outcome run(int wanted) {
    try (World world = new World()) {
      List<JsonNode> entitlements = sell(world);
      try (DatabaseProxy proxy = DatabaseProxy.start(world::databasePort);
          World.Process process = world.processVia(proxy.port())) {
        proxy.cutSome(SHARE_THAT_FAILS, random);
        int again = 0;
        int without = 0;
        for (int i = 0; i < wanted; i++) {
          if (i % UNITS == 0) {
            // So that each is a download of its own, and within the limit of a minute.
            world.clock.advance(Duration.ofMinutes(20));
          }
          JsonNode entitlement = entitlements.get(i % UNITS);
          // Pages send no key, programs do.
          String key = i % 2 == 0 ? null : "the key of download " + i;
          if (!isGranted(process, entitlement, key)) {
            boolean late = isGranted(process, entitlement, key);
            again += late ? 1 : 0;
            without += late ? 0 : 1;
          }
        }
        proxy.restore();
        String broken = world.broken();
        if (!broken.isEmpty()) {
          throw new Broken(broken);
        }
        report.history("downloads under faults");
        return new Outcome(wanted, proxy.cutsByChance(), again, without);
      }
    }
  }

  private static List<JsonNode> sell(World world) {
    History history = new History(world, Faults.none());
    UUID order = history.order(null, "film:" + UNITS);
    world.provider.pay(order);
    history.settle();
    List<JsonNode> entitlements = new ArrayList<>();
    history.look(order).path("entitlements").forEach(entitlements::add);
    return entitlements;
  }

  private static boolean isGranted(
      World.Process process, JsonNode entitlement, @Nullable String key) {
    String token = entitlement.path("download_token").asText();
    String asset = entitlement.path("files").path(0).path("asset_id").asText();
    HttpCall call =
        HttpCall.post(
                "/v1/entitlements/" + token + "/downloads",
                Json.object().put("asset_id", asset).toString())
            .pathParameter("download_token", token);
    HttpCall.Answer answer =
        process.call("CreateDownload", key == null ? call : call.header("idempotency-key", key));
    return answer != null && answer.status() == 201;
  }
}
