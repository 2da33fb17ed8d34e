package shelfless.harness;

import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * What looks for a bug: one part of the harness on one story. It has a method that a class loader
 * of its own can call, so that it runs on changed classes.
 */
public final class Hunt {
  private static final int ROUNDS = 20;

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
    // Looked up first: a story that there is not must not pass for a bug that was found.
    Runnable hunt =
        switch (part) {
          case "crash" -> {
            Scenario scenario = find(Scenario.ALL, Scenario::name, name);
            yield () -> new CrashPoints(report).run(scenario, 1, random);
          }
          case "deliveries" -> {
            Deliveries.Story story = find(Deliveries.ALL, Deliveries.Story::name, name);
            yield () -> new Deliveries(report, random, 1).run(story);
          }
          case "race" -> {
            Races.Race race = find(Races.ALL, Races.Race::name, name);
            yield () -> new Races(report, ROUNDS).run(race);
          }
          default -> throw new IllegalArgumentException("no part " + part);
        };
    try {
      hunt.run();
      return "";
    } catch (Broken broken) {
      return String.valueOf(broken.getMessage());
    } catch (RuntimeException failed) {
      return failed.toString();
    }
  }

  private static <T> T find(List<T> all, Function<T, String> nameOf, String name) {
    return all.stream().filter(each -> nameOf.apply(each).equals(name)).findFirst().orElseThrow();
  }
}
