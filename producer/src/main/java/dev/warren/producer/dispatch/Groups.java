package dev.warren.producer.dispatch;

import dev.warren.producer.store.Moments;
import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskStore;
import dev.warren.wire.WireFormat;
import java.time.Clock;

/** Takes groups. Thread-safe. */
public final class Groups {

  private final TaskStore store;
  private final Occupancy occupancy;
  private final WireFormat wire;
  private final int maxMessageBytes;
  private final Runnable relay;
  private final Clock clock;

  /**
   * @param maxMessageBytes largest body of a message
   * @param relay says that there is something to publish; must not block
   */
  Groups(
      TaskStore store,
      Occupancy occupancy,
      WireFormat wire,
      int maxMessageBytes,
      Runnable relay,
      Clock clock) {
    this.store = store;
    this.occupancy = occupancy;
    this.wire = wire;
    this.maxMessageBytes = maxMessageBytes;
    this.relay = relay;
    this.clock = clock;
  }

  /**
   * A group that was taken.
   *
   * @param repeated whether an earlier request with the same idempotency key had submitted it
   */
  public record Taken(TaskGroup group, boolean repeated) {}

  /**
   * Begins a group. Blocks for the database.
   *
   * @throws NotAcceptedException if there is no room for a task
   * @throws dev.warren.producer.store.StoreUnavailableException if the database is away
   */
  public GroupUpload open(NewGroup group) {
    occupancy.require(1);
    return new GroupUpload(
        group, store, occupancy, wire, maxMessageBytes, relay, Moments.micros(clock.instant()));
  }
}
