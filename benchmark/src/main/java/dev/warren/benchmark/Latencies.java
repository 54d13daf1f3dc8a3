package dev.warren.benchmark;

import java.util.Arrays;

/**
 * What one round measured.
 *
 * @param nanos of each request, sorted
 * @param seconds the round's length
 */
record Latencies(long[] nanos, double seconds) {

  static Latencies of(long[] unsorted, double seconds) {
    long[] sorted = unsorted.clone();
    Arrays.sort(sorted);
    return new Latencies(sorted, seconds);
  }

  double perSecond() {
    return nanos.length / seconds;
  }

  /** In milliseconds. */
  double percentile(double share) {
    return nanos.length == 0
        ? Double.NaN
        : nanos[(int) Math.min(nanos.length - 1, share * nanos.length)] / 1e6;
  }
}
