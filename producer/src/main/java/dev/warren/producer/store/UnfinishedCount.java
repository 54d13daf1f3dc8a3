package dev.warren.producer.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many tasks are not finished, nearly: counted now and then, and meanwhile what this process
 * added is added. Thread-safe.
 */
final class UnfinishedCount {

  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Counting takes at most one part in so many of the time. */
  private static final int SHARE = 20;

  private final LongSupplier count;
  private final AtomicBoolean counting = new AtomicBoolean();
  private final AtomicLong added = new AtomicLong();
  private volatile long counted; // by whoever has set counting
  private volatile long countAgainAt; // as counted
  private volatile boolean known; // as counted

  /**
   * @param count counts them in the database
   */
  UnfinishedCount(LongSupplier count) {
    this.count = count;
  }

  /** Some were added, or withdrawn if negative. */
  void add(int tasks) {
    added.addAndGet(tasks);
  }

  long get() {
    if (!known) {
      countFirst();
    }
    if (System.nanoTime() - countAgainAt >= 0 && counting.compareAndSet(false, true)) {
      try {
        return countNow();
      } finally {
        counting.set(false);
      }
    }
    return Math.max(0, counted + added.get());
  }

  private synchronized void countFirst() {
    if (!known) {
      countNow();
    }
  }

  private long countNow() {
    long begin = System.nanoTime();
    long before = added.get();
    long result = count.getAsLong();
    long took = System.nanoTime() - begin;
    added.addAndGet(-before);
    counted = result;
    countAgainAt = System.nanoTime() + Math.max(FRESH_NANOS, SHARE * took);
    known = true;
    return result;
  }
}
