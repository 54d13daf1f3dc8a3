package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A task that no worker knows waits for one that does, for a while. */
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
