package dev.warren.producer.store;

import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.util.UUID;

/** News of tasks, for tests. */
public final class Updates {

  private Updates() {}

  public static TaskUpdate started(UUID id, int attempt) {
    return new TaskUpdate(id, TaskStatus.STARTED, null, null, "w" + attempt, attempt, null, null);
  }

  public static TaskUpdate retry(UUID id, int attempt) {
    TaskError error = new TaskError("IOException", "attempt " + attempt, "at X.y");
    return new TaskUpdate(id, TaskStatus.RETRY, null, error, "w" + attempt, attempt, null, null);
  }

  public static TaskUpdate success(UUID id, String result) {
    return new TaskUpdate(id, TaskStatus.SUCCESS, result, null, "w", 1, null, null);
  }

  public static TaskUpdate failure(UUID id, String message) {
    TaskError error = new TaskError("IllegalStateException", message, null);
    return new TaskUpdate(id, TaskStatus.FAILURE, null, error, "w", 1, null, null);
  }

  public static TaskUpdate revoked(UUID id, String why) {
    TaskError error = new TaskError("TaskRevokedError", why, null);
    return new TaskUpdate(id, TaskStatus.REVOKED, null, error, "w", 1, null, null);
  }
}
