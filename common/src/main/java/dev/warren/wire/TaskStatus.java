package dev.warren.wire;

/** A reply's status, by Celery's names. */
public enum TaskStatus {
  /** A worker has begun; only sent if the task asked for it. */
  STARTED(false),
  /** The task tells how far it is; Celery's custom state of that name. */
  PROGRESS(false),
  /** An attempt failed or could not be made; the task waits for another. */
  RETRY(false),
  /** Ran, and returned a value. */
  SUCCESS(true),
  /** Ran, and failed for good. */
  FAILURE(true),
  /** Did not run, or was stopped: revoked or expired. */
  REVOKED(true);

  private final boolean terminal;

  TaskStatus(boolean terminal) {
    this.terminal = terminal;
  }

  /** Whether nothing comes after it. */
  public boolean isTerminal() {
    return terminal;
  }
}
