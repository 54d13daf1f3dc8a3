package dev.warren.producer.dispatch;

import dev.warren.producer.store.TaskStore;
import dev.warren.wire.WireFormat;
import java.time.Clock;

/** Makes what takes groups, for tests of other packages. */
public final class GroupsFixture {

  private GroupsFixture() {}

  /**
   * Takes groups into a store.
   *
   * @param maxTasks unfinished tasks that it may hold
   */
  public static Groups on(TaskStore store, int maxMessageBytes, int maxTasks) {
    return on(store, maxMessageBytes, maxTasks, () -> {});
  }

  static Groups on(TaskStore store, int maxMessageBytes, int maxTasks, Runnable relay) {
    return new Groups(
        store,
        new Occupancy(store, maxTasks),
        new WireFormat(maxMessageBytes),
        maxMessageBytes,
        relay,
        Clock.systemUTC());
  }
}
