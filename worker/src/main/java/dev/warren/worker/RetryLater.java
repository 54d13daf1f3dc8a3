package dev.warren.worker;

import java.time.Duration;

/**
 * A task throws this to run again later, after a time of its choice, as what it needs is not there
 * yet. It is one of the task's {@link Task#maxRetries retries}; when none is left, the task fails.
 */
public final class RetryLater extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final Duration LONGEST = Duration.ofDays(36_525);

  private final transient Duration after;

  /** Says why, and after what time; of less than zero at once, of more than a century after one. */
  public RetryLater(Duration after, String message) {
    super(message);
    this.after =
        after.isNegative() ? Duration.ZERO : after.compareTo(LONGEST) > 0 ? LONGEST : after;
  }

  /** As above, without a reason. */
  public RetryLater(Duration after) {
    this(after, "not yet");
  }

  /** After what time it runs again. */
  public Duration after() {
    return after;
  }
}
