package shelfless.bench.cost;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is asked for on the command line.
 *
 * @param assumed what is taken instead of {@code assumptions.json}
 * @param sizes one, or both
 * @param table whether it is a table of several numbers of orders, instead of each line of a bill
 * @param measurements from which {@code durations.json} is made anew, instead of a bill
 */
record Options(
    BigDecimal orders,
    Optional<BigDecimal> downloads,
    Optional<BigDecimal> gigabytes,
    Map<String, BigDecimal> assumed,
    String region,
    List<Size> sizes,
    boolean table,
    boolean waf,
    boolean subtractsFree,
    boolean showsAssumptions,
    Optional<Path> measurements) {

  static final String USAGE =
      """
      tools/cost [--orders N] [--downloads N] [--gigabytes N] [--region R] [--size hobby|business]
                 [--assume NAME=N]... [--waf] [--no-free-tier]
      tools/cost --table [...]             100, 10,000 and 1,000,000 orders, and what hosted shops take
      tools/cost --assumptions             what is taken for true, and why
      tools/cost --take-durations FILE     durations from what tools/bench-cold-start measured\
      """;

  private static final Set<String> VALUES =
      Set.of(
          "--orders",
          "--downloads",
          "--gigabytes",
          "--region",
          "--size",
          "--assume",
          "--take-durations");
  private static final Set<String> SWITCHES =
      Set.of("--table", "--waf", "--no-free-tier", "--assumptions");

  static Options of(List<String> arguments) {
    Map<String, String> given = new HashMap<>();
    Map<String, BigDecimal> assumed = new LinkedHashMap<>();
    // As --orders 5, or as --orders=5.
    Iterator<String> words =
        arguments.stream()
            .flatMap(
                word -> word.startsWith("--") ? Arrays.stream(word.split("=", 2)) : Stream.of(word))
            .iterator();
    while (words.hasNext()) {
      String word = words.next();
      if (SWITCHES.contains(word)) {
        given.put(word, "");
      } else if (VALUES.contains(word) && words.hasNext()) {
        String value = words.next();
        if (word.equals("--assume")) {
          String name = value.replaceFirst("=.*", "");
          assumed.put(name, number(name, value.substring(name.length()).replaceFirst("=", "")));
        } else {
          given.put(word, value);
        }
      } else if (!word.equals("--")) {
        throw refused(
            VALUES.contains(word) ? word + " needs a value." : "There is no " + word + ".");
      }
    }
    return new Options(
        number(given, "--orders").orElse(new BigDecimal(10_000)),
        number(given, "--downloads"),
        number(given, "--gigabytes"),
        Map.copyOf(assumed),
        given.getOrDefault("--region", "eu-central-1"),
        Optional.ofNullable(given.get("--size"))
            .map(size -> List.of(Size.of(size)))
            .orElse(List.of(Size.values())),
        given.containsKey("--table"),
        given.containsKey("--waf"),
        !given.containsKey("--no-free-tier"),
        given.containsKey("--assumptions"),
        Optional.ofNullable(given.get("--take-durations")).map(Path::of));
  }

  /** The assumptions with what was asked for in their place. */
  Assumptions asked(Assumptions before) {
    Assumptions after = before;
    for (Map.Entry<String, BigDecimal> each : assumed.entrySet()) {
      after = after.with(each.getKey(), each.getValue());
    }
    return after;
  }

  /** What is sold, with so many orders. */
  Usage usage(BigDecimal ofOrders, Assumptions assumptions) {
    Usage usual = Usage.of(ofOrders, assumptions);
    BigDecimal wanted = downloads.orElse(usual.downloads());
    return new Usage(ofOrders, wanted, gigabytes.orElse(Usage.gigabytes(wanted, assumptions)), waf);
  }

  private static Optional<BigDecimal> number(Map<String, String> given, String word) {
    return Optional.ofNullable(given.get(word)).map(text -> number(word, text));
  }

  private static BigDecimal number(String word, String text) {
    // No number of orders is longer, and 1e999999999 would take for ever.
    if (!text.matches("[0-9]{1,15}([.][0-9]{1,9})?")) {
      throw refused(word + " takes a number, not " + text + ".");
    }
    return new BigDecimal(text);
  }

  private static CostException refused(String why) {
    return new CostException(why + "\n" + USAGE);
  }
}
