package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that end after so many tasks, or must run one before they begin. */
class WorkerLimitsTest {

  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("limits");

  @TempDir private Path folder;

  @Test
  void aWorkerEndsInGoodOrderAfterExactlyItsTasks() throws Exception {
    Journal journal = Journal.in(folder);
    try (WorkerProcess worker =
            worker()
                .set("warren.worker.max-tasks", 3)
                .set("warren.worker.drain-timeout", "1s")
                .startReady();
        Warren warren = Warren.connect(uri)) {
      WorkerPool pool = warren.pool(queue);
      List<AsyncResult<String>> handles = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        handles.add(pool.applyAsync(WORK, journal.file(), "k" + i, 2_500));
      }

      assertThat(worker.awaitExit()).isZero();

      assertThat(journal.begunBy(worker.pid())).hasSize(3);
      assertThat(journal.ended()).hasSize(3);
      assertThat(pool.queue().size() + pool.queue().due()).isEqualTo(5);
      try (WorkerProcess next = worker().startReady()) {
        for (int i = 0; i < handles.size(); i++) {
          assertThat(handles.get(i).get(Deadline.HEALED)).isEqualTo("k" + i);
        }
        assertThat(journal.begunBy(next.pid())).hasSize(5);
      }
    }
  }

  @Test
  void anInitializerThatFailsEndsTheStartWithOneLine() {
    try (WorkerProcess worker =
        WorkerProcess.on(uri)
            .queue(queue)
            .set("warren.worker.initializer", "demo.fail")
            .set("warren.worker.initializer-args", "[\"no luck\"]")
            .start()) {
      assertThat(worker.awaitExit()).isNotZero();
      assertThat(worker.log().lines().filter(line -> line.startsWith("Warren does not start: ")))
          .singleElement()
          .asString()
          .contains("demo.fail")
          .contains("no luck");
      assertThat(worker.log()).doesNotContain("\tat ");
    }
  }

  private WorkerProcess.Spec worker() {
    return WorkerProcess.on(uri).queue(queue).running(JournalWorker.class);
  }
}
