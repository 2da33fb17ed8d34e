package shelfless.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import shelfless.harness.Faults.Kind;

/**
 * The crash points: a story runs once without a fault, which counts the calls that the shop makes
 * of its ports; then once for each call and each way in which it can go wrong. However it went, it
 * must end where the story without a fault ended. A crash before a call is the crash after the one
 * before it, where one handler makes both: such a point is visited once.
 */
final class CrashPoints {
  private final Report report;

  CrashPoints(Report report) {
    this.report = report;
  }

  /**
   * The crash points of one story; each fault is one history.
   *
   * @param share 1 for all of them; less for as many that the seed chooses
   */
  void run(Scenario scenario, double share, Random random) {
    try (Worlds worlds = new Worlds()) {
      Faults none = Faults.none();
      List<String> expected = runClean(scenario, worlds.next(), none);
      List<Map<Integer, Kind>> plans = new ArrayList<>();
      for (int i = 0; i < none.calls().size(); i++) {
        for (Kind kind : none.calls().get(i).kinds()) {
          boolean afterTheOneBefore =
              kind == Kind.CRASH_BEFORE
                  && i > 0
                  && none.calls().get(i).handler().equals(none.calls().get(i - 1).handler());
          if (!afterTheOneBefore && random.nextDouble() < share) {
            plans.add(Map.of(i, kind));
          }
        }
      }
      report.points(scenario.name(), none.calls().size(), plans.size());
      for (Map<Integer, Kind> plan : plans) {
        run(scenario, worlds, plan, expected);
      }
      worlds.check();
    }
  }

  /** So many histories of one story, each with two or three faults that the seed decides. */
  void runAtRandom(Scenario scenario, Random random, int histories) {
    try (Worlds worlds = new Worlds()) {
      Faults none = Faults.none();
      List<String> expected = runClean(scenario, worlds.next(), none);
      int calls = none.calls().size();
      for (int i = 0; i < histories; i++) {
        Map<Integer, Kind> plan = new TreeMap<>();
        int faults = 2 + random.nextInt(2);
        while (plan.size() < faults) {
          plan.put(random.nextInt(calls * 2), Kind.values()[random.nextInt(Kind.values().length)]);
        }
        run(scenario, worlds, plan, expected);
      }
      worlds.check();
    }
  }

  private List<String> runClean(Scenario scenario, World world, Faults faults) {
    History history = new History(world, faults);
    scenario.story().accept(history);
    history.settle();
    List<String> states = history.states();
    for (int i = 0; i < scenario.end().size(); i++) {
      if (!states.get(i).contains("\"status\": \"" + scenario.end().get(i) + '"')) {
        throw new Broken(scenario.name() + " ends with " + states + ", not with " + scenario.end());
      }
    }
    history.compareMails();
    history.compareWithOthers();
    report.history(scenario.name());
    return states;
  }

  private void run(
      Scenario scenario, Worlds worlds, Map<Integer, Kind> plan, List<String> expected) {
    Faults faults = Faults.at(plan);
    String name = scenario.name() + ", " + plan;
    History history = new History(worlds.next(), faults);
    try {
      scenario.story().accept(history);
      history.settle();
      List<String> states = history.states();
      if (!states.equals(expected)) {
        throw new Broken("It ends otherwise:\n  with    " + states + "\n  without " + expected);
      }
      history.compareMails();
      history.compareWithOthers();
      worlds.note(history, name);
    } catch (RuntimeException broken) {
      List<String> where =
          plan.keySet().stream()
              .filter(call -> call < faults.calls().size())
              .map(call -> faults.calls().get(call).toString())
              .toList();
      throw new Broken(name + " " + where + ": " + broken.getMessage(), broken);
    }
    report.history(scenario.name());
  }
}
