package dev.warren.producer.store;

import dev.warren.Progress;
import dev.warren.wire.TaskError;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one task. What news do to it: {@link TaskLattice}.
 *
 * @param task the registered name
 * @param attempts executions that were begun, as far as workers told; 0 before the first
 * @param retries attempts that failed and were followed, or will be, by another one
 * @param dueAt when it will be sent, for SCHEDULED and RETRYING; null otherwise
 * @param worker the worker that spoke last of it, or null
 * @param submittedAt when it was taken
 * @param startedAt when the latest attempt began, by the worker's clock; null if not known
 * @param finishedAt when it reached its last state, by the worker's clock if it told; null before
 * @param progress what a running attempt told last of its progress, or null
 * @param result the value as JSON text ({@code null} of the task's is the text "null"); of a part
 *     of a group the outcomes of its items so far ({@link ItemOutcomes}); null if there is none
 * @param error why the task, or its latest attempt, has no result; null otherwise
 * @param part which part of a group it is; null if it is a task of its own
 */
public record StoredTask(
    UUID id,
    String task,
    String queue,
    TaskOptions options,
    TaskState state,
    int attempts,
    int retries,
    @Nullable Instant dueAt,
    @Nullable String worker,
    Instant submittedAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Progress progress,
    @Nullable String result,
    @Nullable TaskError error,
    @Nullable GroupPart part) {

  /** Which {@link GroupPart#generation} of its messages is the latest; 0 if it is no part. */
  public int generation() {
    return part == null ? 0 : part.generation();
  }

  /** A new task: SCHEDULED if its eta is still to come, QUEUED otherwise. */
  public static StoredTask submitted(
      UUID id,
      String task,
      String queue,
      TaskOptions options,
      Instant now,
      @Nullable GroupPart part) {
    Instant eta = options.eta();
    boolean later = eta != null && eta.isAfter(now);
    return new StoredTask(
        id,
        task,
        queue,
        options,
        later ? TaskState.SCHEDULED : TaskState.QUEUED,
        0,
        0,
        later ? eta : null,
        null,
        now,
        null,
        null,
        null,
        null,
        null,
        part);
  }
}
