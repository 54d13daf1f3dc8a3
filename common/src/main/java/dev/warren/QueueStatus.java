package dev.warren;

import org.jspecify.annotations.Nullable;

/**
 * A task queue at one moment, as the broker told it.
 *
 * @param name the queue's name
 * @param size tasks that wait; those that a worker holds do not count, as in Python's {@code
 *     Queue.qsize()}
 * @param maxLength the configured bound, or null if none is configured here
 * @param consumers slots that listen on the queue, over all workers
 * @param due tasks that were put off and are due again; admitted ahead of new ones
 * @param dead messages in quarantine
 */
public record QueueStatus(
    String name, long size, @Nullable Integer maxLength, int consumers, long due, long dead) {

  /** Whether no task waits. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** Whether the bound is reached, so that the next task is rejected. False if unbounded. */
  public boolean isFull() {
    return maxLength != null && maxLength > 0 && size >= maxLength;
  }
}
