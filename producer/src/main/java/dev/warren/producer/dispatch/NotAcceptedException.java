package dev.warren.producer.dispatch;

import dev.warren.WarrenException;

/** A task was not accepted, and certainly will not run. */
public final class NotAcceptedException extends WarrenException {

  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** The queue is at its max-length. */
    QUEUE_FULL,
    /** The queue is missing on the broker; it is being declared again. */
    NO_SUCH_QUEUE,
    /** As many tasks are unfinished as may (warren.producer.max-tasks). */
    STORE_FULL,
    /** The idempotency key was used with another request. */
    IDEMPOTENCY_MISMATCH,
    /** Another request with the same idempotency key is under way. */
    IN_PROGRESS,
    /** The producer is about to end. */
    DRAINING
  }

  private final Reason reason;

  /**
   * @param message says so to people
   */
  public NotAcceptedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
