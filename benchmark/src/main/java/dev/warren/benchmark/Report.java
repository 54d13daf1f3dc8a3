package dev.warren.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one run has measured, for people and for machines. Ratios are made round by round, and only
 * between figures of one run that took turns: of others there is none.
 */
final class Report {

  private final String part;
  private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();

  Report(String part) {
    this.part = part;
  }

  /**
   * Figures of one side, a value for each round.
   *
   * @param run in which they were measured
   */
  record Figures(Report run, double[] rounds) {

    /**
     * These figures in terms of others, round by round.
     *
     * @throws IllegalArgumentException if the others are of another run, or did not take turns
     */
    double[] of(Figures others) {
      if (others.run != run || others.rounds.length != rounds.length) {
        throw new IllegalArgumentException(
            "a ratio is made of figures that were measured in turns in one run only: the machine is"
                + " another one in every run");
      }
      return IntStream.range(0, rounds.length)
          .mapToDouble(i -> rounds[i] / others.rounds[i])
          .toArray();
    }

    String text(String format) {
      return Rates.spread(format, rounds);
    }
  }

  /** Figures of this run. */
  Figures figures(List<Double> rounds) {
    return new Figures(this, rounds.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /**
   * Adds a row.
   *
   * @param what is measured
   * @param side whose it is
   * @param ratios to the limit; null if that was not measured in this run
   */
  void add(String what, String side, String unit, Figures figures, double @Nullable [] ratios) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("what", what);
    row.put("side", side);
    row.put("unit", unit);
    row.put("median", median(figures.rounds()));
    row.put("rounds", figures.rounds());
    row.put("ratio", ratios == null ? null : median(ratios));
    row.put("ratios", ratios);
    rows.add(row);
  }

  /** Writes all rows as JSON. */
  void write(Path file, Map<String, ?> about) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("part", part);
    all.put("at", Instant.now().toString());
    all.put("java", Runtime.version().toString());
    all.put("processors", Runtime.getRuntime().availableProcessors());
    all.putAll(about);
    all.put("rows", rows);
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.writeString(
        file,
        JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(all));
    System.out.println("\nAll rounds: " + file);
  }

  static double median(double[] values) {
    double[] sorted = DoubleStream.of(values).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
