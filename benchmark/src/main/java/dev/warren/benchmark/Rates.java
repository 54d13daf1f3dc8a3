package dev.warren.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Measures rates in turns, so that a busy moment of the machine meets all of them. The first one is
 * what the others are compared with.
 */
final class Rates {

  private final Report report;
  private final Map<String, Callable<Measured>> all = new LinkedHashMap<>();
  private final Map<String, List<Measured>> measured = new LinkedHashMap<>();

  Rates(Report report) {
    this.report = report;
  }

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
    Report.Turns turns = new Report.Turns();
    Report.Figures first = rates(turns, measured.values().iterator().next());
    measured.forEach(
        (name, of) -> {
          Report.Figures rates = rates(turns, of);
          Report.Figures micros = turns.figures(of.stream().map(Measured::cpuMicros).toList());
          double[] ratios = rates.of(first);
          report.add(what, name, "tasks/s", rates, ratios);
          report.add(what, name, "µs of processor time a task", micros, null);
          System.out.printf(
              "| %s | %s | %s | %s | %s |%n",
              what, name, rates.text("%.0f"), micros.text("%.1f"), Report.spread("%.2f", ratios));
        });
  }

  private static Report.Figures rates(Report.Turns turns, List<Measured> of) {
    return turns.figures(of.stream().map(Measured::perSecond).toList());
  }
}
