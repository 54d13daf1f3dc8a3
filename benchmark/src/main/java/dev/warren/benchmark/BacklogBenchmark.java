package dev.warren.benchmark;

import dev.warren.Warren;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Measures whether a long queue slows its workers down, or fills a process: 1,000,000 tasks that do
 * nothing are queued while no worker runs, then one worker takes them, and its replies are counted.
 * What it takes first, while its code is being compiled, is not counted.
 *
 * <p>Arguments: {@code broker} (an AMQP URI; required), {@code broker-pid} (for its memory; none if
 * absent), {@code items} (1000000), {@code warm-up} tasks ahead of them (100000), {@code slots}
 * (4), {@code json} (a file).
 */
final class BacklogBenchmark {

  private static final String QUEUE = "bench-backlog";
  private static final String REPLIES = "bench-backlog-replies";
  private static final int PARTS = 10;

  private final Arguments arguments;
  private final Path folder;
  private final long items;
  private final long warmUp;

  BacklogBenchmark(Arguments arguments) throws IOException {
    this.arguments = arguments;
    this.folder = Files.createTempDirectory("warren-benchmark-");
    this.items = arguments.number("items", 1_000_000);
    this.warmUp = arguments.number("warm-up", 100_000);
  }

  void run() throws Exception {
    LoggingSystem.get(getClass().getClassLoader()).setLogLevel("dev.warren", LogLevel.WARN);
    System.out.println("Logs: " + folder);
    Backlog backlog = new Backlog(arguments.broker(), QUEUE);
    try (backlog) {
      try (Warren warren = Warren.connect(arguments.broker())) { // makes the queue as Warren's are
        warren.pool(QUEUE).applyAsync(NothingWorker.NOTHING, 1);
      }
      long began = System.nanoTime();
      backlog.fill(warmUp + items, REPLIES);
      System.out.printf(
          "%n%,d tasks are queued after %.0f s; broker %.0f MB%n",
          warmUp + items, (System.nanoTime() - began) / 1e9, brokerMegabytes());
      try (Server worker = worker()) {
        drain(backlog, worker);
        worker.mustBeAlive();
      }
    }
  }

  private Server worker() throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spring.rabbitmq.addresses", arguments.broker());
    settings.put("spring.main.web-application-type", "none");
    settings.put("warren.default-queue", QUEUE);
    settings.put("warren.worker.concurrency", arguments.text("slots", "4"));
    return Server.start(
        folder.resolve("worker.log"),
        List.of("-jar", Server.OWN_JAR, NothingWorker.ROLE),
        settings);
  }

  private void drain(Backlog backlog, Server worker) throws Exception {
    long[] marks = new long[PARTS + 1];
    for (int i = 0; i <= PARTS; i++) {
      marks[i] = Math.max(1, warmUp + items * i / PARTS);
    }
    long[] moments = new long[PARTS + 1];
    List<List<Double>> memory = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    System.out.printf(
        "%nDrained by one worker%n%n"
            + "| replies | tasks/s of this tenth | worker MB | client MB | broker MB |%n"
            + "| --- | --- | --- | --- | --- |%n");
    backlog.drain(
        REPLIES,
        marks,
        (mark, nanos) -> {
          moments[mark] = nanos;
          double[] now = {
            Memory.megabytes(worker.process().pid()),
            Memory.megabytes(ProcessHandle.current().pid()),
            brokerMegabytes()
          };
          for (int i = 0; i < now.length; i++) {
            memory.get(i).add(now[i]);
          }
          System.out.printf(
              "| %,d | %s | %.0f | %.0f | %.0f |%n",
              marks[mark] - warmUp,
              mark == 0 ? "" : "%.0f".formatted(rate(moments, mark)),
              now[0],
              now[1],
              now[2]);
        });
    report(moments, memory);
    System.out.printf(
        "%nRate of the last tenth, of the first: %.2f%n", rate(moments, PARTS) / rate(moments, 1));
  }

  /** A round is a tenth. */
  private void report(long[] moments, List<List<Double>> memory) throws Exception {
    Report report = new Report("backlog");
    Report.Turns tenths = new Report.Turns();
    List<Double> rates =
        IntStream.rangeClosed(1, PARTS).mapToObj(part -> rate(moments, part)).toList();
    report.add("backlog of " + items, "worker", "tasks/s", tenths.figures(rates), null);
    List<String> processes = List.of("worker", "client", "broker");
    for (int i = 0; i < processes.size(); i++) {
      report.add(
          "backlog of " + items, processes.get(i), "MB", tenths.figures(memory.get(i)), null);
    }
    report.write(arguments);
  }

  private double rate(long[] moments, int part) {
    return items / (double) PARTS / ((moments[part] - moments[part - 1]) / 1e9);
  }

  /** Of the broker, and what it has started; not a number if it is not known. */
  private double brokerMegabytes() {
    String pid = arguments.text("broker-pid");
    return pid == null
        ? Double.NaN
        : ProcessHandle.of(Long.parseLong(pid)).map(Memory::megabytes).orElse(0L);
  }
}
