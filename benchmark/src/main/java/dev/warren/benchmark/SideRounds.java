package dev.warren.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One side of a comparison: a client, what serves it, and the rounds that they have done. The first
 * side of a comparison is the limit, which the others are compared with.
 */
final class SideRounds {

  /** The columns of {@link #print}, behind those of the caller. */
  static final String COLUMNS =
      "%s | of the %s | p50 ms | of the %s | p99 ms"
          + " | processor time of one, µs: broker + worker + client |";

  private final String title;
  private final RemoteClient client;
  private final String queue;
  private final List<List<ProcessHandle>> processes; // broker, workers, client
  private final List<Double> rates = new ArrayList<>();
  private final List<Double> medians = new ArrayList<>();
  private final List<Double> slow = new ArrayList<>();
  private final List<Double> unanswered = new ArrayList<>();
  private final List<List<Double>> micros =
      List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

  /**
   * A side.
   *
   * @param queue that the client is told
   * @param broker whose processor time is not known if null
   * @param servers what is neither broker nor client
   */
  SideRounds(
      String title,
      RemoteClient client,
      String queue,
      @Nullable ProcessHandle broker,
      List<Server> servers) {
    this.title = title;
    this.client = client;
    this.queue = queue;
    this.processes =
        List.of(
            broker == null ? List.of() : List.of(broker),
            servers.stream().map(Server::process).toList(),
            List.of(client.process()));
  }

  /** A round that is not counted. */
  void warmUp(int size, Duration time) throws Exception {
    client.round(queue, size, time);
  }

  /** A round. */
  void measure(int size, Duration time) throws Exception {
    double[] before = processorMicros();
    RemoteClient.Round done = client.round(queue, size, time);
    double[] after = processorMicros();
    for (int i = 0; i < before.length; i++) {
      micros.get(i).add((after[i] - before[i]) / done.tasks());
    }
    unanswered.add((double) done.unanswered());
    rates.add(done.tasks() / done.seconds());
    medians.add(done.p50() == 0 ? Double.NaN : done.p50() / 1e3);
    slow.add(done.p99() == 0 ? Double.NaN : done.p99() / 1e3);
  }

  /**
   * Adds all rounds to a report, and prints a line of a table.
   *
   * @param what is measured
   * @param unit of the rates
   * @param begin of the line, up to the columns of this class
   * @param limit which has taken turns with this side; null if it was not measured
   */
  void print(
      Report report,
      Report.Turns turns,
      String what,
      String unit,
      String begin,
      @Nullable SideRounds limit) {
    Report.Figures rate = turns.figures(rates);
    Report.Figures median = turns.figures(medians);
    Report.Figures high = turns.figures(slow);
    double @Nullable [] rateRatios = limit == null ? null : rate.of(turns.figures(limit.rates));
    double @Nullable [] ratios = limit == null ? null : median.of(turns.figures(limit.medians));
    report.add(what, title, unit, rate, rateRatios);
    report.add(what, title, "p50 ms", median, ratios);
    report.add(what, title, "p99 ms", high, null);
    report.add(what, title, "calls without an answer", turns.figures(unanswered), null);
    double lost = unanswered.stream().mapToDouble(Double::doubleValue).sum();
    List<String> processors = List.of("broker", "worker", "client");
    StringBuilder cpu = new StringBuilder();
    for (int i = 0; i < processors.size(); i++) {
      Report.Figures one = turns.figures(micros.get(i));
      report.add(what, title, "µs of processor time, " + processors.get(i), one, null);
      cpu.append(i == 0 ? "" : " + ").append(number("%.1f", one.median()));
    }
    System.out.printf(
        "%s| %s | %s | %s | %s | %s | %s | %s |%n",
        begin,
        lost == 0 ? title : "%s: %.0f CALLS HAD NO ANSWER".formatted(title, lost),
        rate.text("%.0f"),
        ratio(rateRatios),
        Double.isNaN(median.median()) ? "-" : median.text("%.2f"),
        ratio(ratios),
        number("%.1f", high.median()),
        cpu);
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? "-" : format.formatted(value);
  }

  private static String ratio(double @Nullable [] ratios) {
    if (ratios == null) {
      return "not in this run";
    }
    return Double.isNaN(Report.median(ratios)) ? "-" : Report.spread("%.2f", ratios);
  }

  /** Of the processes and their descendants; not a number where there are none. */
  private double[] processorMicros() {
    return processes.stream().mapToDouble(SideRounds::micros).toArray();
  }

  private static double micros(List<ProcessHandle> of) {
    return of.isEmpty()
        ? Double.NaN
        : of.stream()
                .flatMap(one -> Stream.concat(Stream.of(one), one.descendants()))
                .flatMap(one -> one.info().totalCpuDuration().stream())
                .mapToLong(Duration::toNanos)
                .sum()
            / 1e3;
  }
}
