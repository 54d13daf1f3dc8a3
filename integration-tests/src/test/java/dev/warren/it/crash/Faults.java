package dev.warren.it.crash;

import dev.warren.it.crash.Event.Kind;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is broken, in turn. A fault lasts from the kill until all is ready again; each stands in the
 * history.
 */
final class Faults {

  /** The places in the producer at which it kills itself, in the order of a task's way. */
  private static final List<String> POINTS =
      List.of(
          "S1_RECEIVED",
          "S1_BEFORE_COMMIT",
          "S2_COMMITTED",
          "S3_PUBLISHED",
          "S4_CONFIRMED",
          "S4_MARKED",
          "S11_RECEIVED",
          "S12_BEFORE_COMMIT",
          "S12_COMMITTED",
          "S14_ANSWERING");

  /** A place must be passed so often within this time. */
  private static final long REACHED_SECONDS = 90;

  /** The places of some are passed once for a batch of tasks. */
  private static final int MOST_HITS = 40;

  private static final long SIGNAL_SECONDS = 60;
  private static final long DATABASE_AWAY_SECONDS = 10;

  private final Cluster cluster;
  private final History history;
  private final Load load;
  private final JournalTail journal;
  private final Random random;
  private List<String> points = List.of();

  Faults(Cluster cluster, History history, Load load, JournalTail journal, Random random) {
    this.cluster = cluster;
    this.history = history;
    this.load = load;
    this.journal = journal;
    this.random = random;
  }

  /** One thing to break. */
  record Fault(String name, Injection injection) {
    /** Breaks it; returns how many seconds it took until all was ready again. */
    double inject() throws InterruptedException {
      return injection.run();
    }
  }

  /** Breaks something, and heals it; returns how many seconds that took. */
  private interface Injection {
    double run() throws InterruptedException;
  }

  /** Something that breaks, and heals. */
  private interface Breakage {
    void run() throws InterruptedException;
  }

  /**
   * Those whose names match, in turn. The producer is made ready to die at the first place: to be
   * called before it starts.
   */
  List<Fault> matching(Pattern name) {
    List<Fault> all = new ArrayList<>();
    points = POINTS.stream().filter(name.asMatchPredicate()).toList();
    for (int i = 0; i < points.size(); i++) {
      String point = points.get(i);
      String next = i + 1 < points.size() ? points.get(i + 1) : null;
      all.add(new Fault(point, () -> producerDiesAt(point, next)));
    }
    others().stream().filter(fault -> name.matcher(fault.name).matches()).forEach(all::add);
    arm();
    return all;
  }

  /** For another round: the first producer is killed, and the next one dies at the first place. */
  void armAgain() throws InterruptedException {
    if (!points.isEmpty()) {
      arm();
      broken(
          "producer killed",
          () -> {
            victim().process().kill9();
            victim().start();
            awaitReadyOrDead(victim());
          });
    }
  }

  private void arm() {
    if (!points.isEmpty()) {
      victim().spec().failAt(points.get(0), hits());
    }
  }

  private List<Fault> others() {
    List<Fault> all = new ArrayList<>();
    all.add(new Fault("S5 waits in the queue", () -> producerIsKilledWhen(null)));
    all.add(new Fault("S7 runs", () -> producerIsKilledWhen(Kind.BEGIN)));
    all.add(new Fault("S8 has run", () -> producerIsKilledWhen(Kind.END)));
    all.add(new Fault("worker killed", this::workerIsKilled));
    all.add(new Fault("queue purged", this::queueIsPurged));
    all.add(new Fault("broker killed", this::brokerIsKilled));
    TestPostgres database = cluster.database();
    if (database != null) {
      all.add(new Fault("database stopped", () -> databaseIsStopped(database)));
      all.add(new Fault("database killed", () -> databaseIsKilled(database)));
    }
    all.add(new Fault("queue deleted", this::queueIsDeleted));
    return all;
  }

  // --- producers ---------------------------------------------------------------------------------

  private Cluster.Producer victim() {
    return cluster.producers().get(0);
  }

  /** The one that is killed from outside: not always the one that kills itself. */
  private Cluster.Producer lastOne() {
    return cluster.producers().get(cluster.producers().size() - 1);
  }

  private int hits() {
    return 5 + random.nextInt(MOST_HITS);
  }

  private double producerDiesAt(String point, @Nullable String next) throws InterruptedException {
    Cluster.Producer victim = victim();
    AtomicLong diedAt = new AtomicLong();
    CountDownLatch ended = new CountDownLatch(1);
    victim
        .process()
        .whenEnded(
            () -> {
              history.add(Kind.FAULT_BEGIN, victim.name(), "", "", point);
              diedAt.set(System.nanoTime());
              ended.countDown();
            });
    if (!ended.await(REACHED_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError(victim.name() + " did not come to " + point + " under load");
    }
    if (victim.process().awaitExit() != 128 + 9) {
      throw new AssertionError(victim.name() + " ended by itself\n" + victim.process().log());
    }
    if (next == null) {
      victim.spec().failNowhere();
      victim.start();
      victim.process().awaitReady();
    } else {
      victim.spec().failAt(next, hits());
      victim.start();
      awaitReadyOrDead(victim);
    }
    history.add(Kind.FAULT_END, victim.name(), "", "", point);
    return (System.nanoTime() - diedAt.get()) / 1e9;
  }

  /** Armed for the next place, it may die before anybody sees it ready. */
  private static void awaitReadyOrDead(Cluster.Producer producer) {
    Deadline.await(
        producer.name() + " is ready",
        Deadline.APP_START,
        () -> !producer.process().isAlive() || producer.process().isReady());
  }

  private double producerIsKilledWhen(@Nullable Kind signal) throws InterruptedException {
    if (signal == null) {
      load.awaitNextAccepted(SIGNAL_SECONDS);
    } else {
      journal.awaitNext(signal, SIGNAL_SECONDS);
    }
    return broken("producer killed", () -> lastOne().killAndStart());
  }

  // --- all others --------------------------------------------------------------------------------

  private double workerIsKilled() throws InterruptedException {
    journal.awaitNext(Kind.BEGIN, SIGNAL_SECONDS);
    return broken(
        "worker killed",
        () -> {
          cluster.killWorker();
          cluster.awaitWorkers();
        });
  }

  private double brokerIsKilled() throws InterruptedException {
    journal.awaitNext(Kind.BEGIN, SIGNAL_SECONDS);
    return broken(
        "broker killed",
        () -> {
          cluster.broker().kill9();
          cluster.broker().start();
          cluster.awaitProducers();
          cluster.awaitWorkers();
        });
  }

  private double databaseIsStopped(TestPostgres database) throws InterruptedException {
    return broken(
        "database stopped",
        () -> {
          database.stop();
          new CountDownLatch(1).await(DATABASE_AWAY_SECONDS, TimeUnit.SECONDS);
          database.start();
          cluster.awaitProducers();
        });
  }

  private double databaseIsKilled(TestPostgres database) throws InterruptedException {
    journal.awaitNext(Kind.BEGIN, SIGNAL_SECONDS);
    return broken(
        "database killed",
        () -> {
          database.kill9();
          database.start();
          cluster.awaitProducers();
        });
  }

  private double queueIsPurged() throws InterruptedException {
    cluster.awaitBacklog();
    return broken("queue purged", () -> cluster.onBroker(amqp -> amqp.purge(cluster.queue())));
  }

  private double queueIsDeleted() throws InterruptedException {
    cluster.awaitBacklog();
    return broken(
        "queue deleted",
        () -> {
          cluster.onBroker(amqp -> amqp.delete(cluster.queue()));
          cluster.awaitConsumers();
        });
  }

  private double broken(String name, Breakage fault) throws InterruptedException {
    long began = System.nanoTime();
    history.add(Kind.FAULT_BEGIN, "cluster", "", "", name);
    fault.run();
    history.add(Kind.FAULT_END, "cluster", "", "", name);
    return (System.nanoTime() - began) / 1e9;
  }
}
