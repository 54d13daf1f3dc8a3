package dev.warren.producer.api;

import dev.warren.QueueStatus;
import org.jspecify.annotations.Nullable;

/**
 * A queue as callers see it.
 *
 * @param maxLength null if it is not bounded here
 */
record QueueView(
    String name,
    long size,
    @Nullable Integer maxLength,
    boolean empty,
    boolean full,
    int consumers,
    long due,
    long dead) {

  static QueueView of(QueueStatus status) {
    Integer bound = status.maxLength();
    return new QueueView(
        status.name(),
        status.size(),
        bound == null || bound <= 0 ? null : bound,
        status.isEmpty(),
        status.isFull(),
        status.consumers(),
        status.due(),
        status.dead());
  }
}
