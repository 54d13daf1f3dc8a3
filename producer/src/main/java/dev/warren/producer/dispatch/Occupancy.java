package dev.warren.producer.dispatch;

import dev.warren.producer.dispatch.NotAcceptedException.Reason;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.TaskStore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds how many unfinished tasks the database holds (I8): counted now and then, and what this
 * producer added since. Other producers' latest are seen at the next count, so the bound may be
 * passed by what they take in that time. Thread-safe, but for {@link #count}, which alone blocks.
 */
final class Occupancy {

  /** Counting takes at most one part in so many of the time. */
  private static final int SHARE = 20;

  private final TaskStore store;
  private final long most;
  private final AtomicLong unfinished = new AtomicLong();
  private long countAgainAt = System.nanoTime(); // of whoever counts

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

  /** Counts anew, unless the database took long for that not long ago. Not thread-safe. */
  void count() {
    long began = System.nanoTime();
    if (began - countAgainAt < 0) {
      return;
    }
    long before = unfinished.get();
    try {
      unfinished.addAndGet(store.countUnfinished() - before); // what came meanwhile stays added
      long now = System.nanoTime();
      countAgainAt = now + SHARE * (now - began);
    } catch (StoreUnavailableException e) {
      // the last count has to do
    }
  }

  /** As counted last. */
  long unfinished() {
    return unfinished.get();
  }
}
