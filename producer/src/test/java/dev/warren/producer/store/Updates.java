package dev.warren.producer.store;

import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** News of tasks, for tests. */
public final class Updates {

  private Updates() {}

  public static TaskUpdate started(UUID id, int attempt) {
    return update(id, TaskStatus.STARTED, null, null, attempt);
  }

  public static TaskUpdate progress(UUID id, int attempt, long current, long total) {
    String told = "{\"current\":%d,\"total\":%d}".formatted(current, total);
    return update(id, TaskStatus.PROGRESS, told, null, attempt);
  }

  public static TaskUpdate retry(UUID id, int attempt) {
    TaskError error = new TaskError("IOException", "attempt " + attempt, "at X.y");
    return update(id, TaskStatus.RETRY, null, error, attempt);
  }

  public static TaskUpdate success(UUID id, String result) {
    return success(id, result, 1);
  }

  public static TaskUpdate success(UUID id, String result, int attempt) {
    return update(id, TaskStatus.SUCCESS, result, null, attempt);
  }

  public static TaskUpdate failure(UUID id, String message) {
    return failure(id, message, 1);
  }

  public static TaskUpdate failure(UUID id, String message, int attempt) {
    return update(
        id,
        TaskStatus.FAILURE,
        null,
        new TaskError("IllegalStateException", message, null),
        attempt);
  }

  public static TaskUpdate revoked(UUID id, String why) {
    return update(id, TaskStatus.REVOKED, null, new TaskError("TaskRevokedError", why, null), 1);
  }

  /** The same news of a part's generation. */
  public static TaskUpdate of(TaskUpdate news, int generation) {
    return new TaskUpdate(
        news.id(),
        generation,
        news.status(),
        news.result(),
        news.error(),
        news.worker(),
        news.attempt(),
        news.startedAt(),
        news.doneAt());
  }

  private static TaskUpdate update(
      UUID id, TaskStatus status, @Nullable String result, @Nullable TaskError error, int attempt) {
    return new TaskUpdate(id, 0, status, result, error, "w" + attempt, attempt, null, null);
  }
}
