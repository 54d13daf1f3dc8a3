package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tasks so short that a worker fetches more of them than it has slots. */
@Tag(Ci.FIRST_PASS_ONLY)
class FetchAheadTest {

  private static final TaskRef<Integer> WORD_COUNT = TaskRef.of("text.word_count", Integer.class);
  private static final TaskRef<Object> SLEEP = TaskRef.of("demo.sleep", Object.class);

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("ahead");

  @AutoClose private final Warren warren = Warren.connect(uri);

  private final WorkerPool pool = warren.pool(queue);

  @Test
  void whatWasFetchedAheadOfASlowTaskRunsInAnIdleWorker() throws Exception {
    try (WorkerProcess busy = WorkerProcess.on(uri).queue(queue).concurrency(1).startReady()) {
      AsyncResult<Object> slow = runningAndFetchingAhead();
      List<AsyncResult<Integer>> behind = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        behind.add(pool.applyAsync(WORD_COUNT, "a b c"));
      }

      try (WorkerProcess idle = WorkerProcess.on(uri).queue(queue).concurrency(1).startReady()) {
        for (AsyncResult<Integer> one : behind) {
          assertThat(one.get(Deadline.TASK)).isEqualTo(3);
        }
        assertThat(slow.isReady()).isFalse();
        assertThat(busy.isAlive()).isTrue();
        assertThat(idle.isAlive()).isTrue();
      }
      slow.cancel();
    }
  }

  @Test
  void aWorkerThatIsKilledLosesNoneOfThem() throws Exception {
    List<AsyncResult<Integer>> all = new ArrayList<>();
    try (WorkerProcess worker = WorkerProcess.on(uri).queue(queue).concurrency(2).startReady()) {
      for (int i = 0; i < 20_000; i++) {
        all.add(pool.applyAsync(WORD_COUNT, "a b c"));
      }
      Deadline.await("some have run", Deadline.TASK, () -> all.get(2_000).isReady());
      worker.kill9();
    }
    try (WorkerProcess other = WorkerProcess.on(uri).queue(queue).concurrency(2).startReady()) {
      for (AsyncResult<Integer> one : all) {
        assertThat(one.get(Deadline.HEALED)).isEqualTo(3);
      }
      assertThat(other.isAlive()).isTrue();
    }
  }

  /**
   * Lets a worker with one slot run short tasks until it takes all of five long ones at once.
   *
   * @return what it runs then; the others are cancelled
   */
  private AsyncResult<Object> runningAndFetchingAhead() {
    List<AsyncResult<Object>> slow = new ArrayList<>();
    Deadline.await(
        "tasks are fetched ahead",
        Deadline.TASK,
        () -> {
          slow.forEach(AsyncResult::cancel);
          slow.clear();
          pool.map(WORD_COUNT, Collections.nCopies(2_000, "a b c"), 1);
          for (int i = 0; i < 5; i++) {
            slow.add(pool.applyAsync(SLEEP, 600));
          }
          for (AsyncResult<Object> one : slow) {
            one.acceptance().get(20, TimeUnit.SECONDS);
          }
          return pool.queue().isEmpty() || pool.queue().isEmpty();
        });
    slow.subList(1, slow.size()).forEach(AsyncResult::cancel);
    return slow.get(0);
  }
}
