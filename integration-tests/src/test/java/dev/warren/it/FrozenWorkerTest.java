package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that hangs loses its tasks to the others, and is one of them again when it wakes up. */
class FrozenWorkerTest {

  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("frozen");

  @TempDir private Path folder;

  @Test
  void itsTasksRunElsewhereAndItComesBack() throws Exception {
    Journal journal = Journal.in(folder);
    try (WorkerProcess frozen = worker().start();
        WorkerProcess other = worker().startReady();
        Warren warren = Warren.connect(uri)) {
      frozen.awaitReady();
      Map<String, AsyncResult<String>> handles = new LinkedHashMap<>();
      for (int i = 0; i < 12; i++) {
        handles.put("k" + i, warren.pool(queue).applyAsync(WORK, journal.file(), "k" + i, 1_000));
      }
      Deadline.await(
          "two tasks run in the worker to be frozen",
          Deadline.TASK,
          () -> journal.runningIn(frozen.pid()) == 2);

      frozen.sigstop();

      for (var handle : handles.entrySet()) {
        assertThat(handle.getValue().get(Deadline.HEALED)).isEqualTo(handle.getKey());
      }
      frozen.sigcont();
      Deadline.await(
          "the frozen worker has its slots on the queue again",
          Deadline.HEALED,
          () -> warren.pool(queue).queue().consumers() == 4 && frozen.isReady());
      other.sigterm();
      other.awaitExit();
      assertThat(warren.pool(queue).applyAsync(WORK, journal.file(), "after", 1).get(Deadline.TASK))
          .isEqualTo("after");
      assertThat(journal.begunBy(frozen.pid())).endsWith("after");
      assertThat(warren.pool(queue).queue().dead()).isZero();
    }
  }

  /** The broker notices after two heartbeats that nobody is there. */
  private WorkerProcess.Spec worker() {
    return WorkerProcess.on(uri)
        .queue(queue)
        .set("spring.rabbitmq.requested-heartbeat", "2s")
        .running(JournalWorker.class);
  }
}
