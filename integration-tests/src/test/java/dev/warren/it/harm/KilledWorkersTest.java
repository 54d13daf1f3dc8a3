package dev.warren.it.harm;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker is killed while it runs a task, which then starts in another one. Prints how long that
 * takes; {@code -Dwarren.worker.kills=50} for percentiles that mean something.
 */
@Tag(Ci.SECOND_PASS_ONLY)
class KilledWorkersTest {

  private static final int KILLS = Integer.getInteger("warren.worker.kills", 3);
  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);
  private static final long LONG_MILLIS = 2_000;

  private final String queue = TestBroker.uniqueName("gap");

  @TempDir private Path folder;

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void itsTaskStartsAgainInAnotherOne() throws Exception {
    Journal journal = Journal.in(folder);
    List<WorkerProcess> workers = new ArrayList<>(List.of(worker(), worker()));
    double[] gaps = new double[KILLS];
    try (Warren warren = Warren.connect(TestBroker.shared().uri())) {
      for (int i = 0; i < KILLS; i++) {
        workers.forEach(WorkerProcess::awaitReady);
        String key = "kill" + i;
        AsyncResult<String> handle =
            warren.pool(queue).applyAsync(WORK, journal.file(), key, LONG_MILLIS);
        Deadline.await("it runs", Deadline.TASK, () -> journal.begun().contains(key));
        WorkerProcess victim =
            workers.stream()
                .filter(worker -> journal.begunBy(worker.pid()).contains(key))
                .findFirst()
                .orElseThrow();
        long killedAt = System.nanoTime();
        victim.kill9();
        Deadline.await("it runs again", Deadline.TASK, () -> times(journal, key) == 2);
        gaps[i] = (System.nanoTime() - killedAt) / 1e6;
        workers.set(workers.indexOf(victim), worker());
        assertThat(handle.get(Deadline.HEALED)).isEqualTo(key);
      }
    } finally {
      workers.forEach(WorkerProcess::close);
    }
    Arrays.sort(gaps);
    System.out.printf(
        "[gap] %d kills; from the kill to the task's next start, ms: p50 %.0f, p99 %.0f, max %.0f%n",
        KILLS, gaps[KILLS / 2], gaps[(int) (KILLS * 0.99)], gaps[KILLS - 1]);
  }

  private static long times(Journal journal, String key) {
    return journal.begun().stream().filter(key::equals).count();
  }

  private WorkerProcess worker() {
    return WorkerProcess.on(TestBroker.shared().uri())
        .queue(queue)
        .concurrency(1)
        .running(JournalWorker.class)
        .start();
  }
}
