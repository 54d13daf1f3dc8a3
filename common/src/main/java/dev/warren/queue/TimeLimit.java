package dev.warren.queue;

import dev.warren.rabbit.Nanos;
import java.time.Duration;

/**
 * Until when a call may wait.
 *
 * @param ends whether it ends at all
 * @param nanos when, on {@link System#nanoTime()}'s clock
 */
record TimeLimit(boolean ends, long nanos) {

  static final TimeLimit NONE = new TimeLimit(false, 0);

  /** From now on; zero or less is over at once. */
  static TimeLimit in(Duration duration) {
    long length = Math.min(Math.max(Nanos.of(duration), 0), Long.MAX_VALUE / 2);
    return new TimeLimit(true, System.nanoTime() + length);
  }

  /** Nanoseconds that are left; zero or less when it is over. */
  long left() {
    return ends ? nanos - System.nanoTime() : Long.MAX_VALUE / 2;
  }

  boolean isOver() {
    return left() <= 0;
  }
}
