package dev.warren.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends the items of one map, stream or group. */
interface ItemSender<R> {

  /** Takes each chunk before it can have ended; may wait. */
  @FunctionalInterface
  interface Sink<R> {
    void accept(Chunk<R> chunk) throws InterruptedException;
  }

  /**
   * Sends items; waits while this client has too many unfinished tasks.
   *
   * @param sink gets the chunks in the items' order
   * @throws dev.warren.WarrenException if the pool was terminated, or its Warren closed
   */
  void send(List<? extends @Nullable Object> items, Sink<R> sink) throws InterruptedException;
}
