package shelfless.harness;

import java.util.List;
import java.util.function.Function;

/**
 * How much is run, by system properties. The module's {@code pom.xml} has their values for {@code
 * mvn verify}, which are those without any, too, and for the profile {@code faults}.
 *
 * @param seed decides all that is left to chance; {@code harness.seed}
 * @param share of all crash points, from 0 to 1; {@code harness.share}
 * @param rounds of each race; {@code harness.rounds}
 * @param minutes of the random model; {@code harness.minutes}
 * @param only what the name of a story or bug must hold to be run; {@code harness.only}
 */
record Settings(long seed, double share, int rounds, double minutes, String only) {
  static Settings ofProcess() {
    return new Settings(
        Long.getLong("harness.seed", 1),
        Double.parseDouble(System.getProperty("harness.share", "0.025")),
        Integer.getInteger("harness.rounds", 5),
        Double.parseDouble(System.getProperty("harness.minutes", "0.3")),
        System.getProperty("harness.only", ""));
  }

  /** Those whose name holds what is to be run. */
  <T> List<T> chosen(List<T> all, Function<T, String> name) {
    return all.stream().filter(each -> name.apply(each).contains(only)).toList();
  }
}
