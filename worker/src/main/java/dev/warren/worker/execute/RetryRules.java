package dev.warren.worker.execute;

import dev.warren.worker.DoNotRetry;
import dev.warren.worker.RetryLater;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Whether a task that has failed runs again, and when. Immutable.
 *
 * @param most how often
 * @param backoff the wait before the first retry, and twice as long before each further one
 * @param maxBackoff the longest wait
 * @param jitter by which share of it a wait is longer or shorter, at random; 0 to 1
 * @param on what is retried
 * @param notOn what is not, although it is among those
 */
public record RetryRules(
    int most,
    Duration backoff,
    Duration maxBackoff,
    double jitter,
    List<Class<? extends Throwable>> on,
    List<Class<? extends Throwable>> notOn) {

  /** Nothing is retried. */
  public static final RetryRules NONE =
      new RetryRules(0, Duration.ZERO, Duration.ZERO, 0, List.of(), List.of());

  private static final int MOST_DOUBLINGS = 40;

  /** Copies the lists. */
  public RetryRules {
    on = List.copyOf(on);
    notOn = List.copyOf(notOn);
  }

  /** Whether there are any. */
  boolean exist() {
    return most > 0;
  }

  /**
   * How long to wait before the next attempt. Arguments that do not fit fit no better next time.
   *
   * @param retries how often the task was retried already
   * @return null if it has failed for good
   */
  @Nullable Duration before(Throwable thrown, int retries) {
    if (retries >= most
        || thrown instanceof DoNotRetry
        || thrown instanceof TaskArgumentException) {
      return null;
    }
    if (thrown instanceof RetryLater later) {
      return later.after();
    }
    return isAny(on, thrown) && !isAny(notOn, thrown) ? wait(retries) : null;
  }

  private static boolean isAny(List<Class<? extends Throwable>> types, Throwable thrown) {
    return types.stream().anyMatch(type -> type.isInstance(thrown));
  }

  private Duration wait(int retries) {
    double factor = 1 + jitter * (2 * ThreadLocalRandom.current().nextDouble() - 1);
    double nanos = backoff.toNanos() * Math.pow(2, Math.min(retries, MOST_DOUBLINGS));
    return Duration.ofNanos((long) (Math.min(nanos, maxBackoff.toNanos()) * factor));
  }
}
