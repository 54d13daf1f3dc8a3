package dev.warren.wire;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A task's state or result, as {@link WireFormat} writes and reads it.
 *
 * @param taskId the task
 * @param status what happened
 * @param result the value of a SUCCESS; {@code current} and {@code total} of a PROGRESS; of a
 *     FAILURE the list of values that a chunk has of the items before the failing one, if it was
 *     asked for. Any object that Jackson can write, a {@code JsonNode} when read; null otherwise
 * @param error why, for FAILURE, RETRY and REVOKED; null otherwise
 * @param worker the worker's name, or null if it did not say
 * @param attempt which execution of the task this tells of; 1 is the first, 0 unknown
 * @param startedAt when this attempt began, or null
 * @param doneAt when it ended, or null
 * @param dueAt of a RETRY when it is to run again, or null
 */
public record ReplyMessage(
    String taskId,
    TaskStatus status,
    @Nullable Object result,
    @Nullable TaskError error,
    @Nullable String worker,
    int attempt,
    @Nullable Instant startedAt,
    @Nullable Instant doneAt,
    @Nullable Instant dueAt) {

  /** A reply that tells of no later moment. */
  public ReplyMessage(
      String taskId,
      TaskStatus status,
      @Nullable Object result,
      @Nullable TaskError error,
      @Nullable String worker,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant doneAt) {
    this(taskId, status, result, error, worker, attempt, startedAt, doneAt, null);
  }

  /** This reply as a failure, because its result cannot be sent; one that is a failure stays so. */
  ReplyMessage failed(String why) {
    TaskError failure = error != null ? error : new TaskError("ResultNotEncodable", why, null);
    return new ReplyMessage(
        taskId, TaskStatus.FAILURE, null, failure, worker, attempt, startedAt, doneAt);
  }
}
