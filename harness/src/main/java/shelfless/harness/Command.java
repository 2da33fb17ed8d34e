package shelfless.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Something that happens in the random model. The numbers choose among what there is when it
 * happens, so that a run stays one when some of it is left out.
 */
record Command(Kind kind, int which, int how, int more) {
  /** What can happen, and how often compared with the rest. */
  enum Kind {
    PLACE(7),
    PAY(9),
    PAY_LATER(2),
    SETTLE_LATER(3),
    CANCEL(3),
    COME_BACK(3),
    NOTICE(16),
    MESSAGE(8),
    LOSE_MESSAGES(1),
    SCHEDULE(6),
    WAIT(6),
    REFUND_ALL(3),
    REFUND_ITEM(4),
    REFUND_AMOUNT(4),
    REFUND_IN_DASHBOARD(4),
    SLOW_REFUNDS(1),
    REFUND_FAILS(3),
    REFUND_ARRIVES(2),
    DISPUTE(3),
    DISPUTE_CLOSES(3),
    DOWNLOAD(7),
    REISSUE(2),
    REVOKE(2),
    REDRIVE(1),
    RESEND(1),
    FAULT(12);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }

    private static Kind any(Random random) {
      int sum = 0;
      for (Kind kind : values()) {
        sum += kind.weight;
      }
      int left = random.nextInt(sum);
      for (Kind kind : values()) {
        left -= kind.weight;
        if (left < 0) {
          return kind;
        }
      }
      throw new IllegalStateException();
    }
  }

  /** The one of these that it is about. */
  <T> T which(List<T> among) {
    return among.get(which % among.size());
  }

  /** A run of them, which the seed decides. */
  static List<Command> ofSeed(long seed) {
    Random random = new Random(seed * 1_000_003);
    List<Command> made = new ArrayList<>();
    int length = 8 + random.nextInt(40);
    for (int i = 0; i < length; i++) {
      made.add(
          new Command(
              i == 0 ? Kind.PLACE : Kind.any(random),
              random.nextInt(1000),
              random.nextInt(1000),
              random.nextInt(1000)));
    }
    return made;
  }
}
