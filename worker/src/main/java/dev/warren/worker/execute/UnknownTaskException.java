package dev.warren.worker.execute;

/** No task of that name is registered in this worker. */
final class UnknownTaskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnknownTaskException(String message) {
    super(message, null, false, false);
  }
}
