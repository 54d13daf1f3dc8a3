package dev.warren.producer.api;

import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskState;

/** Where a group is in its life. Once it is not running any more it stays as it is. */
enum GroupState {
  /** Some of its items have no outcome yet. */
  RUNNING,
  /** All items gave a result. */
  SUCCEEDED,
  /** All items are done, and some have failed or were not run in time. */
  FAILED,
  /** It was cancelled before all items were done. */
  REVOKED;

  static GroupState of(TaskGroup group) {
    if (!group.isFinished()) {
      return RUNNING;
    }
    if (group.parts().containsKey(TaskState.REVOKED)) {
      return REVOKED;
    }
    return group.failed() > 0 ? FAILED : SUCCEEDED;
  }
}
