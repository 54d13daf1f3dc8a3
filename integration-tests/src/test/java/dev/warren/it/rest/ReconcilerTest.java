package dev.warren.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that the broker had, and lost, are published again: 202 is kept. */
@Tag(Ci.FIRST_PASS_ONLY)
class ReconcilerTest {

  /** A lost task is found some 30 s after its queue is empty. */
  private static final Duration FOUND = Duration.ofSeconds(120);

  private final String queue = TestBroker.uniqueName("lost");
  private final String uri = TestBroker.shared().uri();

  @TempDir private Path folder;
  private Journal journal;
  private WorkerProcess worker;
  private ProducerProcess producer;
  private PlainAmqp amqp;
  private TaskApi tasks;

  @BeforeEach
  void start() {
    journal = Journal.in(folder);
    producer = ProducerProcess.on(uri).queue(queue).startReady();
    tasks = producer.tasks();
    amqp = PlainAmqp.to(uri);
  }

  @AfterEach
  void stop() {
    amqp.close();
    producer.close();
    if (worker != null) {
      worker.close();
    }
  }

  @Test
  void tasksOfAPurgedQueueRunAllTheSame() {
    List<String> ids = submit(20);

    amqp.purge(queue);
    startWorker();

    awaitAllDone(ids);
  }

  @Test
  void tasksOfADeletedQueueRunAllTheSame() {
    List<String> ids = submit(20);

    amqp.delete(queue);
    startWorker();

    awaitAllDone(ids);
  }

  private List<String> submit(int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(tasks.accepted(Journal.TASK, journal.file(), "t" + i, 0));
    }
    return ids;
  }

  private void startWorker() {
    worker =
        WorkerProcess.on(uri).queue(queue).concurrency(2).running(JournalWorker.class).startReady();
  }

  private void awaitAllDone(List<String> ids) {
    for (String id : ids) {
      assertThat(tasks.awaitDone(id, FOUND).path("state").asString()).isEqualTo("SUCCEEDED");
    }
    assertThat(journal.ended()).as("each ran once").doesNotHaveDuplicates().hasSameSizeAs(ids);
    Deadline.await("the queue is empty", Deadline.HEALED, () -> amqp.count(queue) == 0);
  }
}
