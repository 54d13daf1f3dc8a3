package dev.warren.worker.execute;

/** A task's arguments do not fit its parameters; the message names the argument. */
final class TaskArgumentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TaskArgumentException(String message) {
    super(message, null, false, false); // the trace would only show the binder
  }
}
