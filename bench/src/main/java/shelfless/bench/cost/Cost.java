package shelfless.bench.cost;

import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import shelfless.local.Json;

/** Says what a month costs: {@code tools/cost}. */
public final class Cost {
  private static final List<BigDecimal> TABLE =
      List.of(new BigDecimal(100), new BigDecimal(10_000), new BigDecimal(1_000_000));

  /** From the project's root. */
  private static final Path DURATIONS =
      Path.of("bench/src/main/resources/shelfless/bench/cost/durations.json");

  private final Options options;
  private final Prices prices;
  private final Assumptions assumptions;
  private final Durations durations;
  private final Model model;

  private Cost(Options options) {
    this.options = options;
    this.prices = Prices.of(options.region());
    this.assumptions = options.asked(Assumptions.read());
    this.durations = Durations.read();
    this.model = new Model(prices, assumptions, durations);
  }

  /** Runs at the project's root; the exit code is 1 when it could not be computed. */
  public static void main(String[] arguments) {
    int exit = 1;
    try {
      // As one argument, or as several.
      String words = String.join(" ", arguments).strip();
      run(
          Options.of(words.isEmpty() ? List.of() : List.of(words.split("\\s+"))),
          new PrintStream(System.out, true, StandardCharsets.UTF_8));
      exit = 0;
    } catch (CostException refused) {
      System.err.println(refused.getMessage());
    } catch (IOException failed) {
      System.err.println("cost: " + failed);
    }
    System.exit(exit);
  }

  static void run(Options options, PrintStream out) throws IOException {
    if (options.measurements().isPresent()) {
      Files.writeString(
          DURATIONS,
          Json.pretty(
              Durations.taken(
                  Files.readAllLines(options.measurements().get()), Durations.read().others())));
      out.println("Written: " + DURATIONS);
      return;
    }
    Cost cost = new Cost(options);
    if (options.showsAssumptions()) {
      out.print(cost.assumed());
    } else if (options.table()) {
      out.print(cost.table());
    } else {
      out.print(cost.bills());
    }
  }

  private String bills() {
    StringBuilder text = new StringBuilder(about());
    for (Size size : options.sizes()) {
      Usage usage = options.usage(options.orders(), assumptions);
      Bill bill = model.bill(size, usage, options.subtractsFree());
      text.append(
          String.format(
              Locale.ROOT,
              "%n%s orders, %s downloads, %s GB of files a month in %s:%n%n",
              Statement.quantity(usage.orders()),
              Statement.quantity(usage.downloads()),
              Statement.quantity(usage.gigabytes()),
              prices.region()));
      text.append(Statement.lines(bill));
      if (model.isTooMuch(size, usage)) {
        text.append(tooMuch(size, usage));
      }
    }
    return text.toString();
  }

  private String table() {
    StringBuilder text = new StringBuilder(about()).append('\n');
    List<Bill> bills = new ArrayList<>();
    StringBuilder warnings = new StringBuilder();
    for (BigDecimal orders : TABLE) {
      for (Size size : Size.values()) {
        Usage usage = options.usage(orders, assumptions);
        bills.add(model.bill(size, usage, options.subtractsFree()));
        if (model.isTooMuch(size, usage)) {
          warnings.append(tooMuch(size, usage));
        }
      }
    }
    List<Bill> shown =
        bills.stream().filter(bill -> options.sizes().contains(bill.size())).toList();
    BigDecimal usd = assumptions.get("sale_price_eur").multiply(assumptions.get("usd_per_eur"));
    return text.append(Statement.table(shown))
        .append(warnings)
        .append(
            "%nWhat hosted shops take, at %s EUR (%s USD) a sale:%n%n"
                .formatted(assumptions.get("sale_price_eur").toPlainString(), Statement.cents(usd)))
        .append(Statement.comparison(Hosted.read(), bills, TABLE, usd))
        .toString();
  }

  private String assumed() {
    StringBuilder text =
        new StringBuilder("| a sale calls | times | for each | why |\n|---|--:|---|---|\n");
    for (Assumptions.Call call : assumptions.calls()) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s |%n",
              call.function(),
              call.times().toPlainString(),
              call.per().name().toLowerCase(Locale.ROOT),
              call.why()));
    }
    text.append("\n| assumed | value | unit | why |\n|---|--:|---|---|\n");
    for (Assumptions.Assumed number : assumptions.numbers().values()) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s |%n",
              number.id(),
              number.value().toPlainString(),
              number.unit(),
              number.why()));
    }
    return text.toString();
  }

  private String about() {
    String unverified = String.join(", ", prices.unverified());
    String measured =
        durations.measured()
            ? "Durations of functions are measured."
            : "Durations of functions are NOT measured: %s ms warm and %s ms cold are taken for each."
                .formatted(
                    durations.others().warm().toPlainString(),
                    durations.others().cold().toPlainString());
    return """
    Prices of %s in %s, in USD, without taxes and without Stripe's fee. Sums are exact, and rounded to the cent where shown.
    %s
    %s
    """
        .formatted(
            prices.taken(),
            prices.region(),
            unverified.isEmpty()
                ? "For every price a public text was found."
                : "From memory, since no public text was found (?): " + unverified + ".",
            measured);
  }

  private String tooMuch(Size size, Usage usage) {
    return String.format(
        Locale.ROOT,
        "%nThe size %s is not made for %s orders: the busiest minute asks for more than the %d"
            + " calls a second that its gateway lets through, taking %s times the average.%n",
        size,
        Statement.quantity(usage.orders()),
        size.callsPerSecond,
        assumptions.get("peak").setScale(0, RoundingMode.HALF_UP));
  }
}
