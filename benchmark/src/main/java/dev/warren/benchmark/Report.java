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
 * What one run has measured, for machines; the tables are for people. Ratios are made round by
 * round, and only between figures that took turns in one run: of others there is none.
 */
final class Report {

  private final String part;
  private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();

  Report(String part) {
    this.part = part;
  }

  /** Sides that are measured round by round, one after the other. */
  static final class Turns {

    /** A value for each round of one side. */
    Figures figures(List<Double> rounds) {
      return new Figures(this, rounds.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }

  /**
   * Figures of one side, a value for each round.
   *
   * @param turns in which they were measured
   */
  record Figures(Turns turns, double[] rounds) {

    /**
     * These figures in terms of others, round by round.
     *
     * @throws IllegalArgumentException if the others did not take turns with these
     */
    double[] of(Figures others) {
      if (others.turns != turns || others.rounds.length != rounds.length) {
        throw new IllegalArgumentException(
            "a ratio is made of figures that were measured in turns in one run only: the machine is"
                + " another one in every run");
      }
      return IntStream.range(0, rounds.length)
          .mapToDouble(i -> rounds[i] / others.rounds[i])
          .toArray();
    }

    double median() {
      return Report.median(rounds);
    }

    /** Median, lowest and highest. */
    String text(String format) {
      return Report.spread(format, rounds);
    }
  }

  /**
   * Adds a row.
   *
   * @param what is measured
   * @param side whose it is
   * @param ratios to the limit; null if that was not measured in these turns
   */
  void add(String what, String side, String unit, Figures figures, double @Nullable [] ratios) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("what", what);
    row.put("side", side);
    row.put("unit", unit);
    row.put("median", figures.median());
    row.put("rounds", figures.rounds());
    row.put("ratio", ratios == null ? null : median(ratios));
    row.put("ratios", ratios);
    rows.add(row);
  }

  /** Writes all rows as JSON to the file that {@code --json} names, or to one in the module. */
  void write(Arguments arguments) throws Exception {
    Map<String, String> told = new LinkedHashMap<>(arguments.values());
    told.remove("broker"); // these two may have passwords in them
    told.remove("postgres");
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("part", part);
    all.put("at", Instant.now().toString());
    all.put("java", Runtime.version().toString());
    all.put("broker", RawRelay.brokerVersion(arguments.broker()));
    all.put("processors", Runtime.getRuntime().availableProcessors());
    all.put("arguments", told);
    all.put("rows", rows);
    write(file(arguments), all);
  }

  private Path file(Arguments arguments) {
    String named = arguments.text("json");
    return named == null
        ? arguments.root().resolve("benchmark/target/results").resolve(part + ".json")
        : Path.of(named);
  }

  private static void write(Path file, Map<String, Object> all) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(
        file,
        JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(all));
    System.out.println("\nAll rounds: " + file);
  }

  static double median(double[] values) {
    double[] sorted = DoubleStream.of(values).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** Median, lowest and highest. */
  static String spread(String format, double[] values) {
    double[] sorted = DoubleStream.of(values).sorted().toArray();
    return (format + " (" + format + " - " + format + ")")
        .formatted(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
  }
}
