package dev.warren.producer.store;

import dev.warren.wire.TaskError;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Remembers each task from before it is published until a while after it has finished. Thread-safe.
 *
 * <p>A task's state only moves forward ({@link StoredTask#after}): once finished, every reader sees
 * the same value for as long as the task is remembered. An unfinished task is forgotten only by
 * {@link #remove}, or when it is so old that it must be lost.
 */
public interface TaskStore {

  /**
   * Adds a new task.
   *
   * @throws StoreFullException if there is no room for it
   */
  void add(StoredTask task);

  /** Forgets a task that the broker did not take. No effect if it is not known. */
  void remove(UUID id);

  /** The task as it is now; empty if it is not known, or not any more. */
  Optional<StoredTask> find(UUID id);

  /**
   * Takes news into account.
   *
   * @return the task as it is now, changed or (the news were late) not; empty if it is not known
   */
  Optional<StoredTask> apply(TaskUpdate update);

  /**
   * Ends all unfinished tasks as {@link TaskState#FAILED}.
   *
   * @return those tasks
   */
  List<StoredTask> failUnfinished(TaskError error);
}
