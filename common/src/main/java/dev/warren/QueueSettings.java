package dev.warren;

import org.jspecify.annotations.Nullable;

/**
 * How a queue of tasks, or of a {@link BoundedQueue}'s items, is declared.
 *
 * <p>With both values absent a queue that exists is used as it is, whatever its arguments, and one
 * that does not exist is made classic and unbounded: that is how a queue shared with Celery, or
 * bounded by a broker policy, is used. As soon as one is given, the queue must have exactly these
 * arguments; if it exists with others, the start fails and names the difference.
 *
 * @param maxLength tasks that may wait; 0 or less means unbounded. Default: absent
 * @param type kind of queue. Default: absent, which makes a new queue classic
 */
public record QueueSettings(@Nullable Integer maxLength, @Nullable QueueType type) {

  /** Takes the queue as it is, or makes a classic unbounded one. */
  public static final QueueSettings AS_IT_IS = new QueueSettings(null, null);

  /** A classic queue in which at most {@code maxLength} tasks wait. */
  public static QueueSettings bounded(int maxLength) {
    return new QueueSettings(maxLength, null);
  }

  /** Whether this says anything about the queue's arguments. */
  public boolean isDemanding() {
    return maxLength != null || type != null;
  }

  /** Whether at most {@link #maxLength} tasks may wait. */
  public boolean isBounded() {
    return maxLength != null && maxLength > 0;
  }
}
