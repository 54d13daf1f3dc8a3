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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A task that nobody wants any more does not run. */
class ExpiryTest {

  @TempDir private Path folder;

  @Test
  void aTaskThatExpiredWhileItWaitedIsNotRun() {
    String uri = TestBroker.shared().uri();
    String queue = TestBroker.uniqueName("expiry");
    Journal journal = Journal.in(folder);
    try (ProducerProcess producer = ProducerProcess.on(uri).queue(queue).startReady()) {
      TaskApi tasks = producer.tasks();
      Instant soon = Instant.now().plusSeconds(1);
      String expiring =
          TaskApi.id(
              producer
                  .rest()
                  .post(
                      "/api/v1/tasks",
                      Map.of(
                          "task",
                          Journal.TASK,
                          "args",
                          List.of(journal.file(), "expired", 1),
                          "options",
                          Map.of("expires", soon.toString()))));
      String lasting = tasks.accepted(Journal.TASK, journal.file(), "lasting", 1);
      Deadline.await("it has expired", Deadline.TASK, () -> Instant.now().isAfter(soon));

      try (WorkerProcess worker =
          WorkerProcess.on(uri).queue(queue).running(JournalWorker.class).start()) {
        JsonNode done = tasks.awaitDone(expiring, Deadline.APP_START);
        assertThat(done.path("state").asString()).isEqualTo("EXPIRED");
        assertThat(done.has("result")).isFalse();
        tasks.awaitDone(lasting, Deadline.TASK);
        assertThat(journal.begun()).containsExactly("lasting");
        assertThat(worker.isAlive()).isTrue();
      }
    }
  }
}
