package dev.warren.worker;

import java.time.Duration;

/**
 * A task throws this to run again later, after a time of its choice, as what it needs is not there
 * yet. It is one of the task's {@link Task#maxRetries retries}; when none is left, the task fails.
 */
public final class RetryLater extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Duration after;

  /** Says why, and after what time; of less than zero at once. */
  public RetryLater(Duration after, String message) {
    super(message);
    this.after = after;
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
