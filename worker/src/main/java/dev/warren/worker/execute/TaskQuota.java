package dev.warren.worker.execute;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many of a task may run in one worker at a time, and how many may begin in a time.
 * Thread-safe; never blocks.
 */
public final class TaskQuota {

  private static final Pattern RATE = Pattern.compile("(\\d{1,6})/(s|m|h)");

  /** After how long a task asks again that found others running. */
  private static final Duration ASK_AGAIN = Duration.ofMillis(500);

  /**
   * The longest time after which one asks again. Nobody holds it meanwhile, and its caller is not
   * told: it would take it for lost if two of its questions, 5 s apart, found it nowhere.
   */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

  private final int mostRunning;
  private String rate; // guarded by this; empty without one
  private long nanosBetween; // guarded by this; 0 without a rate
  private int running; // guarded by this
  private long nextAt = System.nanoTime(); // likewise

  private TaskQuota(int mostRunning, String rate) {
    this.mostRunning = mostRunning;
    this.rate = rate;
    this.nanosBetween = nanosBetween(rate);
  }

  /**
   * A quota.
   *
   * @param mostRunning 0 for any number
   * @param rate as {@code 10/s}, {@code 100/m} or {@code 5/h}; empty for any
   * @return null if there is none
   * @throws IllegalArgumentException if that is no rate, or a negative number
   */
  public static @Nullable TaskQuota of(int mostRunning, String rate) {
    if (mostRunning < 0) {
      throw new IllegalArgumentException("maxConcurrent must not be negative");
    }
    return rate.isEmpty() && mostRunning == 0 ? null : new TaskQuota(mostRunning, rate);
  }

  /** A quota that has none yet. */
  static TaskQuota unlimited() {
    return new TaskQuota(0, "");
  }

  /**
   * Has another rate from now on.
   *
   * @param changed as above; empty for any
   * @throws IllegalArgumentException if that is no rate
   */
  synchronized void changeRate(String changed) {
    nanosBetween = nanosBetween(changed);
    rate = changed;
    nextAt = System.nanoTime();
  }

  /** How many may begin in a time, as it was told; null for any. */
  public synchronized @Nullable String rate() {
    return rate.isEmpty() ? null : rate;
  }

  private static long nanosBetween(String rate) {
    if (rate.isEmpty()) {
      return 0;
    }
    Matcher parts = RATE.matcher(rate.toLowerCase(Locale.ROOT));
    if (!parts.matches() || Integer.parseInt(parts.group(1)) == 0) {
      throw new IllegalArgumentException("rateLimit is not such as 10/s, 100/m or 5/h: " + rate);
    }
    Duration unit =
        switch (parts.group(2)) {
          case "s" -> Duration.ofSeconds(1);
          case "m" -> Duration.ofMinutes(1);
          default -> Duration.ofHours(1);
        };
    return unit.toNanos() / Integer.parseInt(parts.group(1));
  }

  /**
   * Begins with one, which has to {@link #end}.
   *
   * @return null if it may begin; else after how long to ask again
   */
  public synchronized @Nullable Duration begin() {
    if (mostRunning > 0 && running >= mostRunning) {
      return ASK_AGAIN;
    }
    long now = System.nanoTime();
    if (nanosBetween > 0) {
      if (nextAt - now > 0) {
        return Duration.ofNanos(Math.min(nextAt - now, LONGEST_WAIT.toNanos()));
      }
      nextAt = Math.max(nextAt, now - nanosBetween) + nanosBetween;
    }
    running++;
    return null;
  }

  /** One has ended. */
  public synchronized void end() {
    running--;
  }
}
