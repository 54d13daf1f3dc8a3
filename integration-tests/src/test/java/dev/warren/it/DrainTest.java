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
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that is asked to end finishes what runs and leaves the rest to others. */
@Tag(Ci.SECOND_PASS_ONLY)
class DrainTest {

  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);

  /** What a JVM ends with that has handled SIGTERM. */
  private final String uri = TestBroker.shared().uri();

  private final String queue = TestBroker.uniqueName("drain");

  @TempDir private Path folder;

  @Test
  void onSigtermRunningTasksEndOnceAndTheOthersGoToAnotherWorker() throws Exception {
    Journal journal = Journal.in(folder);
    try (WorkerProcess leaving = worker().start();
        WorkerProcess staying = worker().startReady();
        Warren warren = Warren.connect(uri)) {
      leaving.awaitReady();
      Map<String, AsyncResult<String>> handles = submit(warren.pool(queue), journal, 20, 600);
      awaitRunning(journal, leaving, 2);

      leaving.sigterm();

      assertThat(leaving.awaitExit()).isZero();
      for (var handle : handles.entrySet()) {
        assertThat(handle.getValue().get(Deadline.HEALED)).isEqualTo(handle.getKey());
      }
      assertThat(journal.runningIn(leaving.pid())).isZero();
      assertThat(journal.begun()).containsExactlyInAnyOrderElementsOf(handles.keySet());
      assertThat(journal.ended()).containsExactlyInAnyOrderElementsOf(handles.keySet());
      assertThat(staying.isAlive()).isTrue();
    }
  }

  @Test
  void aTaskThatOutlastsTheDrainIsGivenBackAndRunsElsewhere() throws Exception {
    Journal journal = Journal.in(folder);
    try (WorkerProcess leaving = worker().set("warren.worker.drain-timeout", "1s").startReady();
        Warren warren = Warren.connect(uri)) {
      Map<String, AsyncResult<String>> handles = submit(warren.pool(queue), journal, 1, 6_000);
      awaitRunning(journal, leaving, 1);

      leaving.sigterm();

      assertThat(leaving.awaitExit()).isZero();
      assertThat(handles.get("k0").isReady()).isFalse();
      try (WorkerProcess next = worker().start()) {
        assertThat(handles.get("k0").get(Deadline.HEALED)).isEqualTo("k0");
        assertThat(journal.begunBy(next.pid())).containsExactly("k0");
      }
    }
  }

  private WorkerProcess.Spec worker() {
    return WorkerProcess.on(uri).queue(queue).running(JournalWorker.class);
  }

  private static Map<String, AsyncResult<String>> submit(
      WorkerPool pool, Journal journal, int count, long millis) {
    Map<String, AsyncResult<String>> handles = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      handles.put("k" + i, pool.applyAsync(WORK, journal.file(), "k" + i, millis));
    }
    return handles;
  }

  private static void awaitRunning(Journal journal, WorkerProcess worker, int tasks) {
    Deadline.await(
        worker.name() + " runs " + tasks + " tasks",
        Deadline.TASK,
        () -> journal.runningIn(worker.pid()) == tasks);
  }
}
