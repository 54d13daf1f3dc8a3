package dev.warren.producer.dispatch;

import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import java.util.Collection;

/** Tells all workers not to begin, or to stop, some tasks. */
@FunctionalInterface
interface Revocations {

  /**
   * Sends it to the workers that are connected right now.
   *
   * @param messageIds what the tasks' messages call them
   */
  void revoke(Collection<String> messageIds);

  /** As {@link #revoke}; nothing if there are none. */
  default void tell(Collection<StoredTask> tasks) {
    if (!tasks.isEmpty()) {
      revoke(tasks.stream().map(Revocations::messageId).toList());
    }
  }

  private static String messageId(StoredTask task) {
    return TaskId.inMessage(task.id(), task.generation()).toString();
  }
}
