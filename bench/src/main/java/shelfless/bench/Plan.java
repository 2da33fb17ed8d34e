package shelfless.bench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for on the command line.
 *
 * @param functions those to measure; empty for all that have an event
 * @param buyers whether it is all functions that a buyer waits for: those with SnapStart
 * @param tls whether functions reach all by TLS, as at AWS
 * @param where whether it is asked where one function's start goes, instead of how long it takes
 * @param runs how often each start is measured
 * @param calls how many warm calls are measured
 */
record Plan(
    List<String> functions, boolean buyers, boolean tls, boolean where, int runs, int calls) {
  static final String USAGE =
      """
      tools/bench-cold-start [--runs=N] [--calls=N] [--without-tls] [--buyers | FUNCTION...]
      tools/bench-cold-start [--without-tls] --where FUNCTION""";

  private static final int RUNS = 7;
  private static final int CALLS = 2_000;

  static Plan of(List<String> arguments) {
    List<String> functions = new ArrayList<>();
    boolean buyers = false;
    boolean tls = true;
    boolean where = false;
    int runs = RUNS;
    int calls = CALLS;
    for (String argument : arguments) {
      String value = argument.substring(argument.indexOf('=') + 1);
      if (argument.equals("--buyers")) {
        buyers = true;
      } else if (argument.equals("--without-tls")) {
        tls = false;
      } else if (argument.equals("--where")) {
        where = true;
      } else if (argument.startsWith("--runs=")) {
        runs = number(value);
      } else if (argument.startsWith("--calls=")) {
        calls = number(value);
      } else if (argument.startsWith("-") && !argument.equals("--")) {
        throw refused("There is no " + argument + ".", null);
      } else if (!argument.equals("--")) {
        functions.add(argument);
      }
    }
    if (where && functions.size() != 1) {
      throw refused("--where takes one function.", null);
    }
    return new Plan(List.copyOf(functions), buyers, tls, where, runs, calls);
  }

  private static int number(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number > 0) {
        return number;
      }
      throw refused("A number above 0 is expected, not " + text + ".", null);
    } catch (NumberFormatException malformed) {
      throw refused("A number is expected, not " + text + ".", malformed);
    }
  }

  private static BenchException refused(String why, @Nullable Exception cause) {
    return new BenchException(why + "\n" + USAGE, cause);
  }
}
