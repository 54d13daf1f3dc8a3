package dev.warren.rabbit;

/** What the broker said to one message that was written to it. */
public enum PublishOutcome {
  /** Confirmed: the queue has it. */
  ACCEPTED,
  /** Rejected by a queue at its bound (a real {@code basic.nack}): it has not the message. */
  FULL,
  /** Returned: no such queue. */
  UNROUTABLE,
  /** The channel ended, or time ran out, before an answer: the queue may have it or not. */
  UNKNOWN
}
