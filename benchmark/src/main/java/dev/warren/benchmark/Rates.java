package dev.warren.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Measures rates in turns, so that a busy moment of the machine meets all of them. The first one is
 * what the others are compared with.
 */
final class Rates {

  /** One round. */
  @FunctionalInterface
  interface Round {
    /** So many a second. */
    double measure() throws Exception;
  }

  private final Map<String, Round> all = new LinkedHashMap<>();
  private final Map<String, List<Double>> measured = new LinkedHashMap<>();

  Rates with(String name, Round round) {
    all.put(name, round);
    return this;
  }

  /** Measures, and prints the lines of a table: rate, lowest and highest, ratio. */
  void measure(String what, int rounds) throws Exception {
    for (int i = 0; i < rounds; i++) {
      for (Map.Entry<String, Round> one : all.entrySet()) {
        double rate = one.getValue().measure();
        measured.computeIfAbsent(one.getKey(), name -> new ArrayList<>()).add(rate);
      }
    }
    List<Double> first = measured.values().iterator().next();
    measured.forEach(
        (name, rates) -> {
          double[] ratios =
              IntStream.range(0, rounds).mapToDouble(i -> rates.get(i) / first.get(i)).toArray();
          double[] sorted = sorted(rates.stream().mapToDouble(Double::doubleValue).toArray());
          double median = sorted[rounds / 2];
          double[] sortedRatios = sorted(ratios);
          System.out.printf(
              "| %s | %s | %.0f (%.0f - %.0f) | %.1f | %.2f (%.2f - %.2f) |%n",
              what,
              name,
              median,
              sorted[0],
              sorted[rounds - 1],
              1e6 / median,
              sortedRatios[rounds / 2],
              sortedRatios[0],
              sortedRatios[rounds - 1]);
        });
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
