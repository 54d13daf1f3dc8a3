package dev.warren.producer.store;

import java.time.Duration;

/** How long a task that failed waits for its next attempt. */
final class RetryBackoff {

  private static final long FIRST_MILLIS = 1000;
  private static final long LONGEST_MILLIS = 10 * 60 * 1000;
  private static final int MOST_DOUBLINGS = 20;
  private static final double JITTER = 0.2;

  private RetryBackoff() {}

  /**
   * The wait before a retry: 1 s, doubled with each, 10 min at most; a fifth more or less, so that
   * tasks which failed together do not come back together.
   *
   * @param retry 1 is the first
   * @param jitter from 0, the shortest, to 1, the longest
   */
  static Duration before(int retry, double jitter) {
    long whole =
        Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(MOST_DOUBLINGS, Math.max(0, retry - 1)));
    return Duration.ofMillis(Math.round(whole * (1 + JITTER * (2 * jitter - 1))));
  }
}
