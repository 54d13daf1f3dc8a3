package dev.warren.producer.api;

import dev.warren.producer.dispatch.GroupWatch;
import dev.warren.producer.store.TaskGroup;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands what is told of a group over to the one thread that waits for it. A thread that is slow
 * misses some, but never the last. Thread-safe.
 */
final class LatestGroup implements GroupWatch.Watcher {

  private final Lock lock = new ReentrantLock(); // and no monitor: waiting must not pin a carrier
  private final Condition news = lock.newCondition();
  private @Nullable TaskGroup latest; // guarded by the lock, as over
  private boolean over;

  @Override
  public void onChange(TaskGroup group) {
    signal(group, false);
  }

  @Override
  public void onEnd() {
    signal(null, true);
  }

  private void signal(@Nullable TaskGroup group, boolean last) {
    lock.lock();
    try {
      latest = group == null ? latest : group;
      over |= last;
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing more will be told. */
  boolean isOver() {
    lock.lock();
    try {
      return over && latest == null;
    } finally {
      lock.unlock();
    }
  }

  /** What was told since the last call, once there is something; null if the time is over first. */
  @Nullable TaskGroup next(Duration patience) throws InterruptedException {
    lock.lock();
    try {
      long left = patience.toNanos();
      while (latest == null && !over && left > 0) {
        left = news.awaitNanos(left);
      }
      TaskGroup next = latest;
      latest = null;
      return next;
    } finally {
      lock.unlock();
    }
  }
}
