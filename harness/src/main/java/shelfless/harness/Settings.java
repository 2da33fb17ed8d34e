package shelfless.harness;

/**
 * How much is run, by system properties, which the profile {@code faults} sets.
 *
 * @param seed decides all that is left to chance; {@code harness.seed}
 * @param share of all crash points, from 0 to 1; {@code harness.share}
 * @param rounds of each race; {@code harness.rounds}
 * @param minutes of the random model; {@code harness.minutes}
 */
record Settings(long seed, double share, int rounds, double minutes) {
  static Settings ofProcess() {
    return new Settings(
        Long.getLong("harness.seed", 1),
        Double.parseDouble(System.getProperty("harness.share", "0.1")),
        Integer.getInteger("harness.rounds", 20),
        Double.parseDouble(System.getProperty("harness.minutes", "0.3")));
  }
}
