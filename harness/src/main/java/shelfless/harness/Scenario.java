package shelfless.harness;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A story that the shop must bring to the same end whatever goes wrong on the way.
 *
 * @param name what happens in it, in a few words
 * @param story what people and the provider do; the harness lets everything come to rest after it
 * @param end the status that every order has then, in their order
 */
record Scenario(String name, Consumer<History> story, List<String> end) {
  private static final Duration NEARLY_A_DAY = Duration.ofHours(24).minusMinutes(5);

  private static Scenario of(String name, Consumer<History> story, String... end) {
    return new Scenario(name, story, List.of(end));
  }

  /** All of them. */
  static final List<Scenario> ALL =
      List.of(
          of(
              "several items and units are paid",
              history -> {
                UUID order = history.order(null, "book:3", "app:2");
                history.world.provider.pay(order);
                history.comeBack(order);
                history.notices();
                history.queues();
              },
              "paid"),
          of(
              "a delayed payment arrives",
              history -> {
                UUID order = history.order(null, "app");
                history.world.provider.payLater(order);
                history.notices();
                history.pass(Duration.ofDays(3));
                history.world.provider.settleLater(order, true);
              },
              "paid"),
          of(
              "a delayed payment does not arrive",
              history -> {
                UUID order = history.order("HALF", "app");
                history.world.provider.payLater(order);
                history.notices();
                history.pass(Duration.ofDays(3));
                history.world.provider.settleLater(order, false);
              },
              "failed"),
          of(
              "nothing is to be paid",
              history -> {
                history.order(null, "gift:2");
                history.order("FREE", "app");
              },
              "paid",
              "paid"),
          of(
              "the seller refunds all",
              history -> {
                UUID order = history.paid("book:2", "app");
                history.refund(order);
              },
              "refunded"),
          of(
              "the seller refunds items, then the rest",
              history -> {
                UUID order = history.paid("book:3", "app");
                history.refundItem(order, 0, 2);
                history.refundItem(order, 1, 1);
                history.refund(order);
              },
              "refunded"),
          of(
              "the seller refunds an amount",
              history -> {
                UUID order = history.paid("book:2");
                history.refundAmount(order, 1000);
                history.refundAmount(order, 500);
              },
              "partially_refunded"),
          of(
              "a refund of the seller's fails later",
              history -> {
                UUID order = history.paid("app:2");
                history.world.provider.slowRefunds(true);
                history.refund(order);
                history.notices();
                history.world.provider.failRefund(order);
                history.world.provider.slowRefunds(false);
              },
              "paid"),
          of(
              "refunds are made in the dashboard",
              history -> {
                UUID order = history.paid("book:2");
                history.world.provider.dashboardRefund(order, 700L);
                history.notices();
                history.world.provider.dashboardRefund(order, null);
              },
              "refunded"),
          of(
              "a refund of the dashboard's fails later, and is made again",
              history -> {
                UUID order = history.paid("app");
                history.world.provider.dashboardRefund(order, null);
                history.notices();
                history.world.provider.failRefund(order);
                history.notices();
                history.world.provider.dashboardRefund(order, 1000L);
              },
              "partially_refunded"),
          of(
              "a refund of the seller's meets one of the dashboard's",
              history -> {
                UUID order = history.paid("book:2");
                history.world.provider.dashboardRefund(order, 1900L);
                history.refundAmount(order, 1900L);
              },
              "refunded"),
          of(
              "a refund is refused, since the payment is disputed",
              history -> {
                UUID order = history.paid("app");
                history.world.provider.openDispute(order);
                // The shop has not heard of the dispute, or has it by the second try.
                if (history.refund(order) != 409) {
                  throw new Broken("A refund was made of a disputed payment.");
                }
              },
              "disputed"),
          of(
              "a dispute is won",
              history -> {
                UUID order = history.paid("app", "book");
                history.world.provider.openDispute(order);
                history.notices();
                history.world.provider.closeDispute(order, true);
              },
              "paid"),
          of(
              "a dispute is lost",
              history -> {
                UUID order = history.paid("app", "book");
                history.world.provider.openDispute(order);
                history.notices();
                history.pass(Duration.ofDays(20));
                history.world.provider.closeDispute(order, false);
              },
              "disputed"),
          of(
              "no notice of a lost dispute arrives",
              history -> {
                UUID order = history.paid("app");
                history.world.provider.openDispute(order);
                history.world.provider.closeDispute(order, false);
                history.world.provider.takeUndelivered();
                history.pass(Duration.ofHours(24));
              },
              "disputed"),
          of(
              "an order expires while its payment is made",
              history -> {
                UUID paid = history.order("HALF", "book");
                UUID unpaid = history.order("HALF", "book");
                history.pass(NEARLY_A_DAY);
                history.schedule("ExpirePendingOrders");
                history.world.provider.pay(paid);
                history.pass(Duration.ofMinutes(6));
                history.schedule("ExpirePendingOrders");
                history.comeBack(unpaid);
              },
              "paid",
              "cancelled"),
          of(
              "the buyer cancels, and orders again",
              history -> {
                UUID order = history.order("HALF", "app");
                history.cancel(order);
                history.payIfOffered(order);
                UUID again = history.order("HALF", "app");
                history.world.provider.pay(again);
                history.cancel(again);
              },
              "cancelled",
              "paid"),
          of(
              "links are issued anew",
              history -> {
                UUID order = history.paid("book", "app");
                history.download(order, 0);
                history.reissue(order, 0);
                history.download(order, 0);
              },
              "paid"),
          of(
              "links are sent again",
              history -> {
                history.order(null, "gift");
                history.queues();
                history.resend();
              },
              "paid"),
          of(
              "a unit is taken away between downloads",
              history -> {
                UUID order = history.paid("song", "book");
                history.download(order, 1);
                history.revoke(order, 1);
                history.download(order, 1);
                history.download(order, 0);
              },
              "paid"),
          of(
              "fulfilment fails until the dead letters, and is redriven twice",
              history -> {
                UUID order = history.order(null, "app:2", "book");
                history.world.provider.pay(order);
                history.breakFulfilment();
                history.notices();
                history.queues();
                history.mend();
                history.world.queues.redrive();
                history.queues();
                history.redrive(order);
                history.redrive(order);
              },
              "paid"),
          of(
              "every notice and every message is lost",
              history -> {
                UUID one = history.order(null, "book:2");
                UUID other = history.order("HALF", "app");
                history.world.provider.pay(one);
                history.world.provider.payLater(other);
                history.pass(Duration.ofHours(5));
                history.world.provider.settleLater(other, true);
                history.world.provider.dashboardRefund(one, 1900L);
                history.world.provider.takeUndelivered();
                history.world.queues.lose();
                history.pass(Duration.ofHours(24));
              },
              "partially_refunded",
              "paid"),
          of(
              "the database forgets paid orders",
              history -> {
                UUID kept = history.paid("app");
                history.world.takeRestorePoint();
                history.paid("book:2", "app");
                UUID paidMeanwhile = history.order("HALF", "song");
                UUID given = history.paid("film");
                history.world.provider.dashboardRefund(given, null);
                history.refundAmount(kept, 500);
                history.restore();
                history.world.provider.pay(paidMeanwhile);
                history.comeBack(kept);
                history.notices();
              },
              "partially_refunded",
              "paid",
              "paid",
              "refunded"),
          of(
              "a paid order is refunded by amount and disputed",
              history -> {
                UUID order = history.paid("book:2");
                history.refundAmount(order, 900);
                history.world.provider.openDispute(order);
                history.notices();
                history.refund(order);
                history.world.provider.closeDispute(order, true);
                history.notices();
                history.refund(order);
              },
              "refunded"));
}
