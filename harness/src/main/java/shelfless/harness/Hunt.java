package shelfless.harness;

import java.util.Random;

/**
 * What looks for a bug: one part of the harness on one story. It has a method that a class loader
 * of its own can call, so that it runs on changed classes.
 */
public final class Hunt {
  private Hunt() {}

  /**
   * Runs a part until something breaks.
   *
   * @param part {@code crash}, {@code deliveries} or {@code race}
   * @param name of the story or race
   * @return what broke; empty when nothing did
   */
  public static String run(String part, String name, long seed) {
    Report report = new Report(line -> {});
    Random random = new Random(seed);
    try {
      switch (part) {
        case "crash" ->
            new CrashPoints(report)
                .run(
                    Scenario.ALL.stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow(),
                    1,
                    random);
        case "deliveries" ->
            new Deliveries(report, random, 1)
                .run(
                    Deliveries.ALL.stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow());
        case "race" ->
            new Races(report, 20)
                .run(
                    Races.ALL.stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow());
        default -> throw new IllegalArgumentException("no part " + part);
      }
      return "";
    } catch (Broken broken) {
      return String.valueOf(broken.getMessage());
    } catch (RuntimeException failed) {
      return failed.toString();
    }
  }
}
