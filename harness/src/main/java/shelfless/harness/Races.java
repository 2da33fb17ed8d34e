package shelfless.harness;

import java.util.List;

/**
 * The races: many processes want the same at once, round after round. In every round exactly what
 * the rule allows happens, and in the end all that must hold does.
 */
final class Races {
  private final Report report;
  private final int rounds;

  Races(Report report, int rounds) {
    this.report = report;
    this.rounds = rounds;
  }

  /** A race of some name: one round of it, in a world that its rounds share. */
  record Race(String name, int threads, Round round) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** One round; it throws when more or less happened than may. */
  @FunctionalInterface
  interface Round {
    void run(Ground ground, int round);
  }

  /** All of them. */
  static final List<Race> ALL =
      List.of(
          new Race("the last uses of a promotion", Ground.THREADS, OrderRaces::lastUses),
          new Race("the last downloads", DownloadRaces.DOWNLOADERS, DownloadRaces::lastDownloads),
          new Race("refunds that together pass what was paid", Ground.THREADS, OrderRaces::refunds),
          new Race("one key for many orders", Ground.THREADS, OrderRaces::sameKey),
          new Race(
              "notices, visits and messages of one payment",
              Ground.THREADS,
              OrderRaces::onePayment),
          new Race(
              "downloads against a revocation or refund",
              Ground.THREADS,
              DownloadRaces::revocation),
          new Race("downloads against a new link", Ground.THREADS, DownloadRaces::newLink),
          new Race("cancelling against paying", Ground.THREADS, OrderRaces::cancelAgainstPayment),
          new Race("links issued anew", Ground.THREADS, DownloadRaces::reissues),
          new Race("one mail by many senders", Ground.THREADS, OrderRaces::oneMail));

  /** All rounds of one race. */
  void run(Race race) {
    long started = System.nanoTime();
    try (World world = new World();
        Crew crew = new Crew(world, race.threads)) {
      Ground ground = new Ground(world, crew);
      DownloadRaces.moreFiles(world);
      world.clock.tick();
      for (int round = 1; round <= rounds; round++) {
        try {
          race.round.run(ground, round);
        } catch (RuntimeException broken) {
          throw new Broken(
              "%s, round %d: %s".formatted(race.name, round, broken.getMessage()), broken);
        }
        report.history(race.name);
      }
      String broken = world.broken();
      if (!broken.isEmpty()) {
        throw new Broken(race.name + ": " + broken);
      }
    }
    report.say(
        "%4d rounds of %d threads, %5.1f s: %s"
            .formatted(rounds, race.threads, (System.nanoTime() - started) / 1e9, race.name));
  }
}
