package shelfless.bench;

import java.util.List;
import java.util.Locale;

/** Tables for people, in Markdown. */
final class Report {
  private Report() {}

  /**
   * The rows beside the floor.
   *
   * @param floor the row that the ratios are to
   */
  static String table(List<Row> rows, Row floor) {
    StringBuilder table =
        new StringBuilder(
            """
            | function | answer | jar KB | classes | on demand ms | of it first call | × floor | CPU ms (× floor) | restored ms | × floor | CPU ms (× floor) | warm p50 | p99 | calls | RSS MB | peak |
            |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
            """);
    for (Row row : rows) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %,d | %,d | %s | %.0f | %s | %s | %s | %s | %s | %.2f | %.2f | %,d%s | %.0f | %.0f |%n",
              row.name,
              row.outcome,
              Math.round(row.jarBytes / 1024.0),
              row.classes,
              spread(row.onDemand),
              row.firstCall.median(),
              times(row.onDemand.ratioByRound(floor.onDemand)),
              processor(row.onDemandProcessor, floor.onDemandProcessor),
              spread(row.restored),
              times(row.restored.ratioByRound(floor.restored)),
              processor(row.restoredProcessor, floor.restoredProcessor),
              row.warm.percentile(50),
              row.warm.percentile(99),
              row.warm.count(),
              row.failures == 0 ? "" : " (" + row.failures + " refused)",
              row.memory.median(),
              row.peak.median()));
    }
    return table.toString();
  }

  /** {@code 512 (498..530)}: the median, and what was smallest and largest. */
  static String spread(Samples samples) {
    String format = samples.median() < 100 ? "%.1f (%.1f..%.1f)" : "%.0f (%.0f..%.0f)";
    return samples.count() == 0
        ? "-"
        : String.format(
            Locale.ROOT, format, samples.median(), samples.smallest(), samples.largest());
  }

  private static String processor(Samples row, Samples floor) {
    return String.format(Locale.ROOT, "%.0f (%s)", row.median(), times(row.ratioByRound(floor)));
  }

  private static String times(double ratio) {
    return Double.isNaN(ratio) ? "-" : String.format(Locale.ROOT, "%.2f", ratio);
  }

  /** Where classes came from, as many rows as wanted. */
  static String groups(String title, List<ClassLog.Group> groups, int most) {
    StringBuilder table =
        new StringBuilder(
            """
            | %s | classes | from an archive | made while running | ms |
            |---|--:|--:|--:|--:|
            """
                .formatted(title));
    for (ClassLog.Group group : groups.subList(0, Math.min(most, groups.size()))) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %,d | %,d | %,d | %.1f |%n",
              group.name(),
              group.classes(),
              group.shared(),
              group.made(),
              group.milliseconds()));
    }
    return table.toString();
  }
}
