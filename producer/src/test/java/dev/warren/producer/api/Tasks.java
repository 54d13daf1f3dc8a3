package dev.warren.producer.api;

import dev.warren.Progress;
import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskState;
import dev.warren.wire.TaskError;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Tasks at any point of their lives, for tests. */
final class Tasks {

  static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  private Tasks() {}

  static StoredTask queued() {
    return queued("demo.sleep", TaskOptions.NONE, null);
  }

  static StoredTask queued(String name, TaskOptions options, @Nullable GroupPart part) {
    return StoredTask.submitted(
        TaskId.next(System.currentTimeMillis()), name, "tasks", options, NOON, part);
  }

  static StoredTask started(StoredTask task) {
    return with(task, TaskState.STARTED, null, null, null);
  }

  static StoredTask at(StoredTask task, long current, long total) {
    return with(task, TaskState.STARTED, null, null, new Progress(current, total));
  }

  static StoredTask succeeded(StoredTask task, String result) {
    return with(task, TaskState.SUCCEEDED, result, null, null);
  }

  static StoredTask failed(StoredTask task, String message) {
    TaskError error = new TaskError("IllegalStateException", message, null);
    return with(task, TaskState.FAILED, null, error, null);
  }

  static StoredTask revoked(StoredTask task) {
    TaskError error = new TaskError("TaskRevokedError", "cancelled", null);
    return with(task, TaskState.REVOKED, null, error, null);
  }

  static StoredTask with(
      StoredTask task,
      TaskState state,
      @Nullable String result,
      @Nullable TaskError error,
      @Nullable Progress progress) {
    boolean begun = state != TaskState.QUEUED && state != TaskState.SCHEDULED;
    return new StoredTask(
        task.id(),
        task.task(),
        task.queue(),
        task.options(),
        state,
        begun ? 1 : 0,
        task.retries(),
        task.dueAt(),
        begun ? "4711@host" : null,
        task.submittedAt(),
        begun ? NOON : null,
        state.isFinished() ? NOON.plusSeconds(1) : null,
        progress,
        result,
        error,
        task.part());
  }
}
