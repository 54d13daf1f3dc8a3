package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.WorkerLostException;
import dev.warren.WorkerPool;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.SupervisedWorker;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A task that kills its workers takes a few of them, and no other task, with it. */
@Tag(Ci.SECOND_PASS_ONLY)
class WorkerLostTest {

  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);
  private static final TaskRef<String> KILL = TaskRef.of(Journal.KILL, String.class);
  private static final JsonMapper JSON = new JsonMapper();

  /** For four workers to start and three of them to be lost. */
  private static final Duration FOUR_WORKERS = Deadline.APP_START.multipliedBy(4);

  private final String queue = TestBroker.uniqueName("lost");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"classic", "quorum"})
  void a13_aTaskThatKillsItsWorkerEndsAsWorkerLostAndItsNeighboursSucceed(String type)
      throws Exception {
    String uri = TestBroker.shared().uri();
    WorkerProcess.Spec spec = worker(uri).set("warren.queues." + queue + ".type", type);
    Journal journal = Journal.in(folder);
    try (SupervisedWorker worker = SupervisedWorker.of(spec);
        PlainAmqp amqp = PlainAmqp.to(uri);
        Warren warren = Warren.connect(uri)) {
      WorkerPool pool = warren.pool(queue);
      Map<String, AsyncResult<String>> neighbours = new LinkedHashMap<>();
      for (int i = 0; i < 3; i++) {
        neighbours.put("a" + i, pool.applyAsync(WORK, journal.file(), "a" + i, 1_500));
      }
      AsyncResult<String> killer = pool.applyAsync(KILL, journal.file(), "killer");
      for (int i = 0; i < 3; i++) {
        neighbours.put("b" + i, pool.applyAsync(WORK, journal.file(), "b" + i, 1_500));
      }

      Deadline.await("the killer has ended", FOUR_WORKERS, killer::isReady);
      Deadline.await(
          "all have ended",
          FOUR_WORKERS,
          () -> neighbours.values().stream().allMatch(AsyncResult::isReady));

      assertThatThrownBy(() -> killer.get(Deadline.TASK))
          .isInstanceOf(WorkerLostException.class)
          .hasMessageContaining(killer.id())
          .hasMessageContaining("3 times");
      for (var neighbour : neighbours.entrySet()) {
        assertThat(neighbour.getValue().get(Deadline.TASK)).isEqualTo(neighbour.getKey());
      }
      assertThat(worker.current().isAlive()).isTrue();
      assertThat(journal.begun().stream().filter("killer"::equals)).hasSize(3);
      List<GetResponse> kept = amqp.takeAll(queue + ".dead");
      assertThat(kept).hasSize(1);
      Map<String, Object> headers = kept.get(0).getProps().getHeaders();
      assertThat(headers.get("x-warren-reason")).hasToString("worker-lost");
      assertThat(headers.get("x-warren-detail")).asString().contains("3 times");
      assertThat(headers.get("id")).hasToString(killer.id());
      assertThat(amqp.count(queue) + amqp.count(queue + ".due")).isZero();
    }
  }

  @Test
  void whatIsGivenBackByAWorkerThatStopsIsNotCharged() {
    String uri = TestBroker.shared().uri();
    Journal journal = Journal.in(folder);
    try (PlainAmqp amqp = PlainAmqp.to(uri);
        WorkerProcess leaving =
            worker(uri).concurrency(1).set("warren.worker.drain-timeout", "1s").startReady()) {
      String replies = amqp.replyQueue();
      put(amqp, queue, replies, journal, "interrupted", 10_000);
      Deadline.await(
          "the slot is busy", Deadline.TASK, () -> journal.runningIn(leaving.pid()) == 1);
      put(amqp, queue + ".due", replies, journal, "waiting", 1);

      leaving.sigterm();
      leaving.awaitExit();

      assertThat(leaving.log()).contains("0 tasks are left to the broker to deliver again");
      try (WorkerProcess next = worker(uri).startReady()) {
        for (int i = 0; i < 2; i++) {
          JsonNode reply = JSON.readTree(amqp.awaitOne(replies, Deadline.HEALED).getBody());
          assertThat(reply.path("status").asString()).isEqualTo("SUCCESS");
          assertThat(reply.path("retries").asInt(-1)).as("attempts before").isZero();
        }
        assertThat(journal.begunBy(next.pid())).containsExactlyInAnyOrder("interrupted", "waiting");
      }
    }
  }

  @Test
  void aBrokerThatCrashesAgainAndAgainCondemnsNoTaskThatWaits() {
    Journal journal = Journal.in(folder);
    try (TestBroker broker = TestBroker.own()) {
      try (PlainAmqp amqp = PlainAmqp.to(broker.uri())) {
        amqp.declare(queue, Map.of("x-queue-type", "classic"));
        for (int i = 0; i < 5; i++) {
          put(amqp, queue, null, journal, "k" + i, 1);
        }
      }
      broker.stop(); // RabbitMQ 3 may forget a queue that was made just before it is killed
      broker.start();
      for (int i = 0; i < 3; i++) {
        broker.kill9();
        broker.start();
        try (PlainAmqp amqp = PlainAmqp.to(broker.uri())) {
          Deadline.await("all are there", Deadline.HEALED, () -> amqp.count(queue) == 5);
        }
      }
      try (PlainAmqp amqp = PlainAmqp.to(broker.uri());
          WorkerProcess worker = worker(broker.uri()).startReady()) {
        Deadline.await("all have run", Deadline.HEALED, () -> journal.ended().size() == 5);
        assertThat(amqp.count(queue + ".dead")).isZero();
        assertThat(worker.isAlive()).isTrue();
      }
    }
  }

  private WorkerProcess.Spec worker(String uri) {
    return WorkerProcess.on(uri).queue(queue).running(JournalWorker.class);
  }

  private static void put(
      PlainAmqp amqp,
      String target,
      @Nullable String replyTo,
      Journal journal,
      String key,
      int millis) {
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .deliveryMode(2)
            .replyTo(replyTo)
            .headers(Map.of("task", Journal.TASK, "id", key))
            .build();
    String arguments = JSON.writeValueAsString(List.of(journal.file(), key, millis));
    amqp.put(
        target, properties, ("[" + arguments + ", {}, null]").getBytes(StandardCharsets.UTF_8));
  }
}
