package dev.warren.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

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

  /** What is measured, with its client's kind and its worker. */
  private enum Side {
    RAW(RawRelay.TITLE, "raw", Workers.Kind.RAW),
    PLAIN("Warren, plain replies", "warren-plain", Workers.Kind.THREAD),
    COALESCED("Warren", "warren-coalesced", Workers.Kind.THREAD),
    PROCESS("Warren, process mode", "warren-coalesced", Workers.Kind.PROCESS),
    SPRING("AsyncRabbitTemplate", "UNCONFIRMED", Workers.Kind.SPRING),
    SPRING_CONFIRMED("AsyncRabbitTemplate with confirms", "CONFIRMED", Workers.Kind.SPRING),
    SPRING_DIRECT("AsyncRabbitTemplate, direct reply-to", "DIRECT_REPLY_TO", Workers.Kind.SPRING);

    private final String title;
    private final String client;
    private final Workers.Kind worker;

    Side(String title, String client, Workers.Kind worker) {
      this.title = title;
      this.client = client;
      this.worker = worker;
    }
  }

  private final Arguments arguments;
  private final Path folder;
  private final Workers workers;
  private final Report report = new Report("throughput");
  private final Map<Side, RemoteClient> clients = new LinkedHashMap<>();

  ThroughputBenchmark(Arguments arguments) throws IOException {
    this.arguments = arguments;
    this.folder = Files.createTempDirectory("warren-benchmark-");
    this.workers = new Workers(arguments, folder, "bench-throughput");
  }

  void run() throws Exception {
    System.out.println("Logs: " + folder);
    try (workers) {
      String all = String.join(",", Stream.of(Side.values()).map(Enum::name).toList());
      for (String name : arguments.list("sides", all)) {
        Side side = Side.valueOf(name.toUpperCase(Locale.ROOT));
        Path log = folder.resolve("client-" + side + ".log");
        clients.put(side, RemoteClient.java(log, side.client, arguments.broker(), Workers.JVM));
      }
      for (String type : arguments.list("types", "classic,quorum")) {
        measure(type);
      }
    } finally {
      clients.values().forEach(RemoteClient::close);
    }
    report.write(arguments);
  }

  private void measure(String type) throws Exception {
    for (Side side : clients.keySet()) {
      workers.start(side.worker, type);
    }
    workers.awaitAll();
    Duration warmUp = Duration.ofSeconds(arguments.number("warm-up", 10));
    for (int i = 0; i < 2; i++) {
      for (SideRounds side : sides(type).values()) {
        side.warmUp(1_000, warmUp.dividedBy(2));
      }
    }
    System.out.printf(
        "%n%s queues, median (lowest - highest) of %d rounds of %d s, in turns%n%n| window | | %s%n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- |%n",
        type,
        arguments.number("rounds", 5),
        arguments.number("seconds", 5),
        SideRounds.COLUMNS.formatted("tasks/s", RawRelay.TITLE, RawRelay.TITLE));
    for (String window : arguments.list("windows", "1,100,1000,10000")) {
      measure(type, Integer.parseInt(window));
    }
  }

  private void measure(String type, int window) throws Exception {
    Duration time = Duration.ofSeconds(arguments.number("seconds", 5));
    Map<Side, SideRounds> sides = sides(type);
    for (int round = 0; round < arguments.number("rounds", 5); round++) {
      for (SideRounds side : sides.values()) {
        side.measure(window, time);
      }
    }
    workers.mustBeAlive();
    Report.Turns turns = new Report.Turns();
    String what = type + ", window " + window;
    for (SideRounds side : sides.values()) {
      side.print(report, turns, what, "tasks/s", "| " + window + " ", sides.get(Side.RAW));
    }
  }

  /** All sides, without a round. */
  private Map<Side, SideRounds> sides(String type) throws IOException {
    Map<Side, SideRounds> sides = new LinkedHashMap<>();
    for (Map.Entry<Side, RemoteClient> one : clients.entrySet()) {
      Side side = one.getKey();
      sides.put(
          side,
          new SideRounds(
              side.title,
              one.getValue(),
              workers.queue(side.worker, type),
              arguments.brokerProcess(),
              List.of(workers.start(side.worker, type))));
    }
    return sides;
  }
}
