package dev.warren;

import org.jspecify.annotations.Nullable;

/**
 * How a queue of tasks, or of a {@link BoundedQueue}'s items, is declared.
 *
 * <p>With all values absent a queue that exists is used as it is, whatever its arguments, and one
 * that does not exist is made classic and unbounded: that is how a queue shared with Celery, or
 * bounded by a broker policy, is used. As soon as one is given, the queue must have exactly these
 * arguments; if it exists with others, the start fails and names the difference.
 *
 * @param maxLength tasks that may wait; 0 or less means unbounded. Default: absent
 * @param type kind of queue. Default: absent, which makes a new queue classic
 * @param maxPriority highest priority of a task, 1 to 255: among those that wait, tasks of a higher
 *     priority go first. Every priority costs the broker some memory and time, so that 10 is
 *     plenty. Only a classic queue of tasks has priorities. Default: absent, which means none
 */
public record QueueSettings(
    @Nullable Integer maxLength, @Nullable QueueType type, @Nullable Integer maxPriority) {

  private static final int HIGHEST_PRIORITY = 255;

  /** Checks the priority. */
  public QueueSettings {
    if (maxPriority != null && (maxPriority < 1 || maxPriority > HIGHEST_PRIORITY)) {
      throw new IllegalArgumentException(
          "max-priority must be 1 to 255, or absent for a queue without priorities: "
              + maxPriority);
    }
    if (maxPriority != null && type == QueueType.QUORUM) {
      throw new IllegalArgumentException(
          "max-priority is for classic queues only; leave it away, or type: quorum");
    }
  }

  /** Takes the queue as it is, or makes a classic unbounded one. */
  public static final QueueSettings AS_IT_IS = new QueueSettings(null, null, null);

  /** A classic queue in which at most {@code maxLength} tasks wait. */
  public static QueueSettings bounded(int maxLength) {
    return new QueueSettings(maxLength, null, null);
  }

  /** These settings for a queue with priorities up to a highest one, of 1 to 255. */
  public QueueSettings withMaxPriority(int highest) {
    return new QueueSettings(maxLength, type, highest);
  }

  /** Whether this says anything about the queue's arguments. */
  public boolean isDemanding() {
    return maxLength != null || type != null || maxPriority != null;
  }

  /** Whether at most {@link #maxLength} tasks may wait. */
  public boolean isBounded() {
    return maxLength != null && maxLength > 0;
  }
}
