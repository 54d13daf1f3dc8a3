package dev.warren.worker.app;

import dev.warren.worker.Task;
import java.time.Duration;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Tasks to try Warren with: one that takes time and one that fails. */
@Component
final class DemoTasks {

  static final Duration LONGEST_SLEEP = Duration.ofDays(1);

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
    if (!(seconds >= 0 && seconds <= LONGEST_SLEEP.toSeconds())) {
      throw new IllegalArgumentException(
          "seconds must be from 0 to " + LONGEST_SLEEP.toSeconds() + ": " + seconds);
    }
    Thread.sleep(Math.round(seconds * 1000));
    return seconds;
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
