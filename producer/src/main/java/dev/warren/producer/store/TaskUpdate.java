package dev.warren.producer.store;

import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * News of a task, as a worker's reply tells it.
 *
 * @param id the task's id in the store
 * @param generation which {@link GroupPart#generation} it tells of; 0 if it is no part
 * @param result JSON text: the value of a SUCCESS, {@code {"current":…,"total":…}} of a PROGRESS,
 *     the list of values before the failing item of a chunk's FAILURE if it tells them; else null
 * @param error why, for RETRY, FAILURE and REVOKED; null otherwise
 * @param worker the worker's name, or null
 * @param attempt which execution this tells of; 1 is the first, 0 unknown
 * @param startedAt when this attempt began, or null
 * @param doneAt when it ended, or null
 * @param dueAt of a RETRY when the worker's queue has it again, or null: nothing is heard before
 */
public record TaskUpdate(
    UUID id,
    int generation,
    TaskStatus status,
    @Nullable String result,
    @Nullable TaskError error,
    @Nullable String worker,
    int attempt,
    @Nullable Instant startedAt,
    @Nullable Instant doneAt,
    @Nullable Instant dueAt) {

  /** News that tell of no later moment. */
  public TaskUpdate(
      UUID id,
      int generation,
      TaskStatus status,
      @Nullable String result,
      @Nullable TaskError error,
      @Nullable String worker,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant doneAt) {
    this(id, generation, status, result, error, worker, attempt, startedAt, doneAt, null);
  }
}
