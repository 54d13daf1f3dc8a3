package dev.warren.it.crash;

import com.rabbitmq.client.GetResponse;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.TestPostgres;
import dev.warren.it.kit.WorkerProcess;
import dev.warren.rabbit.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** A broker, producers, two workers and a bounded queue; all of them to be killed. */
final class Cluster implements AutoCloseable {

  private static final int WORKERS = 2;
  private static final int SLOTS = 2;

  private final TestBroker broker = TestBroker.own();
  private final String queue = TestBroker.uniqueName("crash");
  private final int maxLength;
  private final @Nullable TestPostgres database;
  private final List<Producer> producers = new ArrayList<>();
  private final List<WorkerProcess> workers = new ArrayList<>();

  Cluster(int producerCount, int maxLength, @Nullable TestPostgres database) {
    this.maxLength = maxLength;
    this.database = database;
    for (int i = 0; i < producerCount; i++) {
      producers.add(new Producer(i));
    }
  }

  /** One producer: it keeps its address and its data over the processes that it is. */
  final class Producer {
    private final String name;
    private final ProducerProcess.Spec spec =
        ProducerProcess.on(broker.uri()).queue(queue, maxLength);
    private @Nullable ProducerProcess process; // the campaign's thread's

    private Producer(int number) {
      name = "producer-" + (char) ('a' + number);
      if (database != null) {
        spec.database(database.url(), TestPostgres.USER, TestPostgres.PASSWORD);
      }
    }

    String name() {
      return name;
    }

    ProducerProcess process() {
      if (process == null) {
        throw new IllegalStateException(name + " was not started");
      }
      return process;
    }

    ProducerProcess.Spec spec() {
      return spec;
    }

    void start() {
      process = spec.start();
    }

    /** Kills it, and waits until another process in its place takes tasks. */
    void killAndStart() {
      process().kill9();
      start();
      process().awaitReady();
    }
  }

  /** Starts all, and waits until tasks are taken and run. */
  void start() {
    producers.forEach(Producer::start);
    awaitProducers();
    for (int i = 0; i < WORKERS; i++) {
      workers.add(worker());
    }
    awaitWorkers();
  }

  private WorkerProcess worker() {
    return WorkerProcess.on(broker.uri())
        .queue(queue, maxLength)
        .concurrency(SLOTS)
        .running(CrashWorker.class)
        .start();
  }

  void awaitProducers() {
    producers.forEach(producer -> producer.process().awaitReady());
  }

  boolean isAnyProducerDead() {
    return producers.stream().anyMatch(producer -> !producer.process().isAlive());
  }

  void awaitWorkers() {
    workers.forEach(WorkerProcess::awaitReady);
  }

  /** Kills a worker; another one takes its place. */
  void killWorker() {
    workers.remove(0).kill9();
    workers.add(worker());
  }

  TestBroker broker() {
    return broker;
  }

  String queue() {
    return queue;
  }

  @Nullable TestPostgres database() {
    return database;
  }

  List<Producer> producers() {
    return producers;
  }

  List<String> addresses() {
    return producers.stream().map(producer -> producer.process().address()).toList();
  }

  /** Which queues are not empty, as texts; of quarantine with its reasons. */
  List<String> leftover() {
    return lengths().stream().map(this::withReason).toList();
  }

  private String withReason(String length) {
    String dead = Topology.dead(queue);
    if (!length.startsWith(dead)) {
      return length;
    }
    try (PlainAmqp amqp = PlainAmqp.to(broker.uri())) { // what it takes comes back at its end
      GetResponse first = amqp.take(dead);
      return length + (first == null ? "" : " " + first.getProps().getHeaders());
    }
  }

  private List<String> lengths() {
    return broker
        .ctl("list_queues", "--no-table-headers", "name", "messages")
        .lines()
        .map(line -> line.split("\t"))
        .filter(column -> column.length == 2 && !column[1].equals("0"))
        .filter(column -> !column[0].equals(Topology.REVOCATIONS)) // a stream keeps what it has
        .map(column -> column[0] + ": " + column[1])
        .toList();
  }

  /** Does something with the broker as any client may. */
  void onBroker(Consumer<PlainAmqp> action) {
    try (PlainAmqp amqp = PlainAmqp.to(broker.uri())) {
      action.accept(amqp);
    }
  }

  /** Waits until something is in the queue that can be lost. */
  void awaitBacklog() {
    try (PlainAmqp amqp = PlainAmqp.to(broker.uri())) {
      Deadline.await("tasks wait in the queue", Deadline.TASK, () -> amqp.count(queue) > 0);
    }
  }

  /** Waits until the queue is there and has consumers. */
  void awaitConsumers() {
    try (PlainAmqp amqp = PlainAmqp.to(broker.uri())) {
      Deadline.await("the queue is there", Deadline.HEALED, () -> amqp.consumers(queue) > 0);
    }
  }

  /** Waits until nothing is left in the queues; returns what still is. */
  List<String> awaitEmpty() {
    try {
      Deadline.await("the queues are empty", Deadline.TASK, () -> lengths().isEmpty());
    } catch (ConditionTimeoutException e) {
      return leftover();
    }
    return List.of();
  }

  @Override
  public void close() {
    workers.forEach(WorkerProcess::close);
    producers.stream()
        .map(producer -> producer.process)
        .filter(process -> process != null)
        .forEach(ProducerProcess::close);
    broker.close();
  }
}
