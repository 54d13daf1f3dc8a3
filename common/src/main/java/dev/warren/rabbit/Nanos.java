package dev.warren.rabbit;

import java.time.Duration;

/** Durations as {@code java.util.concurrent} wants them. */
public final class Nanos {

  private Nanos() {}

  /** A duration in nanoseconds; one that is too long for that, some 292 years, is cut. */
  public static long of(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
