package dev.warren.producer.store;

/** Where a task is in its life. Once finished it stays as it is. */
public enum TaskState {
  /** Waits in the store for its eta. */
  SCHEDULED(false),
  /** Waits in the queue, or in the store for its way there. No worker has begun. */
  QUEUED(false),
  /** A worker runs it. */
  STARTED(false),
  /** An attempt failed or could not be made; another will follow. */
  RETRYING(false),
  /** Ran, and gave a result. */
  SUCCEEDED(true),
  /** Ran, and failed for good. */
  FAILED(true),
  /** Was cancelled. */
  REVOKED(true),
  /** Did not run before its {@code expires}. */
  EXPIRED(true);

  private final boolean finished;

  TaskState(boolean finished) {
    this.finished = finished;
  }

  /** Whether no other state follows. */
  public boolean isFinished() {
    return finished;
  }
}
