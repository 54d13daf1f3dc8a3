package dev.warren.producer.api;

import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskStore;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Finds the group that a path names. Blocks for the database. */
@Component
final class GroupLookup {

  private final TaskStore store;
  private final Reads reads;

  GroupLookup(TaskStore store, Reads reads) {
    this.store = store;
    this.reads = reads;
  }

  /**
   * The group as it is now.
   *
   * @throws ProblemException {@code group-not-found}, or {@code overloaded}
   */
  TaskGroup find(UUID id) {
    Optional<TaskGroup> found = reads.call(() -> store.findGroup(id));
    return found.orElseThrow(() -> unknown(id));
  }

  static ProblemException unknown(UUID id) {
    return new ProblemException(
            Problem.GROUP_NOT_FOUND, "no group has this id, or it finished too long ago")
        .with("id", id);
  }
}
