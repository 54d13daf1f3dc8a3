package dev.warren.worker.process;

/** No child takes tasks, and none could be started; the message says why. */
final class ChildStartException extends Exception {
  private static final long serialVersionUID = 1L;

  ChildStartException(String message) {
    super(message);
  }
}
