package dev.warren.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.Rest;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a caller can ask of a task over REST: later, again, not at all; with a real worker. */
class RestTaskLifeTest {

  private static final String QUEUE = TestBroker.uniqueName("rest");
  private static final int LONG = 600_000;

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static ProducerProcess producer;

  @TempDir private Path folder;
  private Journal journal;
  private final TaskApi tasks = producer.tasks();
  private final Rest rest = producer.rest();

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(QUEUE).concurrency(1).running(JournalWorker.class).start();
    producer = ProducerProcess.on(uri).queue(QUEUE).startReady();
    worker.awaitReady();
  }

  @BeforeEach
  void openJournal() {
    journal = Journal.in(folder);
  }

  @Test
  void aCountdownIsKept() {
    Rest.Answer answer =
        post(Journal.TASK, List.of(journal.file(), "later", 0), Map.of("countdown", 2));

    assertThat(answer.json().path("state").asString()).isEqualTo("SCHEDULED");
    Instant due = Instant.parse(answer.json().path("dueAt").asString());
    JsonNode done = tasks.awaitDone(TaskApi.id(answer), Deadline.TASK);
    assertThat(done.path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(Instant.parse(done.path("startedAt").asString())).isAfterOrEqualTo(due);
  }

  @Test
  void aTaskThatFailsIsTriedAgainAsOftenAsAskedForAndItsAttemptsAreKept() {
    String failing =
        TaskApi.id(
            post(Journal.TASK, List.of("/no/such/folder/x", "k", 0), Map.of("maxRetries", 2)));

    JsonNode done = tasks.awaitDone(failing, Deadline.HEALED);
    assertThat(done.path("state").asString()).isEqualTo("FAILED");
    assertThat(done.path("attempts").asInt()).isEqualTo(3);
    JsonNode attempts = rest.get("/api/v1/tasks/" + failing + "/attempts").json().path("attempts");
    assertThat(attempts.size()).isEqualTo(3);
    for (JsonNode attempt : attempts) {
      assertThat(attempt.path("error").path("type").asString()).contains("NoSuchFile");
    }
  }

  @Test
  void aTaskThatIsCancelledWhileItWaitsNeverRuns() {
    String running = tasks.accepted(Journal.TASK, journal.file(), "running", LONG);
    awaitBegun("running");
    String unwanted = tasks.accepted(Journal.TASK, journal.file(), "unwanted", 0);

    assertThat(cancel(unwanted).status()).isEqualTo(202);
    assertThat(tasks.state(unwanted)).isEqualTo("REVOKED");

    assertThat(cancel(running).status()).isEqualTo(202);
    assertThat(tasks.awaitDone(running, Deadline.TASK).path("state").asString())
        .isEqualTo("REVOKED");
    assertThat(tasks.run(Journal.TASK, journal.file(), "next", 0).path("state").asString())
        .isEqualTo("SUCCEEDED");
    assertThat(journal.begun()).containsExactly("running", "next");
  }

  @Test
  void aFinishedTaskIsNotCancelledAndSaysSo() {
    JsonNode done = tasks.run(Journal.TASK, journal.file(), "done", 0);

    Rest.Answer answer = cancel(done.path("id").asString());

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.problem()).isEqualTo("already-terminal");
    assertThat(tasks.state(done.path("id").asString())).isEqualTo("SUCCEEDED");
  }

  @Test
  void aFinishedTaskIsRunAgainAsANewOne() {
    JsonNode done = tasks.run(Journal.TASK, journal.file(), "twice", 0);

    Rest.Answer again =
        rest.post("/api/v1/tasks/" + done.path("id").asString() + "/retry", Map.of());

    String id = TaskApi.id(again);
    assertThat(id).isNotEqualTo(done.path("id").asString());
    assertThat(tasks.awaitDone(id, Deadline.TASK).path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(journal.ended()).containsExactly("twice", "twice");
  }

  @Test
  void aTimeLimitEndsAnAttempt() {
    String id =
        TaskApi.id(
            post(Journal.TASK, List.of(journal.file(), "slow", LONG), Map.of("timeLimit", 1)));

    JsonNode done = tasks.awaitDone(id, Deadline.TASK);

    assertThat(done.path("state").asString()).isEqualTo("FAILED");
    assertThat(done.path("error").path("type").asString()).isEqualTo("TimeLimitExceeded");
  }

  private Rest.Answer cancel(String id) {
    return rest.post("/api/v1/tasks/" + id + "/cancel", Map.of());
  }

  private Rest.Answer post(String task, List<?> args, Map<String, ?> options) {
    return rest.post("/api/v1/tasks", Map.of("task", task, "args", args, "options", options));
  }

  private void awaitBegun(String key) {
    Deadline.await(key + " runs", Deadline.TASK, () -> journal.begun().contains(key));
  }
}
