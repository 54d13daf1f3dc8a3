package dev.warren.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;

/**
 * Measures, in one run and in turns so that a busy moment of the machine meets all of them:
 *
 * <ul>
 *   <li>{@code POST /api/v1/tasks} with H2 on a file, with PostgreSQL, and of {@link
 *       BarePublisher}. Nobody consumes.
 *   <li>A group of 100,000 items with both databases, and one worker with two slots.
 * </ul>
 *
 * {@code benchmark/run} starts a broker and a PostgreSQL and runs this. Arguments, each {@code
 * --name=value}: {@code broker} (an AMQP URI; required), {@code postgres} (a JDBC URL with user and
 * password; left out if absent), {@code connections} (32), {@code rounds} (5), {@code seconds} of a
 * round (5), {@code items} of the group (100000; 0: no groups), {@code root} (where the project is;
 * the working directory).
 *
 * <p>With {@code throughput}, {@code items}, {@code map}, {@code isolation}, {@code scale}, {@code
 * backlog} or {@code footprint} as the first argument: {@link ThroughputBenchmark}, {@link
 * ItemsBenchmark}, {@link MapBenchmark}, {@link IsolationBenchmark}, {@link ScaleBenchmark}, {@link
 * BacklogBenchmark}, {@link FootprintBenchmark}.
 */
public final class Benchmark {

  private static final String BARE = "bare";
  private static final String BARE_TITLE = "bare Spring MVC endpoint";
  private static final String POSTS = "POST /api/v1/tasks";
  private static final String H2 = "Warren, H2";
  private static final String POSTGRES = "Warren, PostgreSQL";
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final String TASK =
      "{\"task\":\"text.word_count\",\"args\":[\"the quick brown fox jumps over the lazy dog\"]}";

  private final Arguments arguments;
  private final Path root;
  private final Path folder;
  private final Map<String, Server> servers = new LinkedHashMap<>();
  private final Report report = new Report("producer");

  private Benchmark(Arguments arguments) throws IOException {
    this.arguments = arguments;
    this.root = arguments.root();
    this.folder = Files.createTempDirectory("warren-benchmark-");
  }

  /** Measures, and prints tables. */
  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals(BARE)) {
      SpringApplication.run(BarePublisher.class, Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    if (args.length > 0 && args[0].equals(NothingWorker.ROLE)) {
      SpringApplication.run(NothingWorker.class, Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    if (args.length > 0 && args[0].equals(SpringRelay.ROLE)) {
      SpringApplication.run(SpringRelay.class, Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    if (args.length > 1 && args[0].equals(LoadClient.ROLE)) {
      LoadClient.run(args[1], Arguments.of(List.of(args).subList(2, args.length)));
      System.exit(0);
    }
    boolean isNamed = args.length > 0 && !args[0].startsWith("--");
    Arguments arguments = Arguments.of(List.of(args).subList(isNamed ? 1 : 0, args.length));
    switch (isNamed ? args[0] : "") {
      case "" -> new Benchmark(arguments).run();
      case "isolation" -> new IsolationBenchmark(arguments).run();
      case RawRelay.ROLE ->
          RawRelay.work(
              arguments.broker(),
              arguments.text("queue", "raw"),
              arguments.text("type", "classic"));
      case "throughput" -> new ThroughputBenchmark(arguments).run();
      case "items" -> new ItemsBenchmark(arguments).run();
      case "map" -> new MapBenchmark(arguments).run();
      case "scale" -> new ScaleBenchmark(arguments).run();
      case "backlog" -> new BacklogBenchmark(arguments).run();
      case "footprint" -> new FootprintBenchmark(arguments).run();
      default -> throw new IllegalArgumentException("no benchmark: " + args[0]);
    }
    System.exit(0);
  }

  private void run() throws Exception {
    System.out.println("Logs and data: " + folder);
    try {
      startServers();
      posts();
      int items = arguments.number("items", 100_000);
      if (items > 0) {
        groups(items);
      }
    } finally {
      servers.values().forEach(Server::close);
    }
    report.write(arguments);
  }

  // --- what is measured --------------------------------------------------------------------------

  private void startServers() throws IOException, InterruptedException {
    servers.put(
        BARE_TITLE,
        start(
            BARE,
            List.of("-jar", Server.OWN_JAR, BARE),
            Map.of(
                "bench.queue", "bench-bare",
                "spring.rabbitmq.publisher-confirm-type", "correlated",
                "spring.rabbitmq.publisher-returns", "true",
                "spring.rabbitmq.cache.channel.size", "64")));
    servers.put(
        H2, producer("h2", Map.of("warren.producer.data", folder.resolve("h2").toString())));
    String url = arguments.text("postgres");
    if (url != null) {
      servers.put(POSTGRES, producer("pg", Map.of("spring.datasource.url", url)));
    }
    for (Server server : servers.values()) {
      server.awaitAnswer("/api/v1/queues");
    }
  }

  private Server producer(String name, Map<String, String> database) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>(database);
    settings.put("warren.default-queue", "bench-" + name);
    settings.put("warren.queues." + groupQueue(name) + ".type", "classic");
    return start(
        name,
        List.of("-jar", root.resolve("producer/target/warren-producer-app.jar").toString()),
        settings);
  }

  private static String groupQueue(String name) {
    return "bench-" + name + "-groups";
  }

  private Server start(String name, List<String> program, Map<String, String> settings)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("spring.rabbitmq.addresses", arguments.broker());
    return Server.start(folder.resolve(name + ".log"), program, all);
  }

  // --- posts -------------------------------------------------------------------------------------

  private void posts() throws InterruptedException, ExecutionException {
    int connections = arguments.number("connections", 32);
    Duration time = Duration.ofSeconds(arguments.number("seconds", 5));
    Hammer hammer = new Hammer(connections, TASK);
    for (Server server : servers.values()) {
      hammer.hit(server.address(), WARM_UP);
    }
    Map<String, List<Latencies>> measured = new LinkedHashMap<>();
    for (int round = 0; round < arguments.number("rounds", 5); round++) {
      for (Map.Entry<String, Server> server : servers.entrySet()) {
        Latencies latencies = hammer.hit(server.getValue().address(), time);
        measured.computeIfAbsent(server.getKey(), name -> new ArrayList<>()).add(latencies);
        System.out.printf(
            "round %d, %s: %.0f/s%n", round + 1, server.getKey(), latencies.perSecond());
      }
    }
    System.out.printf(
        "%nPOST /api/v1/tasks, %d connections, median of %d rounds of %d s, in turns%n%n"
            + "| | requests/s (lowest - highest round) | p50 ms | p99 ms"
            + " | of the bare endpoint, round by round |%n"
            + "| --- | --- | --- | --- | --- |%n",
        connections, arguments.number("rounds", 5), time.toSeconds());
    Report.Turns turns = new Report.Turns();
    Report.Figures limit = rates(turns, measured.get(BARE_TITLE));
    for (Map.Entry<String, List<Latencies>> one : measured.entrySet()) {
      Report.Figures rates = rates(turns, one.getValue());
      Report.Figures p50 = percentiles(turns, one.getValue(), 0.5);
      Report.Figures p99 = percentiles(turns, one.getValue(), 0.99);
      report.add(POSTS, one.getKey(), "requests/s", rates, rates.of(limit));
      report.add(POSTS, one.getKey(), "p50 ms", p50, null);
      report.add(POSTS, one.getKey(), "p99 ms", p99, null);
      System.out.printf(
          "| %s | %s | %.1f | %.1f | %s |%n",
          one.getKey(),
          rates.text("%.0f"),
          p50.median(),
          p99.median(),
          Report.spread("%.2f", rates.of(limit)));
    }
  }

  private static Report.Figures rates(Report.Turns turns, List<Latencies> rounds) {
    return turns.figures(rounds.stream().map(Latencies::perSecond).toList());
  }

  private static Report.Figures percentiles(
      Report.Turns turns, List<Latencies> rounds, double share) {
    return turns.figures(rounds.stream().map(round -> round.percentile(share)).toList());
  }

  // --- groups ------------------------------------------------------------------------------------

  private void groups(int items) throws IOException, InterruptedException {
    System.out.printf(
        "%nA group of %,d items, one worker with 2 slots%n%n"
            + "| | 202 after | all have run after | all results read after | items/s |%n"
            + "| --- | --- | --- | --- | --- |%n",
        items);
    group(H2, "h2", items);
    group(POSTGRES, "pg", items);
  }

  private void group(String name, String database, int items)
      throws IOException, InterruptedException {
    @Nullable Server producer = servers.get(name);
    if (producer == null) {
      return;
    }
    Map<String, String> settings =
        Map.of("warren.default-queue", groupQueue(database), "warren.worker.concurrency", "2");
    try (Server worker =
        start(
            "worker-" + database,
            List.of("-jar", root.resolve("worker/target/warren-worker-app.jar").toString()),
            settings)) {
      GroupRun run = new GroupRun(producer.address());
      run.run(groupQueue(database), Math.min(items, 10_000)); // also waits for the worker
      GroupRun.Times times = run.run(groupQueue(database), items);
      worker.mustBeAlive();
      System.out.printf(
          "| %s | %.1f s | %.1f s | %.1f s | %.0f |%n",
          name, times.accepted(), times.finished(), times.read(), items / times.finished());
      Report.Turns turns = new Report.Turns(); // of its own: a group has no turns with another
      String what = "group of " + items;
      report.add(what, name, "s until 202", turns.figures(List.of(times.accepted())), null);
      report.add(
          what, name, "s until all have run", turns.figures(List.of(times.finished())), null);
      report.add(what, name, "s until all are read", turns.figures(List.of(times.read())), null);
    }
  }
}
