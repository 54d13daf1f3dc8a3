package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A worker that is killed in the middle of tasks takes none of them with it. */
class WorkerLossTest {

  private static final int TASKS = 30;
  private static final int MILLIS = 250;
  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("loss");

  @TempDir private Path folder;

  @Test
  void everyTaskPostedOverRestGetsItsResult() {
    Journal journal = Journal.in(folder);
    try (WorkerProcess victim = worker().start();
        WorkerProcess survivor = worker().start();
        ProducerProcess producer = ProducerProcess.on(uri).queue(queue).startReady()) {
      victim.awaitReady();
      survivor.awaitReady();
      TaskApi tasks = producer.tasks();
      Map<String, String> keys = new LinkedHashMap<>();
      for (int i = 0; i < TASKS; i++) {
        keys.put(tasks.accepted(Journal.TASK, journal.file(), "k" + i, MILLIS), "k" + i);
      }

      killInTheMiddle(victim, journal);

      keys.forEach(
          (id, key) -> {
            JsonNode done = tasks.awaitDone(id, Deadline.HEALED);
            assertThat(done.path("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(done.path("result").asString()).isEqualTo(key);
          });
      assertThat(journal.ended()).containsAll(keys.values());
    }
  }

  @Test
  void everyHandleOfTheLibraryGetsItsResult() throws Exception {
    Journal journal = Journal.in(folder);
    try (WorkerProcess victim = worker().start();
        WorkerProcess survivor = worker().startReady();
        Warren warren = Warren.connect(uri)) {
      victim.awaitReady();
      WorkerPool pool = warren.pool(queue);
      Map<String, AsyncResult<String>> handles = new LinkedHashMap<>();
      for (int i = 0; i < TASKS; i++) {
        handles.put("k" + i, pool.applyAsync(WORK, journal.file(), "k" + i, MILLIS));
      }

      killInTheMiddle(victim, journal);

      for (var handle : handles.entrySet()) {
        assertThat(handle.getValue().get(Deadline.HEALED)).isEqualTo(handle.getKey());
      }
      assertThat(journal.ended()).containsAll(handles.keySet());
      assertThat(survivor.isAlive()).isTrue();
    }
  }

  private WorkerProcess.Spec worker() {
    return WorkerProcess.on(uri).queue(queue).running(JournalWorker.class);
  }

  /** Frozen first, so that what ran when we looked still runs when it is killed. */
  private static void killInTheMiddle(WorkerProcess victim, Journal journal) {
    Deadline.await(
        "the victim is frozen with two tasks", Deadline.TASK, () -> frozenWithTwo(victim, journal));
    victim.kill9();
    assertThat(journal.runningIn(victim.pid())).as("tasks that died with the victim").isEqualTo(2);
  }

  private static boolean frozenWithTwo(WorkerProcess victim, Journal journal) {
    victim.sigstop();
    if (journal.runningIn(victim.pid()) == 2) {
      return true;
    }
    victim.sigcont();
    return false;
  }
}
