package dev.warren.producer.api;

import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskState;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A group as callers see it.
 *
 * @param chunkSize items of a part; one may have fewer
 * @param done items that have an outcome
 * @param failed items that have failed, been revoked or expired
 * @param fraction how much of it is done, from 0 to 1
 * @param parts how many parts are in each state; states without a part are left out
 */
record GroupView(
    UUID id,
    String task,
    String queue,
    GroupState state,
    int items,
    int chunkSize,
    int done,
    int failed,
    double fraction,
    Map<TaskState, Integer> parts,
    Instant submittedAt,
    @Nullable Instant finishedAt) {

  static GroupView of(TaskGroup group) {
    return new GroupView(
        group.id(),
        group.task(),
        group.queue(),
        GroupState.of(group),
        group.items(),
        group.chunkSize(),
        group.done(),
        group.failed(),
        group.items() == 0 ? 1 : (double) group.done() / group.items(),
        group.parts(),
        group.submittedAt(),
        group.finishedAt());
  }
}
