package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that are cancelled where no worker was, on a broker that goes away meanwhile. */
@Tag(Ci.SECOND_PASS_ONLY)
class CancelAheadTest {

  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);

  private final String queue = TestBroker.uniqueName("cancel");

  @AutoClose private final TestBroker broker = TestBroker.own();
  @AutoClose private final Warren warren = Warren.connect(broker.uri());

  @TempDir private Path folder;

  @Test
  void whatIsCancelledBeforeThereWasAWorkerOrWhileTheBrokerIsAwayNeverRuns() throws Exception {
    Journal journal = Journal.in(folder);
    AsyncResult<String> early = submit(journal, "early");
    AsyncResult<String> away = submit(journal, "away");
    early.acceptance().join();
    away.acceptance().join();

    early.cancel();
    broker.stop();
    away.cancel();
    broker.start();
    Deadline.awaitValue(
        "the broker was told",
        Deadline.HEALED,
        () ->
            broker.ctl("list_queues", "name", "messages").contains("warren.revoked\t2") ? 1 : null);

    AsyncResult<String> last = submit(journal, "last");
    try (WorkerProcess worker =
        WorkerProcess.on(broker.uri()).queue(queue).running(JournalWorker.class).startReady()) {
      assertThat(last.get(Deadline.HEALED)).isEqualTo("last");
      assertThat(worker.isAlive()).isTrue();
    }
    assertThat(journal.begun()).containsExactly("last");
  }

  private AsyncResult<String> submit(Journal journal, String key) {
    return warren.pool(queue).applyAsync(WORK, journal.file(), key, 0);
  }
}
