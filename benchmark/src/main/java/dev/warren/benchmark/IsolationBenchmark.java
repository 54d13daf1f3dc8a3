package dev.warren.benchmark;

import dev.warren.Warren;
import dev.warren.WarrenSettings;
import dev.warren.process.ProcessOrders;
import dev.warren.wire.WireFormat;
import dev.warren.worker.execute.TaskRegistry;
import dev.warren.worker.execute.ThreadExecutor;
import dev.warren.worker.process.ChildSettings;
import dev.warren.worker.process.ProcessExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Measures what it costs to run a task in a process, beside a thread, in turns:
 *
 * <ul>
 *   <li>calls of the executors, one and several at a time: a round trip between worker and child;
 *   <li>tasks of a client over a broker, and a worker for each mode.
 * </ul>
 *
 * Arguments: {@code broker} (an AMQP URI; required), {@code slots} (2), {@code window} of tasks
 * without an answer (1000), {@code rounds} (5), {@code seconds} of a round (5), {@code warm-up} in
 * seconds (10), twice for each mode, {@code parts} ({@code calls,broker}). What a child takes to
 * start, {@link FootprintBenchmark} measures.
 */
final class IsolationBenchmark {

  private static final String THREAD = "thread";
  private static final String PROCESS = "process";

  private final Arguments arguments;
  private final Path folder;
  private final Report report = new Report("isolation");
  private final int slots;
  private final int rounds;
  private final Duration time;
  private final Duration warmUp;

  IsolationBenchmark(Arguments arguments) throws IOException {
    this.arguments = arguments;
    this.folder = Files.createTempDirectory("warren-benchmark-");
    this.slots = arguments.number("slots", 2);
    this.rounds = arguments.number("rounds", 5);
    this.time = Duration.ofSeconds(arguments.number("seconds", 5));
    this.warmUp = Duration.ofSeconds(arguments.number("warm-up", 10));
  }

  void run() throws Exception {
    LoggingSystem.get(getClass().getClassLoader()).setLogLevel("dev.warren", LogLevel.WARN);
    System.out.println("Logs and data: " + folder);
    System.out.printf(
        "%nMedian (lowest - highest) of %d rounds of %d s, in turns%n%n"
            + "| | mode | tasks/s | processor time of worker and children, µs a task | tasks/s, of thread's |%n"
            + "| --- | --- | --- | --- | --- |%n",
        rounds, time.toSeconds());
    List<String> parts = List.of(arguments.text("parts", "calls,broker").split(","));
    if (parts.contains("calls")) {
      calls();
    }
    if (parts.contains("broker")) {
      overBroker();
    }
    report.write(arguments);
  }

  // --- calls -------------------------------------------------------------------------------------

  private void calls() throws Exception {
    WireFormat wire = new WireFormat(WarrenSettings.defaults().maxMessageBytes());
    TaskRegistry registry = new TaskRegistry(wire.mapper());
    NothingWorker worker = new NothingWorker();
    registry.register(
        NothingWorker.NOTHING.name(), worker, NothingWorker.class.getMethod("nothing", int.class));
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (ThreadExecutor threads = new ThreadExecutor(registry, timer);
        ProcessExecutor processes = new ProcessExecutor(registry, wire, children(), orders())) {
      Calls inThreads = new Calls(threads, wire);
      Calls inProcesses = new Calls(processes, wire);
      for (int i = 0; i < 2; i++) {
        inThreads.round(slots, warmUp);
        inProcesses.round(slots, warmUp);
      }
      for (int callers : slots == 1 ? new int[] {1} : new int[] {1, slots}) {
        new Rates(report)
            .with(THREAD, () -> inThreads.round(callers, time))
            .with(PROCESS, () -> inProcesses.round(callers, time))
            .measure("calls, " + callers + " at a time", rounds);
      }
    } finally {
      timer.shutdownNow();
    }
  }

  private ChildSettings children() {
    return new ChildSettings(
        slots,
        null,
        null,
        null,
        Duration.ofMinutes(1),
        Duration.ofMinutes(1),
        List.of(),
        List.of("PATH"),
        WarrenSettings.defaults().maxMessageBytes(),
        folder);
  }

  private static ProcessOrders orders() {
    return new ProcessOrders(Map.of(), Map.of(), List.of(NothingWorker.class.getName()));
  }

  // --- over a broker -----------------------------------------------------------------------------

  private void overBroker() throws Exception {
    int size = arguments.number("window", 1000);
    try (Server threads = worker(THREAD, Server.OWN_JAR, Map.of());
        Server processes = worker(PROCESS, Server.OWN_JAR, Map.of());
        Warren warren = Warren.connect(arguments.broker())) {
      Window inThreads = new Window(warren.pool(queue(THREAD)), threads.process(), size);
      Window inProcesses = new Window(warren.pool(queue(PROCESS)), processes.process(), size);
      for (int i = 0; i < 2; i++) {
        inThreads.round(warmUp);
        inProcesses.round(warmUp);
      }
      new Rates(report)
          .with(THREAD, () -> inThreads.round(time))
          .with(PROCESS, () -> inProcesses.round(time))
          .measure("over a broker, " + size + " at a time, " + slots + " slots", rounds);
      threads.mustBeAlive();
      processes.mustBeAlive();
    }
  }

  private static String queue(String name) {
    return "bench-isolation-" + name;
  }

  private Server worker(String name, String jar, Map<String, String> more) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>(more);
    settings.put("spring.rabbitmq.addresses", arguments.broker());
    settings.put("spring.main.web-application-type", "none");
    settings.put("warren.default-queue", queue(name));
    settings.put("warren.worker.concurrency", String.valueOf(slots));
    settings.putIfAbsent("warren.worker.isolation", name);
    settings.put("warren.worker.child.cache", folder.resolve("cache").toString());
    List<String> program = new ArrayList<>(List.of("-jar", jar));
    if (jar.equals(Server.OWN_JAR)) {
      program.add(NothingWorker.ROLE);
    }
    return Server.start(folder.resolve(name + ".log"), program, settings);
  }
}
