package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Tasks that were put off and are due again. */
class DueTasksTest {

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("due");

  @AutoClose private final PlainAmqp amqp = PlainAmqp.to(uri);

  @TempDir private Path folder;

  @Test
  void aBusyWorkerHoldsNoneThatAnIdleOneCouldRun() {
    Journal journal = Journal.in(folder);
    try (WorkerProcess busy = worker().startReady()) {
      put(queue, journal, "long", 10_000);
      Deadline.await(
          "the only slot is busy", Deadline.TASK, () -> journal.runningIn(busy.pid()) == 1);
      try (WorkerProcess idle = worker().startReady()) {
        for (String key : List.of("a", "b", "c", "d")) {
          put(queue + ".due", journal, key, 1);
        }

        Deadline.await("all have run", Deadline.HEALED, () -> journal.ended().size() == 5);

        assertThat(journal.begunBy(idle.pid())).containsExactlyInAnyOrder("a", "b", "c", "d");
        assertThat(journal.ended()).endsWith("long");
      }
    }
  }

  private WorkerProcess.Spec worker() {
    return WorkerProcess.on(uri).queue(queue).concurrency(1).running(JournalWorker.class);
  }

  private void put(String target, Journal journal, String key, int millis) {
    String arguments = new JsonMapper().writeValueAsString(List.of(journal.file(), key, millis));
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .headers(Map.of("task", Journal.TASK, "id", key))
            .build();
    amqp.put(
        target, properties, ("[" + arguments + ", {}, null]").getBytes(StandardCharsets.UTF_8));
  }
}
