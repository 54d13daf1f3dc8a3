package dev.warren.producer.dispatch;

import dev.warren.producer.dispatch.NotAcceptedException.Reason;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.TaskStore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how many unfinished tasks the database holds (I8): counted now and then, and what this
 * producer added since. Other producers' latest are seen at the next count, so the bound may be
 * passed by what they take in that time. Thread-safe; only {@link #count} blocks.
 */
final class Occupancy {

  private final TaskStore store;
  private final long most;
  private final AtomicLong unfinished = new AtomicLong();

  Occupancy(TaskStore store, long most) {
    this.store = store;
    this.most = most;
  }

  /**
   * Refuses if there is no room for so many tasks more.
   *
   * @throws NotAcceptedException if so
   */
  void require(int more) {
    if (unfinished.get() + more > most) {
      throw new NotAcceptedException(
          Reason.STORE_FULL,
          "%d tasks are unfinished, %d may be (warren.producer.max-tasks)"
              .formatted(unfinished.get(), most));
    }
  }

  /** So many came, or went if negative. */
  void added(int tasks) {
    unfinished.addAndGet(tasks);
  }

  /** Counts anew. */
  void count() {
    try {
      unfinished.set(store.countUnfinished());
    } catch (StoreUnavailableException e) {
      // the last count has to do
    }
  }

  /** As counted last. */
  long unfinished() {
    return unfinished.get();
  }
}
