package shelfless.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import shelfless.domain.DisputeStatus;
import shelfless.json.Json;
import shelfless.testing.HttpCall;

/** One run of the random model in a world: applies its commands, and compares how it ended. */
final class RandomRun {
  private static final List<String> PRODUCTS = List.of("book", "app", "song", "gift");
  private static final int USES_OF_THE_FEW = 2;
  private static final List<String> SCHEDULES =
      List.of("RelayOutbox", "ReconcilePayments", "ExpirePendingOrders", "ExpireEntitlements");
  private static final List<Duration> WAITS =
      List.of(
          Duration.ofMinutes(2), Duration.ofMinutes(20), Duration.ofHours(3), Duration.ofHours(25));

  private final List<String> log = new ArrayList<>();
  private final World world;
  private final SimulatedProvider provider;
  private final Faults faults = Faults.at(Map.of());
  private final History history;

  /** A code of this run's own, which can be used a few times. */
  private final String few;

  private boolean hasFew;
  private final List<KnownOrder> orders = new ArrayList<>();
  private final List<ObjectNode> underWay = new ArrayList<>();
  private final List<ObjectNode> told = new ArrayList<>();

  RandomRun(World world) {
    this.world = world;
    this.provider = world.provider;
    this.history = new History(world, faults);
    this.few = "FEW" + Long.toHexString(world.ids.next().getLeastSignificantBits());
  }

  /** What happened, a line each. */
  List<String> log() {
    return log;
  }

  /**
   * Applies the commands, and lets everything come to its end; throws what is not as it must be.
   */
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
    if (command.kind() == Command.Kind.PLACE) {
      place(command);
    } else if (!applyToNone(command) && !orders.isEmpty()) {
      applyTo(command.which(orders), command);
    }
  }

  /** Applies one that concerns no order in particular; false when it is none. */
  private boolean applyToNone(Command command) {
    switch (command.kind()) {
      case NOTICE -> notice(command);
      case MESSAGE -> {
        boolean mail = command.which() % 2 == 0;
        say("a message is handed out");
        history.handOut(
            mail ? "MAIL_QUEUE_URL" : "FULFILLMENT_QUEUE_URL", mail ? "SendMail" : "FulfillOrder");
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
        say("refunds are %s from now on", command.how() % 2 == 0 ? "slow" : "quick");
        provider.slowRefunds(command.how() % 2 == 0);
      }
      case RESEND -> {
        say("the links are asked for again");
        history.resend();
      }
      case FAULT -> {
        Faults.Kind kind = command.which(List.of(Faults.Kind.values()));
        say("%s, after %d calls", kind, command.how() % 12);
        faults.add(command.how() % 12, kind);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void place(Command command) {
    List<String> items = new ArrayList<>();
    for (int i = 0; i <= command.which() % 2; i++) {
      items.add(PRODUCTS.get((command.how() + i) % 4) + ':' + (1 + command.more() % 3));
    }
    String code =
        switch (command.more() % 10) {
          case 0, 1 -> "HALF";
          case 2, 3 -> few;
          case 4 -> "FREE";
          default -> null;
        };
    boolean isFew = few.equals(code);
    if (isFew && !hasFew) {
      world.promotion(few, 50, USES_OF_THE_FEW);
      hasFew = true;
    }
    long used =
        orders.stream()
            .filter(order -> few.equals(order.code))
            .filter(order -> order.isPaid() || order.isOnItsWay() || provider.canBePaid(order.id))
            .count();
    String name = "order " + orders.size();
    HttpCall.Answer answer = history.tryToOrder(code, items.toArray(String[]::new));
    say("%s of %s with %s: %d", name, items, code == null ? "no code" : code, answer.status());
    if (answer.status() == 201) {
      orders.add(new KnownOrder(name, answer.json().path("order"), code, provider));
      mustNot(isFew && used >= USES_OF_THE_FEW, "a code was used too often");
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
    if (command.how() % 8 == 7 && !told.isEmpty()) {
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
    switch (command.how() % 8) {
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

  private void applyTo(KnownOrder order, Command command) {
    switch (command.kind()) {
      case PAY -> {
        if (provider.canBePaid(order.id)) {
          say("%s is paid", order);
          provider.pay(order.id);
          order.money = KnownOrder.Money.TAKEN;
        }
      }
      case PAY_LATER -> {
        if (provider.canBePaid(order.id)) {
          say("%s is paid later", order);
          provider.payLater(order.id);
          order.money = KnownOrder.Money.ON_ITS_WAY;
        }
      }
      case SETTLE_LATER -> {
        if (order.isOnItsWay()) {
          boolean arrives = command.how() % 3 > 0;
          say("the payment of %s %s", order, arrives ? "arrives" : "does not arrive");
          provider.settleLater(order.id, arrives);
          order.money = arrives ? KnownOrder.Money.TAKEN : KnownOrder.Money.NEVER_CAME;
        }
      }
      case CANCEL -> {
        int status = history.cancel(order.id);
        say("%s is cancelled: %d", order, status);
        mustNot(
            status == 200 && (order.isPaid() || order.isOnItsWay()),
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
        int item = command.how() % order.items.size();
        int quantity = 1 + command.more() % order.quantities.get(item);
        ObjectNode what = Json.object();
        what.putArray("items")
            .addObject()
            .put("order_item_id", order.items.get(item))
            .put("quantity", quantity);
        refund(order, what, quantity + " of item " + item);
      }
      case REFUND_AMOUNT -> {
        long amount = 1 + command.how() * 997L % Math.max(1, order.total);
        ObjectNode what = Json.object();
        what.set("amount", Json.money(amount, "EUR"));
        refund(order, what, String.valueOf(amount));
      }
      case REFUND_IN_DASHBOARD -> {
        long left = order.total - provider.refundedOrZero(order.id);
        if (order.money == KnownOrder.Money.TAKEN && left > 0 && !order.isDisputed()) {
          long amount = command.how() % 3 == 0 ? left : 1 + command.more() * 997L % left;
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
        if (order.money == KnownOrder.Money.TAKEN
            && provider.refundedOrZero(order.id) == 0
            && !order.isDisputed()) {
          say("%s is disputed", order);
          provider.openDispute(order.id);
        }
      }
      case DISPUTE_CLOSES -> {
        if (order.has(DisputeStatus.NEEDS_RESPONSE)) {
          say("the dispute of %s is %s", order, command.how() % 2 == 0 ? "won" : "lost");
          provider.closeDispute(order.id, command.how() % 2 == 0);
        }
      }
      case DOWNLOAD -> {
        int units = history.look(order.id).path("entitlements").size();
        if (units > 0) {
          download(order, command.how() % units);
        }
      }
      case REISSUE -> {
        int units = history.look(order.id).path("entitlements").size();
        if (units > 0) {
          say("unit %d of %s is issued anew", command.how() % units, order);
          history.reissue(order.id, command.how() % units);
        }
      }
      case REVOKE -> {
        JsonNode units = history.look(order.id).path("entitlements");
        if (!units.isEmpty()) {
          int status = history.revoke(order.id, command.how() % units.size());
          say("unit %d of %s is taken away: %d", command.how() % units.size(), order, status);
          mustNot(status != 200, "a unit could not be taken away");
          order.withdrawn(units.path(command.how() % units.size()));
        }
      }
      case REDRIVE -> {
        say("%s is delivered again", order);
        history.redrive(order.id);
      }
      default -> throw new IllegalArgumentException(command.toString());
    }
  }

  private void refund(KnownOrder order, ObjectNode what, String words) {
    boolean disputed = order.isDisputed();
    HttpCall.Answer answer = history.tryToRefund(order.id, what);
    say("the seller gives back %s of %s: %d", words, order, answer.status());
    if (answer.status() != 201) {
      return;
    }
    mustNot(order.money != KnownOrder.Money.TAKEN || disputed, "a refund was made that may not be");
    order.refunded(answer.json());
  }

  private int download(KnownOrder order, int index) {
    JsonNode held = history.look(order.id).path("entitlements").path(index);
    int status = history.download(order.id, index);
    say("unit %d of %s is downloaded: %d", index, order, status);
    if (status == 201) {
      order.downloaded(held);
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
    for (KnownOrder order : orders) {
      compare(order);
    }
    if (!orders.isEmpty()) {
      history.compareMails();
      history.compareWithOthers();
    }
    String broken = world.broken();
    mustNot(!broken.isEmpty(), broken);
  }

  private void compare(KnownOrder order) {
    JsonNode state;
    try {
      state = Json.read(history.state(order.id));
    } catch (JsonProcessingException unreadable) {
      throw new IllegalStateException(unreadable);
    }
    int index = 0;
    for (Map.Entry<List<Integer>, String> unit : order.compare(state).entrySet()) {
      compareDownload(order, index, unit.getKey(), unit.getValue());
      index++;
    }
  }

  private void compareDownload(KnownOrder order, int index, List<Integer> unit, String status) {
    boolean usedUp = order.isUsedUp(unit);
    int answer = download(order, index);
    boolean right =
        switch (status) {
          case "active" -> answer == 201 || (answer == 410 && usedUp);
          case "suspended" -> answer == 409;
          default -> answer == 410;
        };
    mustNot(!right, order + ", unit " + unit + " is " + status + ", and its download " + answer);
  }
}
