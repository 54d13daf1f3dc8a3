package dev.warren.producer.api;

import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskStore;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Finds the task that a path names. Blocks for the database. */
@Component
final class TaskLookup {

  private final TaskStore store;
  private final Reads reads;

  TaskLookup(TaskStore store, Reads reads) {
    this.store = store;
    this.reads = reads;
  }

  /**
   * The task as it is now.
   *
   * @throws ProblemException {@code task-not-found}, or {@code overloaded}
   */
  StoredTask find(UUID id) {
    Optional<StoredTask> found = reads.call(() -> store.find(id));
    return found.orElseThrow(() -> unknown(id));
  }

  static ProblemException unknown(UUID id) {
    return new ProblemException(
            Problem.TASK_NOT_FOUND, "no task has this id, or it finished too long ago")
        .with("id", id);
  }
}
