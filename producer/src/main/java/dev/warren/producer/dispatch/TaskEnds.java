package dev.warren.producer.dispatch;

import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.TaskUpdate;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Clock;
import java.util.List;

/** Ends tasks for reasons of the producer's own, and tells who waits. Blocks for the database. */
final class TaskEnds {

  private final TaskStore store;
  private final Waiters waiters;
  private final Clock clock;

  TaskEnds(TaskStore store, Waiters waiters, Clock clock) {
    this.store = store;
    this.waiters = waiters;
    this.clock = clock;
  }

  /** It was not started in time. */
  void expired(StoredTask task) {
    end(task, TaskStatus.REVOKED, 0, new TaskError("TaskRevokedError", "expired", null));
  }

  /** It cannot be sent. */
  void failed(StoredTask task, TaskError why) {
    end(task, TaskStatus.FAILURE, task.attempts() + 1, why); // news of an attempt that is new
  }

  private void end(StoredTask task, TaskStatus status, int attempt, TaskError why) {
    TaskUpdate end =
        new TaskUpdate(
            task.id(), task.generation(), status, null, why, null, attempt, null, clock.instant());
    store.apply(List.of(end), clock.instant()).tasks().forEach(waiters::changed);
  }
}
