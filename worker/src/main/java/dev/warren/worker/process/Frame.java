package dev.warren.worker.process;

/**
 * What a worker and its child say to each other.
 *
 * @param type what is said
 * @param content what belongs to it; empty where nothing does
 */
record Frame(Type type, byte[] content) {

  private static final byte[] NOTHING = {};

  /** What is said; its ordinal is what travels. Both sides are of one version: the same jar. */
  enum Type {
    /** To the child, first: which application it is; see {@link OrderFrames}. */
    ORDERS,
    /** To the child: run a task. */
    RUN,
    /** To the child: answer with PONG, to show that this JVM still moves. */
    PING,
    /** To the child: end in good order. */
    END,
    /** From the child: it takes tasks. */
    READY,
    /** From the child: it cannot take tasks; a text says why. */
    REFUSED,
    /** From the child: how far its task is; two longs. */
    PROGRESS,
    /** From the child: how its task ended, as a reply. */
    DONE,
    /** From the child. */
    PONG
  }

  static Frame of(Type type) {
    return new Frame(type, NOTHING);
  }
}
