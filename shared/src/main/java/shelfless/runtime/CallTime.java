package shelfless.runtime;

import java.time.Duration;

/**
 * How long the call that an environment serves may still take. Whoever waits for an answer gets one
 * within ten seconds, so what is waited for in one call shares this time; where nobody waits, in a
 * schedule or behind a queue, each thing has its own time-out only. The figures: {@code
 * docs/decisions/time-outs.md}.
 */
public final class CallTime {
  /** Ten seconds, less what a cold start and the way to the caller take. */
  public static final Duration FOR_A_CALLER = Duration.ofSeconds(8);

  /** What a call to another service leaves over, to write down what became of it. */
  public static final Duration TO_FINISH = Duration.ofSeconds(1);

  /** For another service whose answer a caller may wait for. */
  public static final Duration FOR_ANOTHER_SERVICE = FOR_A_CALLER.minus(TO_FINISH);

  private boolean limited;
  private long endNanos;

  /** A call begins for whose answer somebody waits. */
  public void begin() {
    limited = true;
    endNanos = System.nanoTime() + FOR_A_CALLER.toNanos();
  }

  /** No call is at work: nobody waits. */
  void end() {
    limited = false;
  }

  /** The shorter of this time and what is left of the call; zero when nothing is. */
  public Duration atMost(Duration wanted) {
    if (!limited) {
      return wanted;
    }
    long left = Math.max(0, endNanos - System.nanoTime());
    return left < wanted.toNanos() ? Duration.ofNanos(left) : wanted;
  }

  /** The same for a call to another service, after which there is something to write down. */
  public Duration elsewhereAtMost(Duration wanted) {
    Duration left = atMost(wanted.plus(TO_FINISH)).minus(TO_FINISH);
    return left.isNegative() ? Duration.ZERO : left;
  }
}
