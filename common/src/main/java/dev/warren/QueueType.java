package dev.warren;

import java.util.Locale;

/** The kind of queue on the broker (RabbitMQ's {@code x-queue-type}). */
public enum QueueType {
  /** One node holds it; the bound is exact. The default. */
  CLASSIC,
  /**
   * Replicated over the nodes of a cluster. The bound is approximate: it may hold a few tasks more
   * than {@code max-length}, and once full it rejects until it has drained to 80 %.
   */
  QUORUM;

  /** The value of the {@code x-queue-type} argument. */
  public String argument() {
    return name().toLowerCase(Locale.ROOT);
  }
}
