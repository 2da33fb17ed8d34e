package shelfless.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Databases that histories share, so that what must hold is asked once for many. */
final class Worlds implements AutoCloseable {
  /** So many histories, before what must hold is checked for all of them. */
  private static final int A_BATCH = 120;

  /** So many in one database: the checks take longer the more is in it. */
  private static final int A_WORLD = 480;

  private record Named(String name, List<UUID> orders) {}

  private World world = new World();
  private final List<Named> noted = new ArrayList<>();
  private int used;

  /** Where the next history takes place. */
  World next() {
    if (used > 0 && used % A_BATCH == 0) {
      check();
    }
    if (used == A_WORLD) {
      world.close();
      world = new World();
      used = 0;
      noted.clear();
    }
    used++;
    return world;
  }

  /** Keeps the name of a history for what may be found of its orders. */
  void note(History history, String name) {
    noted.add(new Named(name, history.orders()));
  }

  /** Throws what does not hold, and names the histories whose orders it tells of. */
  void check() {
    // What was told without the schedules may still wait for a mail.
    new History(world, Faults.none()).settle();
    String broken = world.broken();
    if (broken.isEmpty()) {
      return;
    }
    StringBuilder message = new StringBuilder(broken);
    for (Named each : noted) {
      for (UUID order : each.orders) {
        if (broken.contains(order.toString())) {
          message.append("  ").append(order).append(" is of ").append(each.name).append('\n');
        }
      }
    }
    throw new Broken(message.toString());
  }

  @Override
  public void close() {
    world.close();
  }
}
