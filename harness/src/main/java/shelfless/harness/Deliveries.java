package shelfless.harness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * The deliveries: the provider's notices of a story in every order, every subset, with repetitions
 * (the same notice again, and another notice of the same thing), before and after later things
 * happened. Once all was told, or the schedules made up for what was not, every order stands the
 * same.
 */
final class Deliveries {
  private final Report report;
  private final Random random;
  private final double share;

  /**
   * @param share of all deliveries, from 0 to 1; the random numbers choose which
   */
  Deliveries(Report report, Random random, double share) {
    this.report = report;
    this.random = random;
    this.share = share;
  }

  /** What happens to one order at the provider, in this order. */
  record Story(String name, String item, List<BiConsumer<SimulatedProvider, UUID>> stages) {
    @SafeVarargs
    private static Story of(String name, BiConsumer<SimulatedProvider, UUID>... stages) {
      return new Story(name, "app:2", List.of(stages));
    }
  }

  static final List<Story> ALL =
      List.of(
          Story.of("paid", SimulatedProvider::pay),
          Story.of(
              "paid later",
              SimulatedProvider::payLater,
              (provider, order) -> provider.settleLater(order, true)),
          Story.of(
              "not paid later",
              SimulatedProvider::payLater,
              (provider, order) -> provider.settleLater(order, false)),
          Story.of(
              "refunded in the dashboard",
              SimulatedProvider::pay,
              (provider, order) -> provider.dashboardRefund(order, 4900L)),
          Story.of(
              "paid later and refunded",
              SimulatedProvider::payLater,
              (provider, order) -> provider.settleLater(order, true),
              (provider, order) -> provider.dashboardRefund(order, null)),
          Story.of(
              "a refund that fails",
              SimulatedProvider::pay,
              (provider, order) -> provider.dashboardRefund(order, null),
              SimulatedProvider::failRefund),
          Story.of(
              "a dispute that is won",
              SimulatedProvider::pay,
              SimulatedProvider::openDispute,
              (provider, order) -> provider.closeDispute(order, true)),
          Story.of(
              "a dispute that is lost",
              SimulatedProvider::pay,
              SimulatedProvider::openDispute,
              (provider, order) -> provider.closeDispute(order, false)),
          Story.of(
              "refunded in part, and a dispute that is won",
              SimulatedProvider::pay,
              (provider, order) -> provider.dashboardRefund(order, 100L),
              SimulatedProvider::openDispute,
              (provider, order) -> provider.closeDispute(order, true)));

  /** All deliveries of one story. */
  void run(Story story) {
    try (Worlds worlds = new Worlds()) {
      List<String> expected = asTheyCome(story, worlds.next());
      int notices = count(story, worlds.next());
      List<List<Integer>> sequences = sequences(notices);
      int run = 0;
      for (List<Integer> sequence : sequences) {
        if (random.nextDouble() >= share) {
          continue;
        }
        run++;
        afterwards(story, worlds, sequence, notices, expected);
      }
      int mixed = (int) Math.ceil(sequences.size() * share / 2);
      for (int i = 0; i < mixed; i++) {
        inBetween(story, worlds, random.nextLong(), expected);
      }
      worlds.check();
      report.say(
          "%d notices, %d of %d deliveries, %d more while it happened: %s"
              .formatted(notices, run, sequences.size(), mixed, story.name));
    } catch (RuntimeException broken) {
      throw new Broken(story.name + ": " + broken.getMessage(), broken);
    }
  }

  private List<String> asTheyCome(Story story, World world) {
    History history = new History(world, Faults.none());
    UUID order = history.order(null, story.item);
    for (BiConsumer<SimulatedProvider, UUID> stage : story.stages) {
      stage.accept(world.provider, order);
      history.notices();
      history.queues();
    }
    history.settle();
    return history.states();
  }

  private static int count(Story story, World world) {
    History history = new History(world, Faults.none());
    UUID order = history.order(null, story.item);
    story.stages.forEach(stage -> stage.accept(world.provider, order));
    List<ObjectNode> notices = world.provider.takeUndelivered();
    notices.forEach(history::notice);
    history.settle();
    return notices.size();
  }

  /**
   * Every order of every subset, and each of these with one notice more: a number is a notice, one
   * from {@code count} on is the notice of that rest told under another id.
   */
  private static List<List<Integer>> sequences(int count) {
    List<List<Integer>> orders = new ArrayList<>();
    extend(new ArrayList<>(), count, orders);
    List<List<Integer>> all = new ArrayList<>(orders);
    for (List<Integer> order : orders) {
      for (int first = 0; first < order.size(); first++) {
        for (int place = first + 1; place <= order.size(); place++) {
          for (int again : List.of(order.get(first), order.get(first) + count)) {
            List<Integer> repeated = new ArrayList<>(order);
            repeated.add(place, again);
            all.add(repeated);
          }
        }
      }
    }
    return all;
  }

  private static void extend(List<Integer> begun, int count, List<List<Integer>> into) {
    into.add(List.copyOf(begun));
    for (int next = 0; next < count; next++) {
      if (!begun.contains(next)) {
        begun.add(next);
        extend(begun, count, into);
        begun.removeLast();
      }
    }
  }

  private void afterwards(
      Story story, Worlds worlds, List<Integer> sequence, int count, List<String> expected) {
    World world = worlds.next();
    History history = new History(world, Faults.none());
    UUID order = history.order(null, story.item);
    story.stages.forEach(stage -> stage.accept(world.provider, order));
    List<ObjectNode> notices = world.provider.takeUndelivered();
    for (int number : sequence) {
      ObjectNode notice = notices.get(number % count).deepCopy();
      if (number >= count) {
        notice.put("id", notice.path("id").asText() + "_again");
      }
      history.notice(notice);
    }
    history.queues();
    boolean allTold = sequence.stream().map(number -> number % count).distinct().count() == count;
    if (!allTold) {
      history.settle();
    }
    compare(worlds, story.name + " " + sequence, history, expected);
  }

  /** Notices come late, twice or never, while later things happen. */
  private void inBetween(Story story, Worlds worlds, long seed, List<String> expected) {
    Random choices = new Random(seed);
    World world = worlds.next();
    History history = new History(world, Faults.none());
    UUID order = history.order(null, story.item);
    List<ObjectNode> waiting = new ArrayList<>();
    for (BiConsumer<SimulatedProvider, UUID> stage : story.stages) {
      stage.accept(world.provider, order);
      waiting.addAll(world.provider.takeUndelivered());
      int now = choices.nextInt(waiting.size() + 2);
      for (int i = 0; i < now; i++) {
        int which = choices.nextInt(waiting.size());
        history.notice(waiting.get(which));
        if (choices.nextBoolean() && waiting.size() > 1) {
          waiting.remove(which);
        }
      }
      if (choices.nextInt(4) == 0) {
        history.pass(Duration.ofMinutes(11));
        history.schedule("ReconcilePayments");
      }
      if (choices.nextBoolean()) {
        history.queues();
      }
    }
    history.settle();
    compare(worlds, story.name + " with seed " + seed, history, expected);
  }

  private void compare(Worlds worlds, String what, History history, List<String> expected) {
    List<String> states = history.states();
    if (!states.equals(expected)) {
      throw new Broken(
          what + " ends otherwise:\n  then     " + states + "\n  in order " + expected);
    }
    worlds.note(history, what);
    report.history("deliveries");
  }
}
