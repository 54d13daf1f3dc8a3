package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.Rest;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The broker restarts, crashes, freezes and runs out of memory, one after the other, under the same
 * running applications; after each of it all goes on.
 */
class BrokerFaultsTest {

  private static final int TASKS = 20;
  private static final int MILLIS = 200;

  /** Longer than it takes to fill a queue. */
  private static final int LONG_MILLIS = 3_000;

  private static final int SLOTS = 2;
  private static final int FEW = 5;
  private static final String QUEUE = TestBroker.uniqueName("faults");
  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);

  /** The longest that a post may take, whatever the broker does: its confirm timeout, and a bit. */
  private static final Duration BOUND = Duration.ofSeconds(20);

  /** Not after a limit of the broker's, the least of which is 10 s. */
  private static final Duration SOON = Duration.ofSeconds(8);

  @AutoClose private static TestBroker broker;
  @AutoClose private static WorkerProcess worker;
  @AutoClose private static ProducerProcess producer;
  @AutoClose private static Warren warren;

  private final TaskApi tasks = producer.tasks();

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    broker = TestBroker.own();
    worker = WorkerProcess.on(broker.uri()).queue(QUEUE).running(JournalWorker.class).start();
    producer = ProducerProcess.on(broker.uri()).queue(QUEUE).startReady();
    worker.awaitReady();
    warren = Warren.connect(broker.uri());
  }

  @Test
  void allHandlesCompleteOverARestart() throws Exception {
    allComeBackAfter(() -> broker.restart());
  }

  @Test
  void allHandlesCompleteOverACrash() throws Exception {
    warren.pool(QUEUE);
    broker.restart(); // or the broker may not yet have written down that there is a reply queue
    allIsWell();
    allComeBackAfter(
        () -> {
          broker.kill9();
          broker.start();
        });
  }

  @Test
  void allHandlesCompleteWhenAllConnectionsAreCut() throws Exception {
    allComeBackAfter(() -> broker.ctl("close_all_connections", "maintenance"));
  }

  /** The broker would throw out the oldest tasks of a full queue, which are those that run. */
  @Test
  void aCrashThrowsNoTaskOutOfAFullQueue() throws Exception {
    String full = TestBroker.uniqueName("full");
    Journal journal = Journal.in(folder);
    Map<String, AsyncResult<String>> handles = new LinkedHashMap<>();
    try (WorkerProcess busy =
        WorkerProcess.on(broker.uri())
            .queue(full)
            .concurrency(SLOTS)
            .set("warren.queues." + full + ".max-length", FEW)
            .running(JournalWorker.class)
            .startReady()) {
      warren.pool(full);
      broker.restart(); // as above
      Deadline.await("it takes tasks again", Deadline.HEALED, busy::isReady);
      for (int i = 0; i < SLOTS; i++) {
        handles.put("full" + i, submit(full, "full" + i));
      }
      Deadline.await("all slots run", Deadline.TASK, () -> journal.begun().size() == SLOTS);
      for (int i = SLOTS; i < SLOTS + FEW; i++) {
        handles.put("full" + i, submit(full, "full" + i));
      }

      broker.kill9();
      broker.start();

      for (var handle : handles.entrySet()) {
        assertThat(handle.getValue().get(Deadline.HEALED)).isEqualTo(handle.getKey());
      }
      try (PlainAmqp amqp = PlainAmqp.to(broker.uri())) {
        assertThat(amqp.count(full + ".dead")).isZero();
      }
    }
    allIsWell();
  }

  private AsyncResult<String> submit(String queue, String key) {
    String file = Journal.in(folder).file();
    return warren.pool(queue).applyAsync(WORK, file, key, LONG_MILLIS);
  }

  private void allComeBackAfter(Runnable fault) throws Exception {
    Journal journal = Journal.in(folder);
    Map<String, String> posted = new LinkedHashMap<>();
    Map<String, AsyncResult<String>> handles = new LinkedHashMap<>();
    for (int i = 0; i < TASKS; i++) {
      posted.put(tasks.accepted(Journal.TASK, journal.file(), "rest" + i, MILLIS), "rest" + i);
      handles.put(
          "lib" + i, warren.pool(QUEUE).applyAsync(WORK, journal.file(), "lib" + i, MILLIS));
    }
    Deadline.await("some have run", Deadline.TASK, () -> journal.ended().size() > 4);

    fault.run();

    for (var handle : handles.entrySet()) {
      assertThat(handle.getValue().get(Deadline.HEALED)).isEqualTo(handle.getKey());
    }
    posted.forEach(
        (id, key) -> {
          JsonNode done = tasks.awaitDone(id, Deadline.HEALED);
          assertThat(done.path("state").asString()).isEqualTo("SUCCEEDED");
          assertThat(done.path("result").asString()).isEqualTo(key);
        });
    allIsWell();
  }

  @Test
  void aFrozenBrokerIsAnsweredInTimeAndAllGoesOnAfterwards() {
    broker.freeze();
    try {
      Rest.Answer answer = post("frozen");
      assertThat(answer.status()).as("stored, or refused").isIn(202, 503);
      assertThat(answer.took()).isLessThan(BOUND);
      Deadline.await("the producer is not ready", Deadline.HEALED, () -> !producer.isReady());
      Rest.Answer later = post("later");
      assertThat(later.status()).isEqualTo(503);
      assertThat(later.took()).isLessThan(SOON);
      Rest.Answer queue = producer.rest().get("/api/v1/queues/" + QUEUE);
      assertThat(queue.status()).isEqualTo(503);
      assertThat(queue.took()).isLessThan(BOUND);
    } finally {
      broker.thaw();
    }
    allIsWell();
  }

  @Test
  void aBrokerShortOfMemoryIsSaidAtOnceAndReadingGoesOn() {
    String done = tasks.accepted(Journal.TASK, Journal.in(folder).file(), "before", 1);
    tasks.awaitDone(done, Deadline.TASK);
    String running = tasks.accepted(Journal.TASK, Journal.in(folder).file(), "running", 3_000);
    broker.ctl("set_vm_memory_high_watermark", "0");
    try {
      Deadline.await("the producer is not ready", Deadline.TASK, () -> !producer.isReady());

      Rest.Answer blocked = post("blocked");

      assertThat(blocked.status()).isEqualTo(503);
      assertThat(blocked.problem()).isEqualTo("broker-blocked");
      assertThat(Integer.parseInt(blocked.header("retry-after"))).isPositive();
      assertThat(blocked.took()).isLessThan(SOON);
      assertThat(tasks.get(done).json().path("result").asString()).isEqualTo("before");
      assertThat(tasks.queue(QUEUE).path("name").asString()).isEqualTo(QUEUE);
    } finally {
      broker.ctl("set_vm_memory_high_watermark", "0.6");
    }
    assertThat(tasks.awaitDone(running, Deadline.HEALED).path("result").asString())
        .isEqualTo("running");
    assertThat(Journal.in(folder).begun())
        .as("a refusal means that it does not run")
        .doesNotContain("blocked");
    allIsWell();
  }

  private Rest.Answer post(String key) {
    return tasks.post(Journal.TASK, Journal.in(folder).file(), key, 1);
  }

  /** The same processes take, run and answer tasks again. */
  private void allIsWell() {
    producer.awaitReady();
    worker.awaitReady();
    String id =
        TaskApi.id(
            Deadline.awaitValue(
                "a task is accepted again",
                Deadline.HEALED,
                () -> {
                  Rest.Answer answer = post("after");
                  return answer.status() == 202 ? answer : null;
                }));
    assertThat(tasks.awaitDone(id, Deadline.HEALED).path("state").asString())
        .isEqualTo("SUCCEEDED");
  }
}
