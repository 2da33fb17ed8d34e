package shelfless.harness;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class SeededBugsTest {
  @Test
  void everyBugIsFound() {
    Report report = new Report();
    SeededBugs bugs = new SeededBugs(Path.of(".."));
    Map<String, String> found = new ConcurrentHashMap<>();
    Work work = new Work(report);
    Settings settings = Settings.ofProcess();
    List<SeededBugs.Bug> chosen = settings.chosen(SeededBugs.ALL, SeededBugs.Bug::name);
    for (SeededBugs.Bug bug : chosen) {
      work.add(
          () -> {
            String broken = bugs.hunt(bug, settings.seed());
            found.put(bug.name(), broken);
            report.say(
                (broken.isEmpty() ? "SURVIVED: " : "found: ")
                    + bug.name()
                    + broken
                        .lines()
                        .findFirst()
                        .map(line -> " (" + shortened(line) + ")")
                        .orElse(""));
          });
    }
    work.run();
    report.say(found.size() + " bugs were looked for.");
    assertTrue(SeededBugs.ALL.size() >= 15, "There are at least 15 bugs.");
    chosen.forEach(
        bug -> assertFalse(found.getOrDefault(bug.name(), "").isEmpty(), bug.name() + " survived"));
  }

  private static String shortened(String line) {
    return line.length() <= 140 ? line : line.substring(0, 140) + "…";
  }
}
