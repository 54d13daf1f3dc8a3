package dev.warren.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the other ways to have tasks run, in turns with the raw relay with 1,000 tasks in
 * flight: {@code map} and {@code imapUnordered}, and over REST single tasks and groups, each until
 * the results are there. An item counts as much as a task of the relay.
 *
 * <p>Arguments: {@code broker}, {@code broker-pid}, {@code types}, {@code rounds}, {@code seconds},
 * {@code warm-up}, {@code slots}, {@code json} as {@link ThroughputBenchmark}'s; {@code items} of a
 * map (100000) and of a group ({@code group-items}, 10000), {@code callers} over REST (32), {@code
 * postgres} (a JDBC URL for the producer; without it H2), {@code root}.
 */
final class ItemsBenchmark {

  private static final int WINDOW = 1_000;

  private final Arguments arguments;
  private final Path folder;
  private final Workers workers;
  private final Report report = new Report("items");
  private final List<RemoteClient> clients = new ArrayList<>();

  /** A side, and how much it is told to do at a time. */
  private record Sized(SideRounds side, int size) {}

  ItemsBenchmark(Arguments arguments) throws IOException {
    this.arguments = arguments;
    this.folder = Files.createTempDirectory("warren-benchmark-");
    this.workers = new Workers(arguments, folder, "bench-items");
  }

  void run() throws Exception {
    System.out.println("Logs and data: " + folder);
    try (workers) {
      List<String> types = arguments.list("types", "classic,quorum");
      try (Server producer = producer(types)) {
        producer.awaitAnswer("/api/v1/queues");
        for (String type : types) {
          measure(type, producer);
        }
        producer.mustBeAlive();
      }
    } finally {
      clients.forEach(RemoteClient::close);
    }
    report.write(arguments);
  }

  private void measure(String type, Server producer) throws Exception {
    List<Sized> sides = sides(type, producer);
    workers.awaitAll();
    Duration warmUp = Duration.ofSeconds(arguments.number("warm-up", 10));
    for (Sized one : sides) {
      one.side.warmUp(one.size, warmUp);
    }
    int rounds = arguments.number("rounds", 5);
    Duration time = Duration.ofSeconds(arguments.number("seconds", 5));
    for (int round = 0; round < rounds; round++) {
      for (Sized one : sides) {
        one.side.measure(one.size, time);
      }
    }
    workers.mustBeAlive();
    System.out.printf(
        "%n%s queues, median (lowest - highest) of %d rounds of %d s, in turns%n%n| | %s%n"
            + "| --- | --- | --- | --- | --- | --- | --- |%n",
        type,
        rounds,
        time.toSeconds(),
        SideRounds.COLUMNS.formatted("items/s", RawRelay.TITLE, RawRelay.TITLE));
    Report.Turns turns = new Report.Turns();
    for (Sized one : sides) {
      one.side.print(report, turns, type, "items/s", "", sides.get(0).side);
    }
  }

  private List<Sized> sides(String type, Server producer) throws IOException {
    List<Sized> sides = new ArrayList<>();
    sides.add(new Sized(side(RawRelay.TITLE, "raw", type, Workers.Kind.RAW), WINDOW));
    int items = arguments.number("items", 100_000);
    sides.add(
        new Sized(
            side("`map` of %,d items".formatted(items), "map", type, Workers.Kind.THREAD), items));
    sides.add(new Sized(side("`imapUnordered`", "imap", type, Workers.Kind.THREAD), 1));
    sides.add(
        new Sized(side("`imapUnordered`, chunks of 100", "imap", type, Workers.Kind.THREAD), 100));
    int callers = arguments.number("callers", 32);
    int group = arguments.number("group-items", 10_000);
    String single = "REST, single tasks, %d callers that wait".formatted(callers);
    sides.add(new Sized(rest(single, "rest-task", type, producer), callers));
    String groups = "REST, groups of %,d items".formatted(group);
    sides.add(new Sized(rest(groups, "rest-group", type, producer), group));
    return sides;
  }

  private SideRounds side(
      String title, String client, String type, Workers.Kind kind, String... more)
      throws IOException {
    return side(title, client, type, kind, List.of(), more);
  }

  private SideRounds rest(String title, String client, String type, Server producer)
      throws IOException {
    String address = "--address=" + producer.address();
    return side(title, client, type, Workers.Kind.PACKAGED, List.of(producer), address);
  }

  private SideRounds side(
      String title,
      String client,
      String type,
      Workers.Kind kind,
      List<Server> others,
      String... more)
      throws IOException {
    List<Server> servers = new ArrayList<>(others);
    servers.add(workers.start(kind, type));
    Path log = folder.resolve("client-%s-%d.log".formatted(client, clients.size()));
    RemoteClient process = RemoteClient.java(log, client, arguments.broker(), Workers.JVM, more);
    clients.add(process);
    return new SideRounds(
        title, process, workers.queue(kind, type), arguments.brokerProcess(), servers);
  }

  private Server producer(List<String> types) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spring.rabbitmq.addresses", arguments.broker());
    for (String type : types) {
      String queue = workers.queue(Workers.Kind.PACKAGED, type);
      settings.put("warren.default-queue", queue);
      settings.put("warren.queues." + queue + ".type", type);
    }
    String url = arguments.text("postgres");
    if (url == null) {
      settings.put("warren.producer.data", folder.resolve("h2").toString());
    } else {
      settings.put("spring.datasource.url", url);
    }
    return Server.start(
        folder.resolve("producer.log"),
        Server.java(Path.of(System.getProperty("java.home")), Workers.JVM),
        List.of(
            "-jar", arguments.root().resolve("producer/target/warren-producer-app.jar").toString()),
        settings);
  }
}
