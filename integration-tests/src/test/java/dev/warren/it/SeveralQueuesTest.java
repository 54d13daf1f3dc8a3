package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that takes tasks from several queues. */
@Tag(Ci.SECOND_PASS_ONLY)
class SeveralQueuesTest {

  private final String uri = TestBroker.shared().uri();
  private final String urgent = TestBroker.uniqueName("urgent");
  private final String bulk = TestBroker.uniqueName("bulk");

  @AutoClose private final Warren warren = Warren.connect(uri);

  @TempDir private Path folder;

  @Test
  void tasksOfEachQueueBeginByTheirWeightsWhileBothHaveSome() throws Exception {
    Journal journal = Journal.in(folder);
    List<AsyncResult<Object>> results = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      results.add(put(bulk, journal, "bulk", 20));
      results.add(put(urgent, journal, "urgent", 20));
    }

    try (WorkerProcess worker = worker(1).startReady()) {
      for (AsyncResult<Object> result : results) {
        result.get(Deadline.TASK);
      }
      assertThat(worker.log()).contains("takes tasks from '" + urgent + "', '" + bulk + "'");
    }

    assertThat(journal.begun().subList(0, 40)).filteredOn("urgent"::equals).hasSizeBetween(27, 33);
    assertThat(journal.begun()).hasSize(80);
  }

  @Test
  void aTaskThatWaitsBehindAnotherQueuesRunsInAnIdleWorker() throws Exception {
    Journal journal = Journal.in(folder);
    try (WorkerProcess busy = worker(1).startReady()) {
      AsyncResult<Object> running = put(urgent, journal, "first", 600_000);
      Deadline.await("it runs", Deadline.TASK, () -> journal.begun().size() == 1);
      AsyncResult<Object> waiting = put(bulk, journal, "second", 0);

      try (WorkerProcess idle = worker(1).startReady()) {
        waiting.get(Deadline.TASK);

        assertThat(running.isReady()).isFalse();
        assertThat(journal.begunBy(busy.pid())).containsExactly("first");
        assertThat(journal.begunBy(idle.pid())).containsExactly("second");
      }
    }
  }

  private WorkerProcess.Spec worker(int slots) {
    return WorkerProcess.on(uri)
        .set("warren.worker.queues", urgent + ":3," + bulk)
        .concurrency(slots)
        .running(JournalWorker.class);
  }

  private AsyncResult<Object> put(String queue, Journal journal, String key, int millis) {
    WorkerPool pool = warren.pool(queue);
    return pool.applyAsync(TaskRef.of(Journal.TASK, Object.class), journal.file(), key, millis);
  }
}
