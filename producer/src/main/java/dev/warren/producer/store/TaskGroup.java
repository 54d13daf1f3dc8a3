package dev.warren.producer.store;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Many calls of one task: a map. Its items run in parts ({@link GroupPart}), each part a task.
 *
 * @param items how many items it has
 * @param chunkSize items of a part; the last may have fewer
 * @param done items that have an outcome
 * @param failed items that have failed, been revoked or expired
 * @param parts how many parts are in each state; states without a part are left out
 * @param submittedAt when it was accepted
 * @param finishedAt when its last part finished; null before
 */
public record TaskGroup(
    UUID id,
    String task,
    String queue,
    int items,
    int chunkSize,
    int done,
    int failed,
    Map<TaskState, Integer> parts,
    Instant submittedAt,
    @Nullable Instant finishedAt) {

  /** Whether all parts are in their last state. */
  public boolean isFinished() {
    return finishedAt != null;
  }
}
