package dev.warren.worker;

import org.jspecify.annotations.Nullable;

/** A task throws this to fail for good, whatever retries it has left. */
public final class DoNotRetry extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says why. */
  public DoNotRetry(String message) {
    super(message);
  }

  /** Says why, and what it comes from. */
  public DoNotRetry(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
