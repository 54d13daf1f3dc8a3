package dev.warren.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Measures rates in turns, so that a busy moment of the machine meets all of them. The first one is
 * what the others are compared with.
 */
final class Rates {

  private final Map<String, Callable<Measured>> all = new LinkedHashMap<>();
  private final Map<String, List<Measured>> measured = new LinkedHashMap<>();

  Rates with(String name, Callable<Measured> round) {
    all.put(name, round);
    return this;
  }

  /** Measures, and prints the lines of a table. */
  void measure(String what, int rounds) throws Exception {
    for (int i = 0; i < rounds; i++) {
      for (Map.Entry<String, Callable<Measured>> one : all.entrySet()) {
        Measured round = one.getValue().call();
        measured.computeIfAbsent(one.getKey(), name -> new ArrayList<>()).add(round);
      }
    }
    double[] first = values(measured.values().iterator().next(), Measured::perSecond);
    measured.forEach(
        (name, of) -> {
          double[] rates = values(of, Measured::perSecond);
          double[] ratios =
              IntStream.range(0, rounds).mapToDouble(i -> rates[i] / first[i]).toArray();
          System.out.printf(
              "| %s | %s | %s | %s | %s |%n",
              what,
              name,
              spread("%.0f", rates),
              spread("%.1f", values(of, Measured::cpuMicros)),
              spread("%.2f", ratios));
        });
  }

  private static double[] values(List<Measured> of, ToDoubleFunction<Measured> value) {
    return of.stream().mapToDouble(value).toArray();
  }

  /** Median, lowest and highest. */
  static String spread(String format, double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (format + " (" + format + " - " + format + ")")
        .formatted(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
  }
}
