package dev.warren.producer.dispatch;

import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.TaskStore;
import org.jspecify.annotations.Nullable;

/**
 * The queue that workers answer to: all producers of a database share one, and no others, so that
 * no producer takes what is another's. Thread-safe; blocks for the database until it told once.
 */
final class ResultQueue {

  private static final String PREFIX = "warren.results.";

  private final TaskStore store;
  private volatile @Nullable String name;

  ResultQueue(TaskStore store) {
    this.store = store;
  }

  /**
   * Its name.
   *
   * @throws StoreUnavailableException if the database has not told yet, and does not now
   */
  String name() {
    String known = name;
    if (known == null) {
      known = PREFIX + store.identity();
      name = known;
    }
    return known;
  }

  /** Its name, or null if the database does not tell. */
  @Nullable String nameIfKnown() {
    try {
      return name();
    } catch (StoreUnavailableException e) {
      return null;
    }
  }
}
