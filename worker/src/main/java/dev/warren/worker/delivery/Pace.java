package dev.warren.worker.delivery;

import java.time.Duration;

/**
 * How long the tasks of a worker take, and whether that is so short that a slot would wait longer
 * for its next task to come than it takes to run it. Thread-safe.
 *
 * <p>It is a moving mean over some 64 tasks. It begins as that of slow tasks, so that a worker
 * fetches ahead only after it has run a hundred fast ones.
 */
final class Pace {

  /** Tasks that take less are worth to be fetched ahead. */
  private static final long FAST = Duration.ofNanos(500_000).toNanos();

  /** Tasks that take longer are not; in between it stays as it was. */
  private static final long SLOW = Duration.ofMillis(2).toNanos();

  /** One that runs for so long holds up what was fetched ahead of it. */
  static final Duration LONG = Duration.ofMillis(100);

  private static final long AT_FIRST = Duration.ofMillis(10).toNanos();
  private static final int WEIGHT = 64;

  private long mean = AT_FIRST; // guarded by this; nanoseconds
  private boolean fast; // likewise

  /** A task has run. */
  synchronized void ran(long nanos) {
    mean += (nanos - mean) / WEIGHT;
    fast = fast ? mean < SLOW : mean < FAST;
  }

  /** A task runs for long: what was learnt of those before does not hold any more. */
  synchronized void isSlow() {
    mean = AT_FIRST;
    fast = false;
  }

  synchronized boolean isFast() {
    return fast;
  }
}
