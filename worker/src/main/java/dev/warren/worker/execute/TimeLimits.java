package dev.warren.worker.execute;

import dev.warren.rabbit.Nanos;
import dev.warren.wire.TaskMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time limits of one run of a task, in the thread that made this: the thread is interrupted
 * once at the soft limit, and once at the hard one. Thread-safe.
 *
 * <ul>
 *   <li>T1: The thread is interrupted only while it runs the very task: both the interrupt and the
 *       end of the run hold this object's lock. What an interrupt left behind is cleared by whoever
 *       ends the run.
 *   <li>T2: No timer outlives the run.
 * </ul>
 */
final class TimeLimits {

  private static final Logger log = LoggerFactory.getLogger(TimeLimits.class);

  /** How long a task may take to end once it was interrupted at its hard limit. */
  static final Duration GRACE = Duration.ofSeconds(1);

  private final TaskMessage task;
  private final Thread thread = Thread.currentThread();
  private final List<Future<?>> timers = new ArrayList<>(2); // this thread only
  private boolean softPassed; // guarded by this
  private boolean hardPassed; // likewise
  private boolean ended; // likewise

  private final Consumer<Outcome> stuck;

  private TimeLimits(TaskMessage task, Consumer<Outcome> stuck) {
    this.task = task;
    this.stuck = stuck;
  }

  /**
   * The limits of a task that begins now in this thread.
   *
   * @param stuck takes its outcome if it goes on nevertheless
   */
  static TimeLimits begin(
      TaskMessage task, ScheduledExecutorService timer, Consumer<Outcome> stuck) {
    TimeLimits limits = new TimeLimits(task, stuck);
    Duration soft = task.softTimeLimit();
    Duration hard = task.timeLimit();
    if (soft != null && (hard == null || soft.compareTo(hard) < 0)) {
      limits.schedule(timer, limits::passSoft, soft);
    }
    if (hard != null) {
      limits.schedule(timer, limits::passHard, hard);
      limits.schedule(timer, () -> limits.passGrace(hard), hard.plus(GRACE));
    }
    return limits;
  }

  private void schedule(ScheduledExecutorService timer, Runnable pass, Duration limit) {
    try {
      timers.add(timer.schedule(pass, Nanos.of(limit), TimeUnit.NANOSECONDS));
    } catch (RejectedExecutionException e) {
      log.debug("task {} runs without a time limit: the worker has stopped", task.id());
    }
  }

  private synchronized void passSoft() {
    if (!ended && !hardPassed) {
      log.info("task {} {} is interrupted at its soft time limit", task.task(), task.id());
      softPassed = true;
      thread.interrupt();
    }
  }

  private synchronized void passHard() {
    if (!ended) {
      log.warn("task {} {} is interrupted at its time limit", task.task(), task.id());
      hardPassed = true;
      thread.interrupt();
    }
  }

  private void passGrace(Duration limit) {
    synchronized (this) {
      if (ended) {
        return;
      }
    }
    stuck.accept(Outcome.stuck(limit));
  }

  /** The hard limit, if it has passed; null otherwise. */
  synchronized @Nullable Duration hard() {
    return hardPassed ? task.timeLimit() : null;
  }

  /** The soft limit, if it has passed; null otherwise. */
  synchronized @Nullable Duration soft() {
    return softPassed ? task.softTimeLimit() : null;
  }

  /** From now on the thread is not interrupted any more. */
  void end() {
    synchronized (this) {
      ended = true;
    }
    timers.forEach(timer -> timer.cancel(false));
  }
}
