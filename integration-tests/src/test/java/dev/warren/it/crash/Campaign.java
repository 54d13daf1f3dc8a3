package dev.warren.it.crash;

import dev.warren.it.crash.Event.Kind;
import dev.warren.it.crash.Faults.Fault;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProjectFiles;
import dev.warren.it.kit.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One run of the crash matrix: load from beginning to end; each fault in turn, round after round,
 * until as many tasks are accepted as asked for; then quiet, and the checker.
 *
 * <p>{@code -Dwarren.crash.tasks=20000} makes it long; one round at least. {@code
 * -Dwarren.crash.seed=…} chooses how often a place is passed before the kill, {@code
 * -Dwarren.crash.faults=…} (a regular expression) the faults. History and report are under {@code
 * integration-tests/target/crash}.
 */
final class Campaign {

  private static final int TASKS = Integer.getInteger("warren.crash.tasks", 1_000);
  private static final long SEED = Long.getLong("warren.crash.seed", System.currentTimeMillis());
  private static final @Nullable String FAULTS = System.getProperty("warren.crash.faults");

  /** So few that the queue is full now and then. */
  private static final int MAX_LENGTH = 50;

  /** So many at least are accepted between the end of a fault and the next one. */
  private static final int BETWEEN = 60;

  private static final Duration GOES_ON = Duration.ofSeconds(90);

  /** After the last fault is over, so long may a task need to come to its end. */
  private static final Duration QUIET = Duration.ofSeconds(60);

  private final String name;
  private final int producers;
  private final @Nullable TestPostgres database;
  private final Pattern breaks;
  private final List<String> report = new ArrayList<>();

  /**
   * @param inShort which faults there are, as a regular expression, unless somebody asks for others
   *     or for many tasks
   */
  Campaign(String name, int producers, @Nullable TestPostgres database, String inShort) {
    this.name = name;
    this.producers = producers;
    this.database = database;
    boolean isShort = System.getProperty("warren.crash.tasks") == null;
    this.breaks = Pattern.compile(FAULTS != null ? FAULTS : isShort ? inShort : ".*");
  }

  /** Runs it; fails with what the checker found. */
  void run() throws IOException, InterruptedException {
    Path folder =
        Files.createDirectories(
            ProjectFiles.module("integration-tests/target/crash/" + name + "-" + SEED));
    say("crash matrix %s: %d tasks, %d producer(s), seed %d", name, TASKS, producers, SEED);
    try (History history = new History(folder.resolve("history.jsonl"))) {
      try (Cluster cluster = new Cluster(producers, MAX_LENGTH, database);
          JournalTail journal = new JournalTail(history, folder.resolve("executions"))) {
        settle(cluster, history, breakUnderLoad(cluster, history, journal));
      }
      Verdict verdict = Checker.check(history.events());
      say("%n%s", verdict.report());
      Files.write(folder.resolve("report.md"), report);
      require(verdict, "the history is in " + folder);
    }
  }

  /** Fails with what the checker found. */
  static void require(Verdict verdict, String more) {
    if (!verdict.violations().isEmpty()) {
      throw new AssertionError(String.join("\n", verdict.violations()) + "\n" + more);
    }
  }

  // --- faults ------------------------------------------------------------------------------------

  /** The ids of what was accepted. */
  private Set<String> breakUnderLoad(Cluster cluster, History history, JournalTail journal)
      throws InterruptedException {
    try (Load load = new Load(history, cluster, journal.file())) {
      Faults faults = new Faults(cluster, history, load, journal, new Random(SEED));
      List<Fault> round = faults.matching(breaks);
      cluster.start();
      load.start();
      breakAll(cluster, faults, round, load);
      load.stop();
      say("%nAnswers: %s", load.answers());
      return load.acceptedIds();
    }
  }

  private void breakAll(Cluster cluster, Faults faults, List<Fault> round, Load load)
      throws InterruptedException {
    long began = System.nanoTime();
    Map<String, List<Double>> healed = new LinkedHashMap<>();
    int rounds = 0;
    do {
      if (rounds++ > 0) {
        faults.armAgain();
      }
      for (Fault fault : round) {
        int next = load.accepted() + Math.max(BETWEEN, TASKS / round.size());
        load.target(next);
        healed.computeIfAbsent(fault.name(), n -> new ArrayList<>()).add(fault.inject());
        awaitAccepted(cluster, load, next);
      }
      System.out.printf("[crash] round %d is over, %d are accepted%n", rounds, load.accepted());
    } while (load.accepted() < TASKS);
    say("%d rounds, %d accepted in %.0f s%n", rounds, load.accepted(), seconds(began));
    say("| fault | times | all ready again after, s: least, median, most |");
    say("| --- | --- | --- |");
    healed.forEach((fault, times) -> say("| %s | %d | %s |", fault, times.size(), spread(times)));
  }

  /** As many as that; or a producer has come to its next place meanwhile. */
  private static void awaitAccepted(Cluster cluster, Load load, int target) {
    Deadline.await(
        target + " tasks are accepted",
        GOES_ON,
        () -> load.accepted() >= target || cluster.isAnyProducerDead());
  }

  private static String spread(List<Double> times) {
    double[] sorted = times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return "%.1f, %.1f, %.1f"
        .formatted(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  // --- quiet -------------------------------------------------------------------------------------

  /**
   * Waits for the end of all, reads all twice, the other time by way of the other producer or from
   * the disk, and looks around.
   */
  private void settle(Cluster cluster, History history, Set<String> ids)
      throws IOException, InterruptedException {
    cluster.awaitProducers();
    long began = System.nanoTime();
    new FinalReads(history, cluster.addresses()).read(ids, QUIET);
    say("All had an end %.1f s after the last submission.", seconds(began));
    if (producers == 1) {
      cluster.producers().get(0).killAndStart();
    }
    List<String> turned = new ArrayList<>(cluster.addresses());
    Collections.reverse(turned);
    lookAround(cluster, history, ids, turned, Duration.ofSeconds(5));
  }

  /** Waits for quiet, reads all once and looks around; for others who break things. */
  static void settleAndCheck(Cluster cluster, History history, Set<String> ids)
      throws IOException, InterruptedException {
    lookAround(cluster, history, ids, cluster.addresses(), QUIET);
    require(Checker.check(history.events()), "");
  }

  private static void lookAround(
      Cluster cluster, History history, Set<String> ids, List<String> producers, Duration limit)
      throws IOException, InterruptedException {
    FinalReads reads = new FinalReads(history, producers);
    reads.read(ids, limit);
    reads.list(cluster.queue());
    cluster.awaitEmpty().forEach(left -> history.add(Kind.LEFT, "broker", "", "", left));
  }

  private void say(String format, Object... values) {
    String line = format.formatted(values);
    System.out.println("[crash] " + line);
    report.add(line);
  }
}
