package dev.warren.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Measures {@link dev.warren.WorkerPool#map} of integers with the default chunk, over a broker and
 * a worker with two slots, in turns with {@code multiprocessing.Pool(2).map} of CPython, which has
 * no broker between. Both return what they are given, and both results are compared with the items.
 *
 * <p>Arguments: {@code broker} (an AMQP URI; required), {@code broker-pid}, {@code items}
 * (1000000), {@code slots} (2), {@code rounds} (5), {@code seconds} of a round, which has at least
 * one map (5), {@code warm-up} in seconds (10) for each side, {@code type} of the queue (classic),
 * {@code python} (python3), {@code root}, {@code json} (a file).
 */
final class MapBenchmark {

  private static final String SCRIPT = "benchmark/src/main/python/pool_map.py";

  private final Arguments arguments;
  private final Path folder;
  private final Report report = new Report("map");

  MapBenchmark(Arguments arguments) throws IOException {
    this.arguments = arguments;
    this.folder = Files.createTempDirectory("warren-benchmark-");
  }

  void run() throws Exception {
    System.out.println("Logs: " + folder);
    String type = arguments.text("type", "classic");
    try (Workers workers = new Workers(arguments, folder, "bench-map");
        RemoteClient python = python();
        RemoteClient threads = client("client-thread");
        RemoteClient processes = client("client-process")) {
      SideRounds limit =
          new SideRounds("CPython's `multiprocessing.Pool`", python, "-", null, List.of());
      List<SideRounds> sides =
          List.of(
              limit,
              side("`WorkerPool.map`", threads, workers, Workers.Kind.THREAD, type),
              side(
                  "`WorkerPool.map`, process mode",
                  processes,
                  workers,
                  Workers.Kind.PROCESS,
                  type));
      workers.awaitAll();
      measure(sides);
      workers.mustBeAlive();
    }
    report.write(arguments);
  }

  private void measure(List<SideRounds> sides) throws Exception {
    int items = arguments.number("items", 1_000_000);
    int rounds = arguments.number("rounds", 5);
    Duration time = Duration.ofSeconds(arguments.number("seconds", 5));
    Duration warmUp = Duration.ofSeconds(arguments.number("warm-up", 10));
    for (SideRounds side : sides) {
      side.warmUp(items, warmUp);
    }
    for (int round = 0; round < rounds; round++) {
      for (SideRounds side : sides) {
        side.measure(items, time);
      }
    }
    System.out.printf(
        "%nA map of %,d integers on %s slots, median (lowest - highest) of %d rounds of %d s, in"
            + " turns%n%n| | %s%n| --- | --- | --- | --- | --- | --- | --- |%n",
        items,
        arguments.text("slots", "2"),
        rounds,
        time.toSeconds(),
        SideRounds.COLUMNS.formatted("items/s", "first", "first"));
    Report.Turns turns = new Report.Turns();
    for (SideRounds side : sides) {
      side.print(report, turns, "map of " + items, "items/s", "", sides.get(0));
    }
  }

  private SideRounds side(
      String title, RemoteClient client, Workers workers, Workers.Kind kind, String type)
      throws IOException {
    Server worker = workers.start(kind, type);
    return new SideRounds(
        title, client, workers.queue(kind, type), arguments.brokerProcess(), List.of(worker));
  }

  private RemoteClient client(String name) throws IOException {
    return RemoteClient.java(folder.resolve(name + ".log"), "map", arguments.broker(), Workers.JVM);
  }

  private RemoteClient python() throws IOException {
    return new RemoteClient(
        folder.resolve("python.log"),
        List.of(
            arguments.text("python", "python3"),
            arguments.root().resolve(SCRIPT).toString(),
            arguments.text("slots", "2")));
  }
}
