package shelfless.bench.cost;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.TreeMap;

/** From what is sold to what it costs. Everything that it assumes is in {@link Assumptions}. */
final class Model {
  private static final MathContext PRECISE = MathContext.DECIMAL64;
  private static final BigDecimal THOUSAND = new BigDecimal(1000);
  private static final BigDecimal MILLION = new BigDecimal(1_000_000);
  private static final BigDecimal SIXTY = new BigDecimal(60);
  private static final BigDecimal POLL_SECONDS = new BigDecimal(20);

  private final Prices prices;
  private final Assumptions assumptions;
  private final Durations durations;

  Model(Prices prices, Assumptions assumptions, Durations durations) {
    this.prices = prices;
    this.assumptions = assumptions;
    this.durations = durations;
  }

  /**
   * @param subtractsFree whether what AWS gives every account for nothing is subtracted
   */
  Bill bill(Size size, Usage usage, boolean subtractsFree) {
    Traffic traffic = Traffic.of(usage, assumptions, durations);
    Bill.Builder bill = new Bill.Builder(size, usage, prices);
    fixed(bill, size, usage.waf());
    sold(bill, size, usage, traffic);
    return bill.bill(subtractsFree);
  }

  /** Whether the busiest minute asks more of the gateway than it lets through in this size. */
  boolean isTooMuch(Size size, Usage usage) {
    BigDecimal busiest =
        perSecond(Traffic.of(usage, assumptions, durations).apiCalls()).multiply(get("peak"));
    return busiest.compareTo(new BigDecimal(size.callsPerSecond)) > 0;
  }

  private void fixed(Bill.Builder bill, Size size, boolean waf) {
    BigDecimal hours = get("hours_per_month");
    if (size.pauses()) {
      bill.fixed(
          "Database, awake for the sweeps",
          "database-capacity",
          hours.multiply(awakeForSweeps(size)).multiply(get("awake_acu")));
    } else {
      bill.fixed(
          "Database, %d instances at their least".formatted(size.databaseInstances),
          "database-capacity",
          instances(size).multiply(size.leastCapacity).multiply(hours));
    }
    bill.fixed("Database, its first data", "database-storage", get("base_gb"));
    if (size.hasProxy) {
      bill.fixed("Database proxy, its least", "proxy", Size.PROXY_LEAST.multiply(hours));
    }
    if (size.natGateways > 0) {
      bill.fixed(
          "Way out, NAT gateways", "nat-hours", new BigDecimal(size.natGateways).multiply(hours));
    } else {
      bill.fixed("Way out, an instance", "nat-instance", hours);
      bill.fixed("Way out, its disk", "disk", new BigDecimal(Size.DISK));
    }
    bill.fixed(
        "Public addresses", "addresses", new BigDecimal(size.publicAddresses).multiply(hours));
    bill.fixed("Secrets", "secrets", new BigDecimal(Size.SECRETS));
    bill.fixed("Alarms", "alarms", new BigDecimal(size.alarmMetrics));
    bill.fixed("Metrics", "metrics", new BigDecimal(Size.METRICS));
    bill.fixed("Dashboard", "dashboards", new BigDecimal(Size.DASHBOARDS));
    bill.fixed("Files kept", "file-storage", get("files_gb"));
    bill.fixed("Queues, asked while empty", "queue-requests", polls());
    bill.fixed("Snapshots of functions", "snapstart", new BigDecimal(Size.SNAPSTART_FUNCTIONS));
    sweeps(bill, size);
    if (waf) {
      bill.fixed("Web ACL", "waf-list", BigDecimal.ONE);
      bill.fixed("Web ACL, its rules", "waf-rules", new BigDecimal(Size.WAF_RULES));
    }
  }

  private void sweeps(Bill.Builder bill, Size size) {
    BigDecimal days = get("hours_per_month").divide(new BigDecimal(24), PRECISE);
    BigDecimal runs = BigDecimal.ZERO;
    BigDecimal milliseconds = BigDecimal.ZERO;
    // In order, since sums of rounded quantities depend on it.
    for (Map.Entry<String, Integer> sweep : new TreeMap<>(size.sweepsPerDay()).entrySet()) {
      BigDecimal here = days.multiply(new BigDecimal(sweep.getValue()), PRECISE);
      runs = runs.add(here);
      milliseconds =
          milliseconds.add(
              here.multiply(durations.billed(sweep.getKey(), get("cold_share")), PRECISE));
    }
    bill.fixed("Sweeps, started by the clock", "schedules", runs);
    bill.fixed("Sweeps, calls of functions", "lambda-requests", runs);
    bill.fixed(
        "Sweeps, time of functions",
        "lambda-time",
        Traffic.seconds(milliseconds).multiply(get("memory_gb")));
    bill.fixed(
        "Sweeps, in the database's storage", "database-io", runs.multiply(get("io_per_sweep")));
    bill.fixed("Sweeps, their log", "log-data", logged(runs));
  }

  private void sold(Bill.Builder bill, Size size, Usage usage, Traffic traffic) {
    BigDecimal hours = get("hours_per_month");
    BigDecimal data = kept(usage);
    BigDecimal growth = growth(size, usage, traffic);
    if (size.pauses()) {
      BigDecimal awake = awake(size, usage);
      BigDecimal all = get("awake_acu").add(growth).min(Size.MOST_CAPACITY).multiply(awake);
      BigDecimal sweeps = get("awake_acu").multiply(awakeForSweeps(size));
      bill.sold(
          "Database, awake for visits", "database-capacity", all.subtract(sweeps).multiply(hours));
    } else {
      bill.sold(
          "Database, grown with the load",
          "database-capacity",
          growth.multiply(instances(size)).multiply(hours));
    }
    if (size.hasProxy) {
      BigDecimal acus = size.leastCapacity.add(growth).multiply(instances(size));
      bill.sold(
          "Database proxy, above its least",
          "proxy",
          acus.subtract(Size.PROXY_LEAST).max(BigDecimal.ZERO).multiply(hours));
    }
    bill.sold("Database, its data", "database-storage", data);
    bill.sold(
        "Database, its backups",
        "database-backup",
        data.multiply(get(size.pauses() ? "hobby_backup_share" : "business_backup_share")));
    bill.sold(
        "Database, reads and writes", "database-io", usage.orders().multiply(get("io_per_order")));
    bill.sold("Functions, calls", "lambda-requests", traffic.functionCalls());
    bill.sold("Functions, time", "lambda-time", traffic.functionTime());
    bill.sold("API calls", "api-requests", traffic.apiCalls());
    bill.sold("Edge, requests", "edge-requests", traffic.edgeRequests());
    bill.sold("Edge, files", "edge-data", usage.gigabytes());
    bill.sold(
        "Edge, answers",
        "edge-data",
        traffic
            .views()
            .max(traffic.apiCalls())
            .multiply(get("answer_kb"))
            .divide(MILLION, PRECISE));
    bill.sold("Files read for the edge", "file-reads", usage.downloads());
    bill.sold(
        "Messages", "queue-requests", traffic.messages().multiply(get("requests_per_message")));
    bill.sold("Mails", "mails", usage.orders().multiply(get("mails_per_order")));
    bill.sold("Secrets read", "secret-reads", traffic.secretCalls().multiply(get("secret_share")));
    BigDecimal out = usage.orders().multiply(get("nat_kb")).divide(MILLION, PRECISE);
    if (size.natGateways > 0) {
      bill.sold("Way out, data", "nat-data", out);
    }
    bill.sold("Way out, to the internet", "data-out", out.multiply(get("nat_out_share")));
    BigDecimal log = logged(traffic.functionCalls());
    bill.sold("Log", "log-data", log);
    bill.sold("Log kept for 30 days", "log-storage", log);
    if (usage.waf()) {
      bill.sold("Web ACL, requests", "waf-requests", traffic.edgeRequests());
    }
  }

  /** In GB, of an order's rows after so many months of them. */
  private BigDecimal kept(Usage usage) {
    return usage
        .orders()
        .multiply(get("months_kept"))
        .multiply(get("order_kb"))
        .divide(MILLION, PRECISE);
  }

  /**
   * By how many ACUs an instance grows above its least: for the core, and for what it remembers.
   */
  private BigDecimal growth(Size size, Usage usage, Traffic traffic) {
    BigDecimal core =
        perSecond(traffic.functionCalls())
            .multiply(get("vcpu_ms_per_call"))
            .divide(THOUSAND, PRECISE)
            .multiply(get("acu_per_vcpu"))
            .divide(get("target_utilisation"), PRECISE);
    BigDecimal hot =
        usage
            .orders()
            .multiply(get("order_kb"))
            .multiply(get("hot_days"))
            .multiply(new BigDecimal(24))
            .divide(get("hours_per_month"), PRECISE)
            .divide(MILLION, PRECISE)
            .divide(get("gb_per_acu"), PRECISE);
    return core.add(hot).min(Size.MOST_CAPACITY.subtract(size.leastCapacity));
  }

  /** The share of a month in which the sweeps keep the database awake, 0 to 1. */
  private BigDecimal awakeForSweeps(Size size) {
    int together =
        size.sweepsPerDay().values().stream().mapToInt(Integer::intValue).max().orElse(0);
    BigDecimal minutes = get("sweep_minutes").add(afterTheLast(size));
    return new BigDecimal(together)
        .multiply(minutes)
        .divide(new BigDecimal(24 * 60), PRECISE)
        .min(BigDecimal.ONE);
  }

  /**
   * The share of a month in which the database is awake, 0 to 1: visits come at any time (as a
   * Poisson process), each keeps it awake for as long, and where two overlap that counts once.
   */
  BigDecimal awake(Size size, Usage usage) {
    BigDecimal perOrder =
        get("views_per_order")
            .multiply(BigDecimal.ONE.subtract(get("cache_hits")))
            .divide(get("views_per_visit"), PRECISE)
            .add(get("visits_besides"));
    BigDecimal visits = usage.orders().multiply(perOrder);
    BigDecimal minutes = get("visit_minutes").add(afterTheLast(size));
    double overlapping =
        visits
            .multiply(minutes)
            .divide(get("hours_per_month").multiply(SIXTY), PRECISE)
            .doubleValue();
    BigDecimal visited = BigDecimal.ONE.subtract(BigDecimal.valueOf(StrictMath.exp(-overlapping)));
    BigDecimal sweeps = awakeForSweeps(size);
    return sweeps.add(visited.multiply(BigDecimal.ONE.subtract(sweeps), PRECISE));
  }

  /** Minutes from the last call until the database pauses. */
  private BigDecimal afterTheLast(Size size) {
    return get("idle_environment_minutes")
        .add(new BigDecimal(size.secondsUntilPause).divide(SIXTY, PRECISE));
  }

  /** Lambda's requests to the queues, which it makes whether or not there is a message. */
  private BigDecimal polls() {
    return get("hours_per_month")
        .multiply(new BigDecimal(3600))
        .divide(POLL_SECONDS, PRECISE)
        .multiply(get("pollers_per_queue"))
        .multiply(new BigDecimal(Size.QUEUES));
  }

  /** In GB. */
  private BigDecimal logged(BigDecimal calls) {
    return calls.multiply(get("log_kb")).divide(MILLION, PRECISE);
  }

  private BigDecimal perSecond(BigDecimal inMonth) {
    return inMonth.divide(get("hours_per_month").multiply(new BigDecimal(3600)), PRECISE);
  }

  private static BigDecimal instances(Size size) {
    return new BigDecimal(size.databaseInstances);
  }

  private BigDecimal get(String id) {
    return assumptions.get(id);
  }
}
