package dev.warren.benchmark;

import dev.warren.Warren;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Measures what more workers bring for tasks that wait: 1, 2, 4 and 8 worker processes, and tasks
 * that sleep, so that neither the machine nor the tasks are the bound. The workers of each number
 * have a queue of their own and run from the beginning to the end, so that rounds take turns.
 *
 * <p>Arguments: {@code broker} (an AMQP URI; required), {@code workers} (1,2,4,8), {@code slots} of
 * each (4), {@code millis} that a task sleeps (50), {@code rounds} (5), {@code seconds} of a round
 * (10), {@code warm-up} in seconds (5), {@code json} (a file).
 */
final class ScaleBenchmark {

  /** Tasks without an answer for each slot: one runs, one is at the worker, two wait. */
  private static final int WINDOW_OF_A_SLOT = 4;

  private static final List<String> SMALL =
      List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Arguments arguments;
  private final Path folder;
  private final int slots;
  private final int millis;
  private final List<Server> started = new ArrayList<>();

  ScaleBenchmark(Arguments arguments) throws IOException {
    this.arguments = arguments;
    this.folder = Files.createTempDirectory("warren-benchmark-");
    this.slots = arguments.number("slots", 4);
    this.millis = arguments.number("millis", 50);
  }

  void run() throws Exception {
    LoggingSystem.get(getClass().getClassLoader()).setLogLevel("dev.warren", LogLevel.WARN);
    System.out.println("Logs: " + folder);
    int rounds = arguments.number("rounds", 5);
    Duration time = Duration.ofSeconds(arguments.number("seconds", 10));
    Map<Integer, Window> windows = new LinkedHashMap<>();
    try (Warren warren = Warren.connect(arguments.broker())) {
      for (int workers : numbers()) {
        windows.put(workers, window(warren, workers));
      }
      for (Window window : windows.values()) {
        window.round(Duration.ofSeconds(arguments.number("warm-up", 5)));
      }
      Map<Integer, double[]> rates = new LinkedHashMap<>();
      for (int round = 0; round < rounds; round++) {
        for (Map.Entry<Integer, Window> one : windows.entrySet()) {
          rates.computeIfAbsent(one.getKey(), workers -> new double[rounds])[round] =
              one.getValue().round(time).perSecond();
        }
      }
      started.forEach(Server::mustBeAlive);
      print(rates, rounds, time);
    } finally {
      started.forEach(Server::close);
    }
  }

  private int[] numbers() {
    return Stream.of(arguments.text("workers", "1,2,4,8").split(","))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  private Window window(Warren warren, int workers) throws IOException {
    String queue = "bench-scale-" + workers;
    List<ProcessHandle> processes = new ArrayList<>();
    for (int i = 1; i <= workers; i++) {
      Server worker = worker(queue, folder.resolve(workers + "-" + i + ".log"));
      started.add(worker);
      processes.add(worker.process());
    }
    int size = WINDOW_OF_A_SLOT * slots * workers;
    return new Window(warren.pool(queue), NothingWorker.SLEEP, millis, processes, size);
  }

  private Server worker(String queue, Path log) throws IOException {
    return Server.start(
        log,
        Server.java(Path.of(System.getProperty("java.home")), SMALL),
        List.of("-jar", Server.OWN_JAR, NothingWorker.ROLE),
        Map.of(
            "spring.rabbitmq.addresses",
            arguments.broker(),
            "spring.main.web-application-type",
            "none",
            "warren.default-queue",
            queue,
            "warren.worker.concurrency",
            String.valueOf(slots)));
  }

  private void print(Map<Integer, double[]> rates, int rounds, Duration time) throws Exception {
    Report report = new Report("scale");
    Report.Turns turns = new Report.Turns();
    Report.Figures one = figures(turns, rates.values().iterator().next());
    int fewest = rates.keySet().iterator().next();
    System.out.printf(
        "%nTasks that sleep %d ms, %d slots a worker, %d rounds of %d s, in turns:"
            + " median (lowest - highest)%n%n"
            + "| workers | tasks/s | of the ideal | times the rate of %d |%n"
            + "| --- | --- | --- | --- |%n",
        millis, slots, rounds, time.toSeconds(), fewest);
    rates.forEach(
        (workers, rate) -> {
          double ideal = workers * slots * 1000.0 / millis;
          double[] ofIdeal = DoubleStream.of(rate).map(each -> each / ideal).toArray();
          Report.Figures figures = figures(turns, rate);
          double[] times = figures.of(one);
          report.add("scale-out", workers + " workers", "tasks/s", figures, times);
          System.out.printf(
              "| %d | %s | %s | %s |%n",
              workers,
              Report.spread("%.0f", rate),
              Report.spread("%.3f", ofIdeal),
              Report.spread("%.2f", times));
        });
    report.write(arguments);
  }

  private static Report.Figures figures(Report.Turns turns, double[] rates) {
    return turns.figures(DoubleStream.of(rates).boxed().toList());
  }
}
