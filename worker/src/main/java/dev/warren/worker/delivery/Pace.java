package dev.warren.worker.delivery;

import java.time.Duration;

/**
 * How long the tasks of a worker take, and how many it is to fetch ahead of its slots because a
 * slot would wait for its next task. Thread-safe.
 *
 * <p>A slot that takes no task ahead is idle for some milliseconds after each: until the reply is
 * confirmed, the task acked and the next one here. So as many are fetched as all slots run in that
 * time; none waits here for much longer than that, while another worker may be idle. With the
 * shortest tasks the broker itself is busy, and the next ones take longer to come.
 */
final class Pace {

  /** How long a slot waits for a task that was not fetched ahead. */
  private static final long WAIT = Duration.ofMillis(5).toNanos();

  /** The same while the broker is busy with tasks that take next to no time. */
  private static final long LONG_WAIT = Duration.ofMillis(25).toNanos();

  /** Tasks that take less keep the broker busy. */
  private static final long FAST = Duration.ofNanos(500_000).toNanos();

  /** Tasks that take longer do not; in between it stays as it was. */
  private static final long SLOW = Duration.ofMillis(2).toNanos();

  /** One that runs for so long holds up what was fetched ahead of it. */
  static final Duration LONG = Duration.ofMillis(100);

  /** One is fetched if it waits for no longer than four times {@link #WAIT}. */
  private static final double ROUNDING = 0.25;

  /** The largest number, for all slots. */
  static final int MOST_AHEAD = 500;

  /** Tasks that the moving mean is of, and that are to have run before it counts. */
  private static final int WEIGHT = 64;

  private long mean; // guarded by this, as are the others; nanoseconds
  private int tasks; // that the mean is of
  private boolean fast;

  /** A task has run. */
  synchronized void ran(long nanos) {
    tasks = Math.min(WEIGHT, tasks + 1);
    mean += (nanos - mean) / tasks;
    fast = tasks == WEIGHT && (fast ? mean < SLOW : mean < FAST);
  }

  /** A task runs for long: what was learnt of those before does not hold any more. */
  synchronized void isSlow() {
    tasks = 0;
    mean = 0;
    fast = false;
  }

  /**
   * How many tasks to fetch ahead, over all slots.
   *
   * @param now how many it is now; small changes are not worth their calls to the broker
   */
  synchronized int ahead(int slots, int now) {
    if (tasks < WEIGHT) {
      return 0;
    }
    double each = (double) (fast ? LONG_WAIT : WAIT) / Math.max(1, mean);
    double wanted = Math.min(MOST_AHEAD, slots * each);
    double rounded = wanted + ROUNDING;
    double fewer = fast ? 0.125 : 0.4; // one pause moves the mean of the shortest ones far
    return rounded >= fewer * now && wanted <= 2.0 * now ? now : (int) Math.round(rounded);
  }
}
