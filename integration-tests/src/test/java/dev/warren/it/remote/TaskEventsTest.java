package dev.warren.it.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a worker tells to whoever watches. */
@Tag(Ci.FIRST_PASS_ONLY)
class TaskEventsTest {

  private static final TaskRef<Integer> WORDS = TaskRef.of("text.word_count", Integer.class);
  private static final TaskRef<Double> SLEEP = TaskRef.of("demo.sleep", Double.class);
  private static final TaskRef<String> FAIL = TaskRef.of("demo.fail", String.class);

  private final String queue = TestBroker.uniqueName("events");

  private WorkerProcess.Spec spec(String uri) {
    return WorkerProcess.on(uri).queue(queue).concurrency(2);
  }

  @Test
  void aTasksLifeIsToldInOrder() throws Exception {
    String uri = TestBroker.shared().uri();
    try (Remote remote = Remote.to(uri);
        WorkerProcess worker = spec(uri).set("warren.worker.events", true).startReady();
        Warren warren = Warren.connect(uri)) {
      WorkerPool pool = warren.pool(queue);
      AsyncResult<Integer> done = pool.applyAsync(WORDS, "it's a text");
      AsyncResult<String> failed = pool.applyAsync(FAIL, "bad");
      AsyncResult<Double> revoked = pool.applyAsync(SLEEP, 600);
      Deadline.await("it runs", Deadline.TASK, () -> remote.typesOf(revoked.id()).size() == 2);
      revoked.cancel();

      awaitTypes(remote, done.id(), "task-received", "task-started", "task-succeeded");
      awaitTypes(remote, failed.id(), "task-received", "task-started", "task-failed");
      awaitTypes(remote, revoked.id(), "task-received", "task-started", "task-revoked");
      JsonNode received = remote.event(done.id(), "task-received");
      assertThat(received.path("key").asString()).isEqualTo("task.multi");
      assertThat(received.path("name").asString()).isEqualTo("text.word_count");
      assertThat(received.path("args").asString()).contains("it's a text");
      assertThat(received.path("pid").asLong()).isEqualTo(worker.pid());
      assertThat(received.path("timestamp").asDouble()).isGreaterThan(1e9);
      JsonNode succeeded = remote.event(done.id(), "task-succeeded");
      assertThat(succeeded.path("result").asString()).isEqualTo("3");
      assertThat(succeeded.path("runtime").isNumber()).isTrue();
      assertThat(remote.event(failed.id(), "task-failed").path("exception").asString())
          .isEqualTo("IllegalStateException('bad')");

      JsonNode beat = remote.awaitEvent(worker.name(), "worker-heartbeat");
      assertThat(beat.path("freq").asDouble()).isEqualTo(2.0);
      assertThat(beat.path("loadavg")).hasSize(3);
      assertThat(beat.path("sw_ident").asString()).isEqualTo("warren");
      worker.sigterm();
      assertThat(remote.awaitEvent(worker.name(), "worker-offline").path("processed").asInt())
          .isEqualTo(3);
    }
  }

  private static void awaitTypes(Remote remote, String task, String... types) {
    Deadline.awaitAsserted(
        "its events", Deadline.TASK, () -> assertThat(remote.typesOf(task)).containsExactly(types));
  }

  @Test
  void eventsOfTasksAreToldOnlyWhileTheyAreEnabled() throws Exception {
    String uri = TestBroker.shared().uri();
    try (Remote remote = Remote.to(uri);
        WorkerProcess worker = spec(uri).startReady();
        Warren warren = Warren.connect(uri)) {
      WorkerPool pool = warren.pool(queue);
      AsyncResult<Integer> before = pool.applyAsync(WORDS, "a");
      before.get(Deadline.TASK);

      assertThat(remote.ask(worker.name(), "enable_events"))
          .hasToString("{\"ok\":\"task events enabled\"}");
      AsyncResult<Integer> told = pool.applyAsync(WORDS, "b");
      awaitTypes(remote, told.id(), "task-received", "task-started", "task-succeeded");
      assertThat(remote.ask(worker.name(), "disable_events"))
          .hasToString("{\"ok\":\"task events disabled\"}");
      AsyncResult<Integer> after = pool.applyAsync(WORDS, "c");
      after.get(Deadline.TASK);
      worker.sigterm(); // what waits to be sent goes ahead of the last event
      remote.awaitEvent(worker.name(), "worker-offline");

      assertThat(remote.typesOf(before.id())).isEmpty();
      assertThat(remote.typesOf(after.id())).isEmpty();
    }
  }

  @Test
  void tasksGoOnWhereEventsAreNotAllowed() throws Exception {
    TestBroker broker = TestBroker.shared();
    String user = TestBroker.uniqueName("mute");
    broker.ctl("add_user", user, "silence");
    broker.ctl("set_permissions", "-p", "/", user, "^(?!celeryev).*$", "^(?!celeryev).*$", ".*");
    try (WorkerProcess worker =
            spec(broker.uri(user, "silence")).set("warren.worker.events", true).startReady();
        Warren warren = Warren.connect(broker.uri())) {
      Deadline.await(
          "it tells", Deadline.TASK, () -> worker.log().contains("events cannot be sent"));

      assertThat(warren.pool(queue).map(WORDS, List.of("a", "b c", "d"))).containsExactly(1, 2, 1);
      assertThat(worker.log().lines().filter(line -> line.contains("events cannot be sent")))
          .hasSize(1);
    } finally {
      broker.ctl("delete_user", user);
    }
  }
}
