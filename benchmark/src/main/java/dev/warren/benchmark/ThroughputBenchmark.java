package dev.warren.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures round trips of tasks that do nothing, in turns: of a raw relay, which is the limit, of
 * Warren, and of what Spring users write. Client and worker of each side are processes of their
 * own, with the same heap and collector; each side has queues of its own.
 *
 * <p>Arguments: {@code broker} (an AMQP URI; required), {@code broker-pid} (to tell its processor
 * time), {@code types} (classic,quorum), {@code windows} of tasks without an answer
 * (1,100,1000,10000), {@code rounds} (5), {@code seconds} of a round (5), {@code warm-up} in
 * seconds (10) for each side and type, {@code slots} of Warren's workers (2), {@code sides} (all),
 * {@code json} (a file).
 */
final class ThroughputBenchmark {

  private static final List<String> JVM = List.of("-Xmx512m", "-XX:+UseSerialGC");
  private static final String LIMIT = "raw relay";

  /** What is measured, with its client's kind and its worker. */
  private enum Side {
    RAW(LIMIT, "raw", "raw"),
    PLAIN("Warren, plain replies", "warren-plain", "thread"),
    COALESCED("Warren", "warren-coalesced", "thread"),
    PROCESS("Warren, process mode", "warren-coalesced", "process"),
    SPRING("AsyncRabbitTemplate", "UNCONFIRMED", "spring"),
    SPRING_CONFIRMED("AsyncRabbitTemplate with confirms", "CONFIRMED", "spring"),
    SPRING_DIRECT("AsyncRabbitTemplate, direct reply-to", "DIRECT_REPLY_TO", "spring");

    private final String title;
    private final String client;
    private final String worker;

    Side(String title, String client, String worker) {
      this.title = title;
      this.client = client;
      this.worker = worker;
    }
  }

  private final Arguments arguments;
  private final Path folder;
  private final Report report = new Report("throughput");
  private final Map<Side, RemoteClient> clients = new LinkedHashMap<>();
  private final Map<String, Server> workers = new LinkedHashMap<>();

  ThroughputBenchmark(Arguments arguments) throws IOException {
    this.arguments = arguments;
    this.folder = Files.createTempDirectory("warren-benchmark-");
  }

  void run() throws Exception {
    System.out.println("Logs: " + folder);
    try {
      for (String side :
          list("sides", String.join(",", Stream.of(Side.values()).map(Enum::name).toList()))) {
        Side one = Side.valueOf(side.toUpperCase(Locale.ROOT));
        clients.put(
            one,
            new RemoteClient(
                folder.resolve("client-" + one + ".log"), one.client, arguments.broker(), JVM));
      }
      for (String type : list("types", "classic,quorum")) {
        measure(type);
      }
    } finally {
      clients.values().forEach(RemoteClient::close);
      workers.values().forEach(Server::close);
    }
    Path json =
        Path.of(
            arguments.text(
                "json",
                arguments.root().resolve("benchmark/target/results/throughput.json").toString()));
    report.write(json, Map.of("arguments", arguments.values().toString()));
  }

  private List<String> list(String name, String otherwise) {
    return List.of(arguments.text(name, otherwise).split(","));
  }

  private void measure(String type) throws Exception {
    for (Side side : clients.keySet()) {
      if (!workers.containsKey(side.worker + type)) {
        workers.put(side.worker + type, worker(side.worker, type));
      }
    }
    for (Side side : clients.keySet()) {
      RawRelay.awaitConsumer(arguments.broker(), queue(side.worker, type));
    }
    Duration warmUp = Duration.ofSeconds(arguments.number("warm-up", 10));
    for (int i = 0; i < 2; i++) {
      for (Map.Entry<Side, RemoteClient> one : clients.entrySet()) {
        one.getValue().round(queue(one.getKey().worker, type), 1_000, warmUp.dividedBy(2));
      }
    }
    System.out.printf(
        "%n%s queues, median (lowest - highest) of %d rounds of %d s, in turns%n%n"
            + "| window | | tasks/s | of the raw relay | p50 ms | of the raw relay | p99 ms"
            + " | processor time a task, µs: broker + worker + client |%n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- |%n",
        type, arguments.number("rounds", 5), arguments.number("seconds", 5));
    for (String window : list("windows", "1,100,1000,10000")) {
      measure(type, Integer.parseInt(window));
    }
  }

  /** The rounds of one side. */
  private static final class Rounds {
    private final List<Double> rates = new ArrayList<>();
    private final List<Double> medians = new ArrayList<>();
    private final List<Double> slow = new ArrayList<>();
    private final List<List<Double>> cpu =
        List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }

  private void measure(String type, int window) throws Exception {
    Duration time = Duration.ofSeconds(arguments.number("seconds", 5));
    Map<Side, Rounds> all = new LinkedHashMap<>();
    for (int round = 0; round < arguments.number("rounds", 5); round++) {
      for (Map.Entry<Side, RemoteClient> one : clients.entrySet()) {
        Side side = one.getKey();
        List<@Nullable ProcessHandle> processes = processes(side, type, one.getValue());
        double[] before = processes.stream().mapToDouble(ThroughputBenchmark::micros).toArray();
        RemoteClient.Round done = one.getValue().round(queue(side.worker, type), window, time);
        Rounds rounds = all.computeIfAbsent(side, s -> new Rounds());
        for (int i = 0; i < before.length; i++) {
          rounds.cpu.get(i).add((micros(processes.get(i)) - before[i]) / done.tasks());
        }
        rounds.rates.add(done.tasks() / done.seconds());
        rounds.medians.add(done.p50() / 1e3);
        rounds.slow.add(done.p99() / 1e3);
      }
    }
    workers.values().forEach(Server::mustBeAlive);
    Rounds limit = all.get(Side.RAW);
    all.forEach((side, rounds) -> print(type + ", window " + window, window, side, rounds, limit));
  }

  private void print(String what, int window, Side side, Rounds rounds, @Nullable Rounds limit) {
    Report.Figures rates = report.figures(rounds.rates);
    Report.Figures medians = report.figures(rounds.medians);
    double @Nullable [] rateRatios = limit == null ? null : rates.of(report.figures(limit.rates));
    double @Nullable [] ratios = limit == null ? null : medians.of(report.figures(limit.medians));
    report.add(what, side.title, "tasks/s", rates, rateRatios);
    report.add(what, side.title, "p50 ms", medians, ratios);
    report.add(what, side.title, "p99 ms", report.figures(rounds.slow), null);
    StringBuilder cpu = new StringBuilder();
    for (List<Double> one : rounds.cpu) {
      cpu.append(cpu.isEmpty() ? "" : " + ")
          .append("%.0f".formatted(Report.median(report.figures(one).rounds())));
    }
    System.out.printf(
        "| %d | %s | %s | %s | %s | %s | %.1f | %s |%n",
        window,
        side.title,
        rates.text("%.0f"),
        rateRatios == null ? "not in this run" : Rates.spread("%.2f", rateRatios),
        medians.text("%.2f"),
        ratios == null ? "not in this run" : Rates.spread("%.2f", ratios),
        Report.median(report.figures(rounds.slow).rounds()),
        cpu);
  }

  private List<@Nullable ProcessHandle> processes(Side side, String type, RemoteClient client) {
    String pid = arguments.text("broker-pid");
    List<@Nullable ProcessHandle> all = new ArrayList<>();
    all.add(pid == null ? null : ProcessHandle.of(Long.parseLong(pid)).orElse(null));
    Server worker = workers.get(side.worker + type);
    all.add(worker == null ? null : worker.process());
    all.add(client.process());
    return all;
  }

  /** Processor time of a process and its descendants. */
  private static double micros(@Nullable ProcessHandle process) {
    return process == null
        ? Double.NaN
        : Stream.concat(Stream.of(process), process.descendants())
                .flatMap(one -> one.info().totalCpuDuration().stream())
                .mapToLong(Duration::toNanos)
                .sum()
            / 1e3;
  }

  private static String queue(String worker, String type) {
    return "bench-throughput-" + worker + "-" + type;
  }

  private Server worker(String kind, String type) throws IOException {
    String queue = queue(kind, type);
    List<String> java = Server.java(Path.of(System.getProperty("java.home")), JVM);
    Path log = folder.resolve("worker-" + kind + "-" + type + ".log");
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spring.rabbitmq.addresses", arguments.broker());
    settings.put("spring.main.web-application-type", "none");
    return switch (kind) {
      case "raw" ->
          Server.start(
              log,
              java,
              List.of("-jar", Server.OWN_JAR, "raw-worker"),
              Map.of("broker", arguments.broker(), "queue", queue, "type", type));
      case "spring" -> {
        settings.put("warren.worker.enabled", "false");
        settings.put("bench.queue", queue);
        settings.put("bench.type", type);
        yield Server.start(log, java, List.of("-jar", Server.OWN_JAR, SpringRelay.ROLE), settings);
      }
      default -> {
        settings.put("warren.default-queue", queue);
        settings.put("warren.queues." + queue + ".type", type);
        settings.put("warren.worker.concurrency", arguments.text("slots", "2"));
        settings.put("warren.worker.isolation", kind);
        settings.put("warren.worker.child.cache", folder.resolve("cache").toString());
        yield Server.start(
            log, java, List.of("-jar", Server.OWN_JAR, NothingWorker.ROLE), settings);
      }
    };
  }
}
