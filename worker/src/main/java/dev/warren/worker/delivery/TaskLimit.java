package dev.warren.worker.delivery;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many tasks a worker may begin; a message counts as one, whatever is in it. Thread-safe.
 *
 * <p>Exactly {@code most} calls of {@link #begin} say yes.
 */
final class TaskLimit {

  private final @Nullable Integer most;
  private final Runnable beforeLast;
  private final AtomicInteger begun = new AtomicInteger();

  /**
   * @param most null for no limit
   * @param beforeLast is called once, by the call of {@link #begin} that admits the last task
   */
  TaskLimit(@Nullable Integer most, Runnable beforeLast) {
    this.most = most;
    this.beforeLast = beforeLast;
  }

  /** Whether one more task may begin. */
  boolean begin() {
    if (most == null) {
      return true;
    }
    int number = begun.updateAndGet(n -> Math.min(n, most) + 1);
    if (number == most) {
      beforeLast.run();
    }
    return number <= most;
  }
}
