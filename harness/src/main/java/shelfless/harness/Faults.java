package shelfless.harness;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong in one history: at which call of a port, and how. It also counts the calls, so
 * that a first run without a fault tells how many there are.
 */
final class Faults {
  /** How a call of a port goes wrong. */
  enum Kind {
    /** The process dies before the effect. */
    CRASH_BEFORE,
    /** The process dies within a transaction, its work done and not committed. */
    CRASH_BEFORE_COMMIT,
    /** The process dies right after a commit, before what was left for after it. */
    CRASH_AFTER_COMMIT,
    /** The process dies after the effect. */
    CRASH_AFTER,
    /** The call fails, without an effect. */
    FAIL,
    /** The call fails, after its effect. */
    LOSE_ANSWER;

    static final List<Kind> OF_A_TRANSACTION = List.of(values());
    static final List<Kind> OF_A_CALL = List.of(CRASH_BEFORE, CRASH_AFTER, FAIL, LOSE_ANSWER);
  }

  /** A call that was made: which port, and within which handler. */
  record Call(String handler, String port) {
    List<Kind> kinds() {
      return port.equals("database") ? Kind.OF_A_TRANSACTION : Kind.OF_A_CALL;
    }

    @Override
    public String toString() {
      return handler + " " + port;
    }
  }

  private final Map<Integer, Kind> plan;
  private final List<Call> calls = new ArrayList<>();
  private Predicate<Call> outage = call -> false;
  private int struck;

  private Faults(Map<Integer, Kind> plan) {
    this.plan = new HashMap<>(plan);
  }

  static Faults none() {
    return new Faults(Map.of());
  }

  /** Faults at the calls of those numbers, which begin at 0. */
  static Faults at(Map<Integer, Kind> plan) {
    return new Faults(plan);
  }

  /** Plans one more: this kind, after so many calls that work. */
  void add(int after, Kind kind) {
    plan.put(calls.size() + after, kind);
  }

  /** From now on, these calls fail, without an effect. */
  void breakAll(Predicate<Call> calls) {
    outage = calls;
  }

  /** Everything works again. */
  void mend() {
    outage = call -> false;
  }

  /** Notes a call; how it goes wrong, or null when it works. */
  @Nullable Kind next(Call call) {
    calls.add(call);
    Kind kind = plan.get(calls.size() - 1);
    if (kind != null) {
      struck++;
      return kind;
    }
    return outage.test(call) ? Kind.FAIL : null;
  }

  /** The calls so far, in their order. */
  List<Call> calls() {
    return calls;
  }

  /** How many of the planned faults have struck. */
  int struck() {
    return struck;
  }
}
