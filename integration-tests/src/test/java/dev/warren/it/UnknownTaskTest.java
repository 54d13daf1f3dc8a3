package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A task that no worker knows waits for one that does, for a while. */
@Tag(Ci.SECOND_PASS_ONLY)
class UnknownTaskTest {

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("unknown");

  @TempDir private Path folder;

  @Test
  void itIsRetriedAndFailsAsNotRegisteredWhenItsTimeIsUp() {
    try (WorkerProcess worker = worker("3s").start();
        ProducerProcess producer = ProducerProcess.on(uri).queue(queue).startReady()) {
      worker.awaitReady();
      TaskApi tasks = producer.tasks();

      String id = tasks.accepted("no.such_task", 1);

      JsonNode retrying = awaitState(tasks, id, "RETRYING");
      assertThat(retrying.path("error").path("type").asString()).isEqualTo("NotRegistered");
      JsonNode done = tasks.awaitDone(id, Deadline.TASK);
      assertThat(done.path("state").asString()).isEqualTo("FAILED");
      assertThat(done.path("error").path("type").asString()).isEqualTo("NotRegistered");
      assertThat(done.path("error").path("message").asString()).contains("no.such_task");
      assertThat(tasks.queue(queue).path("dead").asInt()).isZero();
    }
  }

  @Test
  void aWorkerThatStartsMeanwhileAndKnowsItRunsIt() {
    Journal journal = Journal.in(folder);
    try (WorkerProcess old = worker("5m").start();
        ProducerProcess producer = ProducerProcess.on(uri).queue(queue).startReady()) {
      old.awaitReady();
      TaskApi tasks = producer.tasks();
      String id = tasks.accepted(Journal.TASK, journal.file(), "new", 1);
      awaitState(tasks, id, "RETRYING");

      try (WorkerProcess fresh = worker("5m").running(JournalWorker.class).startReady()) {
        JsonNode done = tasks.awaitDone(id, Deadline.HEALED);
        assertThat(done.path("state").asString()).isEqualTo("SUCCEEDED");
        assertThat(done.path("worker").asString()).isEqualTo(fresh.name());
        assertThat(journal.ended()).containsExactly("new");
      }
    }
  }

  @Test
  void aForgedMomentDoesNotMakeItGoRoundForEver() {
    try (WorkerProcess worker = worker("1s").startReady();
        PlainAmqp amqp = PlainAmqp.to(uri)) {
      String replies = amqp.replyQueue();
      Map<String, Object> headers =
          Map.of(
              "task", "no.such_task", "id", "forged", "warren_unknown_since", "9999-01-01T00:00Z");
      amqp.put(
          queue,
          new BasicProperties.Builder()
              .contentType("application/json")
              .replyTo(replies)
              .headers(headers)
              .build(),
          "[[], {}, null]".getBytes(StandardCharsets.UTF_8));

      Deadline.awaitValue(
          "a FAILURE",
          Deadline.TASK,
          () -> {
            GetResponse reply = amqp.take(replies);
            return reply != null
                    && new String(reply.getBody(), StandardCharsets.UTF_8).contains("FAILURE")
                ? reply
                : null;
          });
      assertThat(worker.isAlive()).isTrue();
    }
  }

  private WorkerProcess.Spec worker(String unknownTaskTtl) {
    return WorkerProcess.on(uri).queue(queue).set("warren.worker.unknown-task-ttl", unknownTaskTtl);
  }

  private static JsonNode awaitState(TaskApi tasks, String id, String state) {
    return Deadline.awaitValue(
        "task " + id + " is " + state,
        Deadline.TASK,
        () -> {
          JsonNode view = tasks.get(id).json();
          return view.path("state").asString("").equals(state) ? view : null;
        });
  }
}
