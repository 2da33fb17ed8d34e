package shelfless.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import shelfless.domain.DisputeStatus;
import shelfless.domain.RefundStatus;
import shelfless.json.Json;
import shelfless.orders.PaymentProvider;
import shelfless.testing.HttpCall;

/**
 * Part D: long runs of what buyers, the seller, the provider, queues, schedules and crashes do, in
 * an order that a seed decides. After each run every order must be what follows from little: what
 * the provider took and gave back, its disputes, and what the seller was told was done. A run that
 * fails is made shorter as long as it still fails, and printed.
 */
final class RandomModel {
  private static final int RUNS_IN_A_WORLD = 25;
  private static final Duration FOR_SHRINKING = Duration.ofSeconds(30);
  private static final List<String> PRODUCTS = List.of("book", "app", "song", "gift");
  private static final Map<String, Integer> LIMITS =
      Map.of("book", 5, "app", 5, "song", 1, "gift", 5);
  private static final int USES_OF_THE_FEW = 2;
  private static final List<String> SCHEDULES =
      List.of("RelayOutbox", "ReconcilePayments", "ExpirePendingOrders", "ExpireEntitlements");
  private static final List<Duration> WAITS =
      List.of(
          Duration.ofMinutes(2), Duration.ofMinutes(20), Duration.ofHours(3), Duration.ofHours(25));

  private final Report report;
  private final AtomicLong seeds;
  private final AtomicLong commands = new AtomicLong();
  private final AtomicLong runs = new AtomicLong();
  private final AtomicBoolean broken = new AtomicBoolean();

  /**
   * @param seed of the first run; each run after it has the next
   */
  RandomModel(Report report, long seed) {
    this.report = report;
    this.seeds = new AtomicLong(seed);
  }

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

  /**
   * Something that happens. The numbers choose among what there is when it happens, so that a run
   * stays one when some of it is left out.
   */
  record Command(Kind kind, int which, int how, int more) {
    <T> T which(List<T> among) {
      return among.get(which % among.size());
    }
  }

  private static List<Command> commands(long seed) {
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

  /** Runs for so long, on as many threads as there are processors. */
  void run(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    Work work = new Work(report);
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      work.add(() -> runUntil(end));
    }
    work.run();
    report.say(
        "%d runs of the random model, %d commands, the last seed was %d"
            .formatted(runs.get(), commands.get(), seeds.get() - 1));
  }

  private void runUntil(long end) {
    do {
      try (World world = new World()) {
        for (int i = 0; i < RUNS_IN_A_WORLD && System.nanoTime() < end && !broken.get(); i++) {
          long seed = seeds.getAndIncrement();
          List<Command> all = commands(seed);
          Run run = new Run(world);
          try {
            run.run(all);
          } catch (RuntimeException failure) {
            broken.set(true);
            throw new Broken(tell(seed, all, run, failure), failure);
          }
          runs.incrementAndGet();
          commands.addAndGet(all.size());
          report.history("random model");
        }
      }
    } while (System.nanoTime() < end && !broken.get());
  }

  /** What broke, as short as it can be told. */
  private static String tell(long seed, List<Command> all, Run first, RuntimeException failure) {
    Run shortest = first;
    String what = String.valueOf(failure.getMessage());
    List<Command> left = all;
    long end = System.nanoTime() + FOR_SHRINKING.toNanos();
    for (int piece = Math.max(1, all.size() / 2); piece >= 1; piece /= 2) {
      int at = 0;
      while (at < left.size() && System.nanoTime() < end) {
        List<Command> without = new ArrayList<>(left.subList(0, at));
        without.addAll(left.subList(Math.min(left.size(), at + piece), left.size()));
        try (World world = new World()) {
          Run run = new Run(world);
          try {
            run.run(without);
            at += piece;
          } catch (RuntimeException stillBroken) {
            left = without;
            shortest = run;
            what = String.valueOf(stillBroken.getMessage());
          }
        }
      }
    }
    return "%s%nRun it again with -Dharness.seed=%d (%d of its %d commands suffice):%n  %s"
        .formatted(what, seed, left.size(), all.size(), String.join("\n  ", shortest.log));
  }

  /** Where the money of an order is, by what happened at the provider. */
  private enum Money {
    NOT_TAKEN,
    NOTHING_TO_TAKE,
    TAKEN,
    ON_ITS_WAY,
    NEVER_CAME
  }

  /** What the model knows of an order. */
  private static final class Known {
    final String name;
    final UUID id;
    final @Nullable String code;
    final long total;
    final List<String> items = new ArrayList<>();
    final List<String> products = new ArrayList<>();
    final List<Integer> quantities = new ArrayList<>();

    /** The refunds that the seller was told were made: how many units of which item each covers. */
    final Map<UUID, Map<Integer, Integer>> refunds = new HashMap<>();

    /** The units that the seller was told were taken away, as item and unit. */
    final Set<List<Integer>> withdrawn = new HashSet<>();

    final Map<List<Integer>, Integer> downloads = new HashMap<>();
    Money money;

    Known(String name, JsonNode placed, @Nullable String code) {
      this.name = name;
      this.id = UUID.fromString(placed.path("id").asText());
      this.code = code;
      this.total = placed.path("total").path("amount").asLong();
      this.money = total == 0 ? Money.NOTHING_TO_TAKE : Money.NOT_TAKEN;
      for (JsonNode item : placed.path("items")) {
        items.add(item.path("id").asText());
        products.add(item.path("product").path("slug").asText());
        quantities.add(item.path("quantity").asInt());
      }
    }

    boolean isPaid() {
      return money == Money.TAKEN || money == Money.NOTHING_TO_TAKE;
    }

    List<Integer> unit(JsonNode entitlement) {
      return List.of(
          items.indexOf(entitlement.path("order_item_id").asText()),
          entitlement.path("unit").asInt());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** One run in a world. */
  private static final class Run {
    final List<String> log = new ArrayList<>();
    private final World world;
    private final SimulatedProvider provider;
    private final Faults faults = Faults.at(Map.of());
    private final History history;
    private final String few;
    private final List<Known> orders = new ArrayList<>();
    private final List<ObjectNode> underWay = new ArrayList<>();
    private final List<ObjectNode> told = new ArrayList<>();

    Run(World world) {
      this.world = world;
      this.provider = world.provider;
      this.history = new History(world, faults);
      this.few = "FEW" + Long.toHexString(world.ids.next().getLeastSignificantBits());
    }

    void run(List<Command> commands) {
      for (Command command : commands) {
        apply(command);
      }
      end();
    }

    private void say(String what, Object... values) {
      log.add(what.formatted(values));
    }

    private void apply(Command command) {
      if (command.kind == Kind.PLACE) {
        place(command);
      } else if (ofNoOrder(command) || orders.isEmpty()) {
        return;
      } else {
        ofOrder(command, command.which(orders));
      }
    }

    /** Whether it was one that concerns no order in particular. */
    private boolean ofNoOrder(Command command) {
      switch (command.kind) {
        case NOTICE -> notice(command);
        case MESSAGE -> {
          boolean mail = command.which % 2 == 0;
          say("a message is handed out");
          history.handOut(
              mail ? "MAIL_QUEUE_URL" : "FULFILLMENT_QUEUE_URL",
              mail ? "SendMail" : "FulfillOrder");
        }
        case LOSE_MESSAGES -> {
          say("the queues lose their messages");
          world.queues.lose();
        }
        case SCHEDULE -> {
          say("%s runs", command.which(SCHEDULES));
          history.schedule(command.which(SCHEDULES));
        }
        case WAIT -> {
          say("%s pass", command.which(WAITS));
          history.pass(command.which(WAITS));
        }
        case SLOW_REFUNDS -> {
          say("refunds are %s from now on", command.how % 2 == 0 ? "slow" : "quick");
          provider.slowRefunds(command.how % 2 == 0);
        }
        case RESEND -> {
          say("the links are asked for again");
          history.resend();
        }
        case FAULT -> {
          Faults.Kind kind = command.which(List.of(Faults.Kind.values()));
          say("%s, after %d calls", kind, command.how % 12);
          faults.add(command.how % 12, kind);
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    private void place(Command command) {
      List<String> items = new ArrayList<>();
      for (int i = 0; i <= command.which % 2; i++) {
        items.add(PRODUCTS.get((command.how + i) % 4) + ':' + (1 + command.more % 3));
      }
      String code =
          switch (command.more % 10) {
            case 0, 1 -> "HALF";
            case 2, 3 -> few;
            case 4 -> "FREE";
            default -> null;
          };
      if (Objects.equals(few, code)
          && log.stream().noneMatch(line -> line.contains(few))) {
        world.promotion(few, 50, USES_OF_THE_FEW);
      }
      long used =
          orders.stream()
              .filter(order -> few.equals(order.code))
              .filter(
                  order ->
                      order.isPaid()
                          || order.money == Money.ON_ITS_WAY
                          || provider.canBePaid(order.id))
              .count();
      String name = "order " + orders.size();
      HttpCall.Answer answer = history.tryToOrder(code, items.toArray(String[]::new));
      say("%s of %s with %s: %d", name, items, code == null ? "no code" : code, answer.status());
      if (answer.status() == 201) {
        orders.add(new Known(name, answer.json().path("order"), code));
        mustNot(
            Objects.equals(few, code) && used >= USES_OF_THE_FEW,
            "a code was used too often");
      } else {
        mustNot(
            answer.status() != 422 || code == null || (code.equals("HALF") && !isFree(items)),
            "the order was refused: " + answer.body());
      }
    }

    private static boolean isFree(List<String> items) {
      return items.stream().allMatch(item -> item.startsWith("gift"));
    }

    private static void mustNot(boolean wrong, String what) {
      if (wrong) {
        throw new Broken(what);
      }
    }

    private void notice(Command command) {
      underWay.addAll(provider.takeUndelivered());
      if (command.how % 8 == 7 && !told.isEmpty()) {
        say("an old notice comes again");
        history.notice(command.which(told));
        return;
      }
      if (underWay.isEmpty()) {
        return;
      }
      ObjectNode event = command.which(underWay);
      underWay.remove(event);
      String what = event.path("type").asText();
      switch (command.how % 8) {
        case 0 -> say("the notice %s is lost", what);
        case 1 -> {
          say("the notice %s comes twice", what);
          history.notice(event);
          history.notice(event);
        }
        case 2 -> {
          say("the notice %s comes, whatever is answered", what);
          history.noticeOnce(event);
        }
        default -> {
          say("the notice %s comes", what);
          history.notice(event);
        }
      }
      told.add(event);
    }

    private void ofOrder(Command command, Known order) {
      switch (command.kind) {
        case PAY -> {
          if (provider.canBePaid(order.id)) {
            say("%s is paid", order);
            provider.pay(order.id);
            order.money = Money.TAKEN;
          }
        }
        case PAY_LATER -> {
          if (provider.canBePaid(order.id)) {
            say("%s is paid later", order);
            provider.payLater(order.id);
            order.money = Money.ON_ITS_WAY;
          }
        }
        case SETTLE_LATER -> {
          if (order.money == Money.ON_ITS_WAY) {
            boolean arrives = command.how % 3 > 0;
            say("the payment of %s %s", order, arrives ? "arrives" : "does not arrive");
            provider.settleLater(order.id, arrives);
            order.money = arrives ? Money.TAKEN : Money.NEVER_CAME;
          }
        }
        case CANCEL -> {
          int status = history.cancel(order.id);
          say("%s is cancelled: %d", order, status);
          mustNot(
              status == 200 && (order.isPaid() || order.money == Money.ON_ITS_WAY),
              "an order was cancelled that is paid");
          mustNot(
              status == 200 && provider.canBePaid(order.id), "a cancelled order can still be paid");
        }
        case COME_BACK -> {
          say("the buyer of %s comes back", order);
          history.comeBack(order.id);
        }
        case REFUND_ALL -> refund(order, Json.object(), "all");
        case REFUND_ITEM -> {
          int item = command.how % order.items.size();
          int quantity = 1 + command.more % order.quantities.get(item);
          ObjectNode what = Json.object();
          what.putArray("items")
              .addObject()
              .put("order_item_id", order.items.get(item))
              .put("quantity", quantity);
          refund(order, what, quantity + " of item " + item);
        }
        case REFUND_AMOUNT -> {
          long amount = 1 + command.how * 997L % Math.max(1, order.total);
          ObjectNode what = Json.object();
          what.set("amount", Json.money(amount, "EUR"));
          refund(order, what, String.valueOf(amount));
        }
        case REFUND_IN_DASHBOARD -> {
          long left = order.total - provider.refundedOrZero(order.id);
          if (order.money == Money.TAKEN && left > 0 && !isDisputed(order)) {
            long amount = command.how % 3 == 0 ? left : 1 + command.more * 997L % left;
            say("%d of %s are given back in the dashboard", amount, order);
            provider.dashboardRefund(order.id, amount);
          }
        }
        case REFUND_FAILS -> {
          if (provider.refundedOrZero(order.id) > 0) {
            say("the newest refund of %s fails", order);
            provider.failRefund(order.id);
          }
        }
        case REFUND_ARRIVES -> {
          if (provider.refundedOrZero(order.id) > 0) {
            say("the newest refund of %s arrives", order);
            provider.refundArrives(order.id);
          }
        }
        case DISPUTE -> {
          // One that comes after a refund would be for less.
          if (order.money == Money.TAKEN
              && provider.refundedOrZero(order.id) == 0
              && !isDisputed(order)) {
            say("%s is disputed", order);
            provider.openDispute(order.id);
          }
        }
        case DISPUTE_CLOSES -> {
          if (has(order, DisputeStatus.NEEDS_RESPONSE)) {
            say("the dispute of %s is %s", order, command.how % 2 == 0 ? "won" : "lost");
            provider.closeDispute(order.id, command.how % 2 == 0);
          }
        }
        case DOWNLOAD -> {
          int units = history.look(order.id).path("entitlements").size();
          if (units > 0) {
            download(order, command.how % units);
          }
        }
        case REISSUE -> {
          int units = history.look(order.id).path("entitlements").size();
          if (units > 0) {
            say("unit %d of %s is issued anew", command.how % units, order);
            history.reissue(order.id, command.how % units);
          }
        }
        case REVOKE -> {
          JsonNode units = history.look(order.id).path("entitlements");
          if (!units.isEmpty()) {
            int status = history.revoke(order.id, command.how % units.size());
            say("unit %d of %s is taken away: %d", command.how % units.size(), order, status);
            mustNot(status != 200, "a unit could not be taken away");
            order.withdrawn.add(order.unit(units.path(command.how % units.size())));
          }
        }
        case REDRIVE -> {
          say("%s is delivered again", order);
          history.redrive(order.id);
        }
        default -> throw new IllegalArgumentException(command.toString());
      }
    }

    private void refund(Known order, ObjectNode what, String words) {
      boolean disputed = isDisputed(order);
      HttpCall.Answer answer = history.tryToRefund(order.id, what);
      say("the seller gives back %s of %s: %d", words, order, answer.status());
      if (answer.status() != 201) {
        return;
      }
      mustNot(order.money != Money.TAKEN || disputed, "a refund was made that may not be");
      Map<Integer, Integer> covered = new TreeMap<>();
      for (JsonNode item : answer.json().path("items")) {
        covered.merge(
            order.items.indexOf(item.path("order_item_id").asText()),
            item.path("quantity").asInt(),
            Integer::sum);
      }
      order.refunds.put(UUID.fromString(answer.json().path("id").asText()), covered);
    }

    private boolean has(Known order, DisputeStatus status) {
      return provider.disputes(order.id).stream().anyMatch(each -> each.status() == status);
    }

    private boolean isDisputed(Known order) {
      return has(order, DisputeStatus.NEEDS_RESPONSE) || has(order, DisputeStatus.LOST);
    }

    private List<PaymentProvider.RefundState> standing(Known order) {
      return provider.refunds(order.id).stream()
          .filter(refund -> refund.status() != RefundStatus.FAILED)
          .toList();
    }

    private boolean isGivenBack(Known order) {
      return order.total > 0 && provider.refundedOrZero(order.id) == order.total;
    }

    private int download(Known order, int index) {
      JsonNode held = history.look(order.id).path("entitlements").path(index);
      List<Integer> unit = order.unit(held);
      int status = history.download(order.id, index);
      say("unit %d of %s is downloaded: %d", index, order, status);
      if (status == 201) {
        order.downloads.merge(unit, 1, Integer::sum);
        mustNot(order.withdrawn.contains(unit), "a unit was downloaded that was taken away");
        // One of the dashboard's may not have been told yet.
        mustNot(
            isGivenBack(order)
                && standing(order).stream()
                    .allMatch(
                        refund ->
                            refund.refundId() != null
                                && order.refunds.containsKey(refund.refundId())),
            "a unit was downloaded that was refunded");
      }
      return status;
    }

    // How it ends.

    private void end() {
      for (ObjectNode event : underWay.reversed()) {
        history.notice(event);
      }
      provider.slowRefunds(false);
      world.queues.redrive();
      history.settle();
      // So that every payment page is over.
      history.pass(Duration.ofHours(25));
      history.settle();
      for (Known order : orders) {
        compare(order);
      }
      if (!orders.isEmpty()) {
        history.compareMails();
        history.compareWithOthers();
      }
      String broken = world.broken();
      mustNot(!broken.isEmpty(), broken);
    }

    private void compare(Known order) {
      JsonNode state;
      try {
        state = Json.MAPPER.readTree(history.state(order.id));
      } catch (JsonProcessingException unreadable) {
        throw new IllegalStateException(unreadable);
      }
      same(order, "status", expectedStatus(order), state.path("status").asText());
      same(order, "money taken", order.money == Money.TAKEN ? order.total : 0, taken(state));
      if (order.code != null) {
        String use =
            order.isPaid() ? "redeemed" : order.money == Money.ON_ITS_WAY ? "reserved" : "released";
        same(order, "the use of its code", use, state.path("promotion").path(0).asText());
      }
      Set<List<Integer>> covered = compareRefunds(order, state);
      int units = order.quantities.stream().mapToInt(Integer::intValue).sum();
      same(order, "units", order.isPaid() ? units : 0, state.path("entitlements").size());
      int index = 0;
      for (JsonNode entitlement : state.path("entitlements")) {
        List<Integer> unit = List.of(entitlement.path(0).asInt() - 1, entitlement.path(1).asInt());
        String expected = expectedStatus(order, unit, covered);
        same(order, "unit " + unit, expected, entitlement.path(2).asText());
        compareDownload(order, index, unit, expected);
        index++;
      }
    }

    private void compareDownload(Known order, int index, List<Integer> unit, String status) {
      int limit = Objects.requireNonNull(LIMITS.get(order.products.get(unit.get(0))));
      int before = order.downloads.getOrDefault(unit, 0);
      int answer = download(order, index);
      boolean right =
          switch (status) {
            case "active" -> answer == 201 || (answer == 410 && before >= limit);
            case "suspended" -> answer == 409;
            default -> answer == 410;
          };
      mustNot(!right, order + ", unit " + unit + " is " + status + ", and its download " + answer);
    }

    private static long taken(JsonNode state) {
      long sum = 0;
      for (JsonNode payment : state.path("payments")) {
        sum += payment.path(2).asText().equals("succeeded") ? payment.path(0).asLong() : 0;
      }
      return sum;
    }

    /** The units that refunds cover, each refund as many as the seller was told. */
    private Set<List<Integer>> compareRefunds(Known order, JsonNode state) {
      List<Long> given = new ArrayList<>();
      Map<Integer, Integer> told = new TreeMap<>();
      for (PaymentProvider.RefundState refund : standing(order)) {
        given.add(refund.amount().amount());
        if (refund.refundId() != null) {
          mustNot(
              !order.refunds.containsKey(refund.refundId()),
              order + " has a refund that nobody was told of");
          order
              .refunds
              .getOrDefault(refund.refundId(), Map.of())
              .forEach((item, units) -> told.merge(item, units, Integer::sum));
        }
      }
      List<Long> recorded = new ArrayList<>();
      Set<List<Integer>> covered = new HashSet<>();
      Map<Integer, Integer> counted = new TreeMap<>();
      for (JsonNode refund : state.path("refunds")) {
        if (refund.path(1).asText().equals("failed")) {
          continue;
        }
        recorded.add(refund.path(0).asLong());
        for (JsonNode unit : refund.path(2)) {
          covered.add(List.of(unit.path(0).asInt() - 1, unit.path(1).asInt()));
          counted.merge(unit.path(0).asInt() - 1, 1, Integer::sum);
        }
      }
      same(order, "refunds", given.stream().sorted().toList(), recorded.stream().sorted().toList());
      same(order, "units of refunds", told, counted);
      return covered;
    }

    private String expectedStatus(Known order) {
      return switch (order.money) {
        case NOT_TAKEN -> "cancelled";
        case NEVER_CAME -> "failed";
        case ON_ITS_WAY -> "pending";
        case NOTHING_TO_TAKE -> "paid";
        case TAKEN ->
            isDisputed(order)
                ? "disputed"
                : isGivenBack(order)
                    ? "refunded"
                    : provider.refundedOrZero(order.id) > 0 ? "partially_refunded" : "paid";
      };
    }

    private String expectedStatus(Known order, List<Integer> unit, Set<List<Integer>> covered) {
      if (isGivenBack(order)
          || covered.contains(unit)
          || order.withdrawn.contains(unit)
          || has(order, DisputeStatus.LOST)) {
        return "revoked";
      }
      return has(order, DisputeStatus.NEEDS_RESPONSE) ? "suspended" : "active";
    }

    private static void same(Known order, String what, Object expected, Object got) {
      // Numbers are compared by what they are, not by their type.
      if (!expected.toString().equals(got.toString())) {
        throw new Broken(
            "%s: %s should be %s and is %s".formatted(order, what, expected, got));
      }
    }
  }
}
