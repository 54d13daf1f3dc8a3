package dev.warren.benchmark;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Measures how soon the packaged applications are of use after the start of their process, and how
 * much memory is resident then, on one or more JDKs in turns:
 *
 * <ul>
 *   <li>a worker, until the client has the result of a task that waited for it; its memory then and
 *       after 1,000 tasks;
 *   <li>a producer, until it answers a request;
 *   <li>a child of the worker ({@link ChildStarts}).
 * </ul>
 *
 * Arguments: {@code broker} (an AMQP URI; required), {@code java} (homes of JDKs, with commas; the
 * one this runs on), {@code rounds} (5), {@code starts} of children in a round (3), {@code options}
 * of the JVM for worker and producer, {@code child-options}, both separated by commas, {@code
 * parts} ({@code worker,producer,child}), {@code root}, {@code json} (a file).
 */
final class FootprintBenchmark {

  private static final TaskRef<Integer> COUNT = TaskRef.of("text.word_count", Integer.class);
  private static final String QUEUE = "bench-footprint";
  private static final int TASKS = 1000;
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private final Arguments arguments;
  private final Path folder;
  private final List<String> parts;

  /** What was measured, by what it is: in the order in which the table has it. */
  private final Map<String, List<Double>> measured = new LinkedHashMap<>();

  FootprintBenchmark(Arguments arguments) throws IOException {
    this.arguments = arguments;
    this.folder = Files.createTempDirectory("warren-benchmark-");
    this.parts = List.of(arguments.text("parts", "worker,producer,child").split(","));
  }

  void run() throws Exception {
    LoggingSystem.get(getClass().getClassLoader()).setLogLevel("dev.warren", LogLevel.WARN);
    System.out.println("Logs and data: " + folder);
    int rounds = arguments.number("rounds", 5);
    try (Warren warren = Warren.connect(arguments.broker())) {
      WorkerPool pool = warren.pool(QUEUE);
      for (int round = 0; round <= rounds; round++) {
        for (Path home : homes()) {
          round(pool, home);
        }
        if (round == 0) { // it fills the file system's cache, declares, and makes archives
          measured.clear();
        }
      }
    }
    System.out.printf(
        "%nMedian (lowest - highest) of %d rounds, in turns%n%n| | |%n| --- | --- |%n", rounds);
    Report report = new Report("footprint");
    measured.forEach(
        (what, values) -> {
          Report.Figures figures = new Report.Turns().figures(values);
          System.out.printf("| %s | %s |%n", what, figures.text("%.0f"));
          report.add("footprint", what, what.contains("MB") ? "MB" : "ms", figures, null);
        });
    report.write(arguments);
  }

  private List<Path> homes() {
    return Stream.of(arguments.text("java", System.getProperty("java.home")).split(","))
        .map(Path::of)
        .toList();
  }

  private void round(WorkerPool pool, Path home) throws Exception {
    String jdk = home.getFileName().toString();
    if (parts.contains("worker")) {
      worker(pool, home, jdk);
    }
    if (parts.contains("producer")) {
      producer(home, jdk);
    }
    if (parts.contains("child")) {
      child(pool, home, jdk);
    }
  }

  private void add(String jdk, String what, double value) {
    measured.computeIfAbsent(jdk + ": " + what, name -> new ArrayList<>()).add(value);
  }

  // --- worker ------------------------------------------------------------------------------------

  private void worker(WorkerPool pool, Path home, String jdk) throws Exception {
    long began = System.nanoTime();
    AsyncResult<Integer> first = pool.applyAsync(COUNT, "waits for a worker");
    try (Server worker = start("worker", home, "worker", Map.of())) {
      first.get(LONGEST);
      add(jdk, "worker: first task, ms", millisSince(began));
      add(jdk, "worker: MB after the first task", Memory.megabytes(worker.process()));
      List<AsyncResult<Integer>> all = new ArrayList<>();
      for (int i = 0; i < TASKS; i++) {
        all.add(pool.applyAsync(COUNT, "one of many"));
      }
      for (AsyncResult<Integer> one : all) {
        one.get(LONGEST);
      }
      add(jdk, "worker: MB after 1,000 tasks", Memory.megabytes(worker.process()));
    }
  }

  // --- producer ----------------------------------------------------------------------------------

  private void producer(Path home, String jdk) throws Exception {
    long began = System.nanoTime();
    Map<String, String> own =
        Map.of("warren.producer.data", folder.resolve("data-" + jdk).toString());
    try (Server producer = start("producer", home, "producer", own)) {
      producer.awaitAnswer("/api/v1/queues");
      add(jdk, "producer: answers, ms", millisSince(began));
      add(jdk, "producer: MB then", Memory.megabytes(producer.process()));
    }
  }

  // --- child -------------------------------------------------------------------------------------

  private void child(WorkerPool pool, Path home, String jdk) throws Exception {
    Map<String, String> own = new LinkedHashMap<>();
    own.put("warren.worker.isolation", "process");
    Path cache = folder.resolve("cache-" + jdk);
    own.put("warren.worker.child.cache", cache.toString());
    own.put("warren.worker.child.jvm-args", arguments.text("child-options", ""));
    AsyncResult<Integer> first = pool.applyAsync(COUNT, "starts the first child");
    try (Server worker = start("children", home, "worker", own)) {
      first.get(LONGEST);
      ChildStarts starts = new ChildStarts(folder.resolve("children.log"));
      starts.awaitArchive(cache);
      for (ChildStarts.Start start : starts.measure(arguments.number("starts", 3))) {
        add(jdk, "child: takes tasks, ms", start.millis());
        add(jdk, "child: MB then", start.megabytes());
      }
      worker.mustBeAlive();
    }
  }

  private Server start(String name, Path home, String application, Map<String, String> own)
      throws IOException {
    Map<String, String> settings = new LinkedHashMap<>(own);
    settings.put("spring.rabbitmq.addresses", arguments.broker());
    settings.put("warren.default-queue", QUEUE);
    settings.put("warren.worker.concurrency", "2");
    String jar = application + "/target/warren-" + application + "-app.jar";
    String options = arguments.text("options", "");
    return Server.start(
        folder.resolve(name + ".log"),
        Server.java(home, options.isEmpty() ? List.of() : List.of(options.split(","))),
        List.of("-jar", arguments.root().resolve(jar).toString()),
        settings);
  }

  private static double millisSince(long began) {
    return (System.nanoTime() - began) / 1e6;
  }
}
