package dev.warren.producer.store;

import java.security.SecureRandom;
import java.util.UUID;

/**
 * Ids of tasks and groups: UUIDs that begin with their time, so that newer ones sort behind older
 * ones and an index grows at its end only; 62 random bits make them hard to guess.
 *
 * <p>The parts of a group have ids of a kind of their own (version 8), whose last 16 bits are 0 in
 * the store and tell the part's {@link GroupPart#generation} in messages.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562">RFC 9562: UUIDs of version 7 and 8</a>
 */
public final class TaskId {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long GENERATION = 0xFFFFL;
  private static final long VARIANT = 0x8000_0000_0000_0000L;
  private static final long BELOW_VARIANT = 0x3FFF_FFFF_FFFF_FFFFL;

  private TaskId() {}

  /** A new task's, or group's. */
  public static UUID next(long epochMillis) {
    return new UUID(high(epochMillis, 7), low());
  }

  /** A new part's. */
  public static UUID nextPart(long epochMillis) {
    return new UUID(high(epochMillis, 8), low() & ~GENERATION);
  }

  /** What a message calls a task, or a part of a generation. */
  public static UUID inMessage(UUID id, int generation) {
    return isPart(id)
        ? new UUID(
            id.getMostSignificantBits(), id.getLeastSignificantBits() | (generation & GENERATION))
        : id;
  }

  /** The store's id of what a message names. */
  public static UUID inStore(UUID messageId) {
    return isPart(messageId)
        ? new UUID(
            messageId.getMostSignificantBits(), messageId.getLeastSignificantBits() & ~GENERATION)
        : messageId;
  }

  /** The generation that a message's id tells of; 0 of what is no part. */
  public static int generation(UUID messageId) {
    return isPart(messageId) ? (int) (messageId.getLeastSignificantBits() & GENERATION) : 0;
  }

  private static boolean isPart(UUID id) {
    return id.version() == 8;
  }

  private static long high(long epochMillis, int version) {
    return epochMillis << 16 | (long) version << 12 | RANDOM.nextInt(1 << 12);
  }

  private static long low() {
    return RANDOM.nextLong() & BELOW_VARIANT | VARIANT;
  }
}
