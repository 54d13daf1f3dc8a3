package dev.warren.worker.process;

/** A child ended before its task did; the message says how, and what it said last. */
final class ChildLostException extends Exception {
  private static final long serialVersionUID = 1L;

  ChildLostException(String message) {
    super(message);
  }
}
