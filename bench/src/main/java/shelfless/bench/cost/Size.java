package shelfless.bench.cost;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;

/**
 * What is deployed in one size, as {@code template.yaml} says; a test holds it against that file.
 */
enum Size {
  /** One zone, a database that pauses, a small instance as the way out. */
  HOBBY(1, "0", 300, false, 0, 1, 15, 50),

  /** Two zones, a database proxy, nothing that pauses. */
  BUSINESS(2, "0.5", 0, true, 2, 2, 16, 2000);

  /** Five of the template, and the one that RDS keeps the database's password in. */
  static final int SECRETS = 6;

  /** Those that functions read from. */
  static final int QUEUES = 3;

  static final int DASHBOARDS = 1;
  static final int SNAPSTART_FUNCTIONS = 15;

  /** Counts of the functions, and of failures in the log. */
  static final int METRICS = 6;

  /** Of the web ACL in {@code edge.yaml}. */
  static final int WAF_RULES = 4;

  /** Of the instance that is the way out, in GB. */
  static final int DISK = 8;

  /** {@code MaximumDatabaseCapacity}, in ACUs. */
  static final BigDecimal MOST_CAPACITY = new BigDecimal("4");

  /** What RDS Proxy charges at least, in ACUs; see the price's source. */
  static final BigDecimal PROXY_LEAST = new BigDecimal("8");

  final int databaseInstances;

  /** Of each instance, in ACUs; 0 when it pauses. */
  final BigDecimal leastCapacity;

  /** How long the database waits without a connection before it pauses; 0 when it never does. */
  final int secondsUntilPause;

  final boolean hasProxy;
  final int natGateways;
  final int publicAddresses;

  /** Metrics that alarms watch: one each, and two of the alarm on the share of errors. */
  final int alarmMetrics;

  /** Calls a second that the gateway lets through. */
  final int callsPerSecond;

  Size(
      int databaseInstances,
      String leastCapacity,
      int secondsUntilPause,
      boolean hasProxy,
      int natGateways,
      int publicAddresses,
      int alarmMetrics,
      int callsPerSecond) {
    this.databaseInstances = databaseInstances;
    this.leastCapacity = new BigDecimal(leastCapacity);
    this.secondsUntilPause = secondsUntilPause;
    this.hasProxy = hasProxy;
    this.natGateways = natGateways;
    this.publicAddresses = publicAddresses;
    this.alarmMetrics = alarmMetrics;
    this.callsPerSecond = callsPerSecond;
  }

  /** How often each function runs by the clock, a day. */
  Map<String, Integer> sweepsPerDay() {
    return switch (this) {
      case HOBBY ->
          Map.of(
              "RelayOutbox", 6,
              "ReconcilePayments", 6,
              "ExpirePendingOrders", 6,
              "ExpireEntitlements", 6,
              "CheckInvariants", 6,
              "PurgeExpired", 1,
              "AnchorAuditLog", 1);
      case BUSINESS ->
          Map.of(
              "RelayOutbox", 1440,
              "ReconcilePayments", 96,
              "ExpirePendingOrders", 24,
              "ExpireEntitlements", 24,
              "CheckInvariants", 24,
              "PurgeExpired", 1,
              "AnchorAuditLog", 1);
    };
  }

  boolean pauses() {
    return secondsUntilPause > 0;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Size of(String text) {
    for (Size size : values()) {
      if (size.toString().equals(text)) {
        return size;
      }
    }
    throw new CostException("There is no size " + text + ", only hobby and business.");
  }
}
