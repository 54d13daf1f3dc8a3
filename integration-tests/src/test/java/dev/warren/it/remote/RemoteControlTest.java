package dev.warren.it.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WorkerPool;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A worker of one slot that obeys every command. */
@Tag(Ci.FIRST_PASS_ONLY)
class RemoteControlTest {

  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);
  private static final int LONG = 600_000;

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("remote");

  @TempDir private Path folder;
  private Journal journal;
  private WorkerProcess worker;
  private Remote remote;
  private Warren warren;
  private WorkerPool pool;

  @BeforeEach
  void start() throws Exception {
    journal = Journal.in(folder);
    worker =
        WorkerProcess.on(uri)
            .queue(queue)
            .concurrency(1)
            .running(JournalWorker.class)
            .set("warren.worker.control.allow", "*")
            .startReady();
    remote = Remote.to(uri);
    warren = Warren.connect(uri);
    pool = warren.pool(queue);
  }

  @AfterEach
  void stop() {
    remote.close();
    warren.close();
    worker.close();
  }

  private JsonNode ask(String method, Map<String, ?> arguments) throws Exception {
    return remote.ask(worker.name(), method, arguments);
  }

  private JsonNode ask(String method) throws Exception {
    return ask(method, Map.of());
  }

  private AsyncResult<String> begin(String key) {
    AsyncResult<String> handle = pool.applyAsync(WORK, journal.file(), key, LONG);
    Deadline.await(key + " runs", Deadline.TASK, () -> journal.begun().contains(key));
    return handle;
  }

  @Test
  void itTellsWhatRunsAndWhatWaits() throws Exception {
    AsyncResult<String> running = begin("running");
    pool.applyAsync(WORK, journal.file(), "waiting", 0).acceptance().join();

    JsonNode active = ask("active");
    assertThat(active).hasSize(1);
    JsonNode info = active.get(0);
    assertThat(info.path("id").asString()).isEqualTo(running.id());
    assertThat(info.path("name").asString()).isEqualTo(Journal.TASK);
    assertThat(info.path("args").get(1).asString()).isEqualTo("running");
    assertThat(info.path("hostname").asString()).isEqualTo(worker.name());
    assertThat(info.path("worker_pid").asLong()).isEqualTo(worker.pid());
    assertThat(info.path("time_start").asDouble()).isGreaterThan(1e9);
    assertThat(info.path("delivery_info").path("routing_key").asString()).isEqualTo(queue);

    JsonNode asked = ask("query_task", Map.of("ids", List.of(running.id())));
    assertThat(asked.path(running.id()).get(0).asString()).isEqualTo("active");
    assertThat(asked.path("warren").path("consumers").path(queue).asInt()).isEqualTo(1);

    JsonNode stats = ask("stats");
    assertThat(stats.path("total").path(Journal.TASK).asInt()).isEqualTo(1);
    assertThat(stats.path("pid").asLong()).isEqualTo(worker.pid());
    assertThat(stats.path("pool").path("max-concurrency").asInt()).isEqualTo(1);
    assertThat(ask("scheduled").isArray()).isTrue();
    assertThat(ask("registered").toString()).contains(Journal.TASK);
    assertThat(ask("active_queues").get(0).path("name").asString()).isEqualTo(queue);
    assertThat(ask("clock").path("clock").asLong()).isGreaterThan(1_000);
    assertThat(ask("report").path("ok").asString()).contains("warren:");
  }

  @Test
  void itTellsNoSecrets() throws Exception {
    String told = ask("conf").toString() + ask("stats") + ask("report");

    assertThat(told).contains("warren.worker.concurrency").doesNotContain(TestBroker.PASSWORD);
  }

  @Test
  void whatIsWrongIsAnsweredAndTheNextCommandIsHeard() throws Exception {
    assertThat(ask("nosuch").path("error").asString()).contains("nosuch");
    assertThat(ask("pool_grow", Map.of("n", "many")).path("error").asString()).contains("many");
    assertThat(ask("pool_grow", Map.of("n", List.of(1))).path("error").asString()).contains("'n'");
    assertThat(ask("pool_grow", Map.of("n", 1_000)).path("error").asString()).contains("1000");
    assertThat(ask("pool_shrink").path("error").asString()).contains("slots");
    assertThat(ask("rate_limit", Map.of("task_name", "none", "rate_limit", "1/s")))
        .hasToString("{\"error\":\"unknown task\"}");
    assertThat(ask("autoscale", Map.of("max", 3)).path("error").asString()).contains("supported");
    assertThat(ask("add_consumer").path("error").asString()).contains("'queue' is missing");

    assertThat(ask("ping")).hasToString("{\"ok\":\"pong\"}");
  }

  @Test
  void aPatternNamesTheWorkersThatAreMeant() throws Exception {
    remote.send("ping", Map.of(), Map.of("pattern", "nobody-*", "matcher", "glob"), 0);
    remote.send("clock", Map.of(), Map.of("pattern", worker.name() + "[x]", "matcher", "pcre"), 0);
    remote.send("ping", Map.of(), Map.of(), 1); // nobody has waited for the answer since 1970
    ask("report");
    assertThat(remote.answers()).hasSize(1);

    remote.send(
        "ping",
        Map.of(),
        Map.of("pattern", "w*" + worker.name().substring(2), "matcher", "glob"),
        0);
    remote.send("ping", Map.of(), Map.of("pattern", worker.name(), "matcher", "pcre"), 0);
    Deadline.await("both answers", Deadline.TASK, () -> remote.answers().size() >= 3);
  }

  @Test
  void itHasAsManySlotsAsItIsTold() throws Exception {
    begin("first");

    assertThat(ask("pool_grow", Map.of("n", 2))).hasToString("{\"ok\":\"pool will grow\"}");
    begin("second");
    begin("third");
    assertThat(ask("stats").path("pool").path("max-concurrency").asInt()).isEqualTo(3);

    ask("pool_shrink", Map.of("n", 2));
    AsyncResult<String> waiting = pool.applyAsync(WORK, journal.file(), "waiting", 0);
    assertThat(ask("active")).as("what ran goes on").hasSize(3);
    try (PlainAmqp amqp = PlainAmqp.to(uri)) {
      Deadline.await("one consumer", Deadline.TASK, () -> amqp.consumers(queue) == 1);
    }
    String first = ask("active").get(0).path("id").asString();
    ask("revoke", Map.of("task_id", first, "terminate", true, "signal", "SIGKILL"));
    Deadline.await("two run", Deadline.TASK, () -> ask("active").size() == 2);
    assertThat(journal.begun()).doesNotContain("waiting");

    ask("active").forEach(one -> revoke(one.path("id").asString()));
    assertThat(waiting.get(Deadline.TASK)).isEqualTo("waiting");
  }

  private void revoke(String id) {
    Assertions.assertThatCode(
            () -> ask("terminate", Map.of("task_id", List.of(id), "signal", "SIGTERM")))
        .doesNotThrowAnyException();
  }

  @Test
  void itTakesTasksOfTheQueuesThatItIsTold() throws Exception {
    String other = TestBroker.uniqueName("other");

    assertThat(ask("add_consumer", Map.of("queue", other)).path("ok").asString()).contains(other);
    assertThat(warren.pool(other).apply(WORK, journal.file(), "of-other", 0)).isEqualTo("of-other");
    assertThat(ask("active_queues")).hasSize(2);

    AsyncResult<String> running =
        warren.pool(other).applyAsync(WORK, journal.file(), "running", 2_000);
    Deadline.await("it runs", Deadline.TASK, () -> journal.begun().contains("running"));
    ask("cancel_consumer", Map.of("queue", other));
    try (PlainAmqp amqp = PlainAmqp.to(uri)) {
      assertThat(amqp.consumers(other)).isZero();
      assertThat(running.get(Deadline.TASK)).isEqualTo("running");
      assertThat(pool.apply(WORK, journal.file(), "still", 0)).isEqualTo("still");
      warren.pool(other).applyAsync(WORK, journal.file(), "too-late", 0).acceptance().join();
      assertThat(amqp.count(other)).isEqualTo(1);
    }
    assertThat(journal.begun()).containsExactly("of-other", "running", "still");
  }

  @Test
  void aTaskHasOtherLimitsFromNowOn() throws Exception {
    ask("time_limit", Map.of("task_name", Journal.TASK, "soft", 0.2, "hard", 5));

    AsyncResult<String> tooLong = pool.applyAsync(WORK, journal.file(), "long", LONG);
    Assertions.assertThatThrownBy(() -> tooLong.get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("soft time limit of 0.2 s");

    ask("time_limit", Map.of("task_name", Journal.TASK, "soft", 0, "hard", 0));
    assertThat(pool.apply(WORK, journal.file(), "a", 500)).isEqualTo("a");

    ask("rate_limit", Map.of("task_name", Journal.TASK, "rate_limit", "1/h"));
    assertThat(ask("registered").toString()).contains(Journal.TASK + " [rate_limit=1/h]");
    assertThat(pool.apply(WORK, journal.file(), "b", 0)).isEqualTo("b");
    AsyncResult<String> late = pool.applyAsync(WORK, journal.file(), "c", 0);
    assertThat(late.await(Duration.ofSeconds(2))).isFalse();
    ask("rate_limit", Map.of("task_name", Journal.TASK, "rate_limit", 0));
    assertThat(late.get(Deadline.TASK)).isEqualTo("c");
  }

  @Test
  void itEndsInGoodOrderWhenItIsTold() throws Exception {
    AsyncResult<String> running = pool.applyAsync(WORK, journal.file(), "running", 2_000);
    Deadline.await("it runs", Deadline.TASK, () -> journal.begun().contains("running"));

    ask("shutdown");

    assertThat(running.get(Deadline.TASK)).isEqualTo("running");
    assertThat(worker.awaitExit()).isZero();
    assertThat(worker.log()).contains("stopping 4/4: done; 0 tasks are left");
  }

  @Test
  void whatItWasNotAllowedIsRefused() throws Exception {
    try (WorkerProcess careful =
        WorkerProcess.on(uri).queue(TestBroker.uniqueName("careful")).startReady()) {
      for (String change : List.of("shutdown", "pool_grow", "rate_limit", "add_consumer")) {
        assertThat(remote.ask(careful.name(), change).path("error").asString())
            .isEqualTo(change + " is not allowed here: add it to warren.worker.control.allow");
      }
      assertThat(careful.log()).contains("command shutdown is refused");
      String id = UUID.randomUUID().toString(); // other tests on this broker revoke, too
      assertThat(remote.ask(careful.name(), "revoke", Map.of("task_id", id)).path("ok").asString())
          .isEqualTo("tasks " + id + " flagged as revoked");
      assertThat(remote.ask(careful.name(), "revoked").toString()).contains('"' + id + '"');
      JsonNode hello = remote.ask(careful.name(), "hello", Map.of("from_node", "celery@py"));
      assertThat(hello.path("revoked").path(id).isFloatingPointNumber()).isTrue();
    }
  }
}
