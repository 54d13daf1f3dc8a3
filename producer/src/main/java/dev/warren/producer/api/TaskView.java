package dev.warren.producer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskState;
import dev.warren.wire.TaskError;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A task as callers see it.
 *
 * @param result the value as JSON text; there only if the task has succeeded
 * @param error there if the task, or its latest attempt, has failed
 */
record TaskView(
    UUID id,
    String task,
    String queue,
    TaskState state,
    @JsonRawValue @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String result,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ErrorView error,
    int attempts,
    @Nullable String worker,
    Instant submittedAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt) {

  /** Why there is no result. */
  record ErrorView(
      String type,
      String message,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String trace) {}

  static TaskView of(StoredTask task) {
    TaskError error = task.error();
    return new TaskView(
        task.id(),
        task.task(),
        task.queue(),
        task.state(),
        task.result(),
        error == null ? null : new ErrorView(error.type(), error.message(), error.trace()),
        task.attempts(),
        task.worker(),
        task.submittedAt(),
        task.startedAt(),
        task.finishedAt());
  }
}
