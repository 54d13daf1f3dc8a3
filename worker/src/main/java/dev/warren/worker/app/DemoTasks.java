package dev.warren.worker.app;

import dev.warren.worker.Task;
import dev.warren.worker.TaskContext;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/**
 * Tasks to try Warren with: two that take time, of which one tells its progress, and one that
 * fails.
 */
@Component
final class DemoTasks {

  static final Duration LONGEST_SLEEP = Duration.ofDays(1);
  private static final int MOST_STEPS = 1_000_000;

  /**
   * {@code demo.sleep}: does nothing for a while.
   *
   * @param seconds how long, from 0 to one day; a fraction counts
   * @return {@code seconds}
   * @throws IllegalArgumentException if {@code seconds} is negative, not a number or too large
   * @throws InterruptedException as soon as the thread is interrupted
   */
  @Task("demo.sleep")
  public double sleep(double seconds) throws InterruptedException {
    requirePossible(seconds);
    Thread.sleep(Math.round(seconds * 1000));
    return seconds;
  }

  /**
   * {@code demo.progress}: does nothing in a number of steps, and tells after each how many are
   * done.
   *
   * @param steps how many, from 1 to 1,000,000
   * @param seconds how long all of them take, as for {@link #sleep}
   * @return {@code steps}
   * @throws IllegalArgumentException if either is out of its range
   * @throws InterruptedException as soon as the thread is interrupted
   */
  @Task("demo.progress")
  public int progress(int steps, double seconds, TaskContext context) throws InterruptedException {
    if (steps < 1 || steps > MOST_STEPS) {
      throw new IllegalArgumentException("steps must be from 1 to " + MOST_STEPS + ": " + steps);
    }
    requirePossible(seconds);
    long start = System.nanoTime();
    for (int step = 1; step <= steps; step++) {
      long end = start + Math.round(seconds * 1e9 * step / steps);
      TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
      context.progress(step, steps);
    }
    return steps;
  }

  private static void requirePossible(double seconds) {
    if (!(seconds >= 0 && seconds <= LONGEST_SLEEP.toSeconds())) {
      throw new IllegalArgumentException(
          "seconds must be from 0 to " + LONGEST_SLEEP.toSeconds() + ": " + seconds);
    }
  }

  /**
   * {@code demo.fail}: fails, to show how a failure reaches the caller.
   *
   * @param message what the failure says; may be left out
   * @throws IllegalStateException always
   */
  @Task("demo.fail")
  public void fail(Optional<String> message) {
    throw new IllegalStateException(message.orElse("this task always fails"));
  }
}
