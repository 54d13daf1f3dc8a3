package dev.warren.worker.process;

/** No child takes tasks, and none could be started; the message says why. */
final class ChildStartException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean killed;

  ChildStartException(String message) {
    this(message, false);
  }

  /**
   * @param killed whether it was killed by somebody else, which tells nothing of the next one
   */
  ChildStartException(String message, boolean killed) {
    super(message);
    this.killed = killed;
  }

  boolean isKilled() {
    return killed;
  }
}
