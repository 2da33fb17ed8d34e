package shelfless.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import shelfless.local.Json;

/** Measured values of one kind, in the order in which they were measured. */
public final class Samples {
  private final List<Double> values = new ArrayList<>();

  static Samples of(double... values) {
    Samples samples = new Samples();
    for (double value : values) {
      samples.add(value);
    }
    return samples;
  }

  /** One more. */
  public void add(double value) {
    values.add(value);
  }

  /** All of the others. */
  public void addAll(Samples others) {
    values.addAll(others.values);
  }

  /** How many there are. */
  public int count() {
    return values.size();
  }

  /** Their sum through their number; NaN of none. */
  public double mean() {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /** The middle one; of an even number the mean of the two in the middle; NaN of none. */
  public double median() {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /**
   * The smallest value that at least this share of all do not exceed (nearest rank); NaN of none.
   *
   * @param percent above 0, at most 100
   */
  public double percentile(double percent) {
    if (values.isEmpty()) {
      return Double.NaN;
    }
    List<Double> sorted = values.stream().sorted().toList();
    int rank = (int) Math.ceil(percent / 100 * sorted.size());
    return sorted.get(Math.max(1, rank) - 1);
  }

  double smallest() {
    return values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
  }

  double largest() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
  }

  /** How many times as much as the other, median by median. */
  public double ratio(Samples floor) {
    return median() / floor.median();
  }

  /**
   * How many times as much as the other that was measured beside it, in the middle: of each round
   * its own, so that what slows a round down is in neither.
   *
   * @param floor as many as these, the two of a round at the same place
   */
  double ratioByRound(Samples floor) {
    Samples ratios = new Samples();
    for (int i = 0; i < values.size(); i++) {
      ratios.add(values.get(i) / floor.values.get(i));
    }
    return ratios.median();
  }

  /** All of them, rounded to microseconds where they are milliseconds. */
  ArrayNode json() {
    ArrayNode array = Json.array();
    values.forEach(value -> array.add(Math.round(value * 1000) / 1000.0));
    return array;
  }
}
