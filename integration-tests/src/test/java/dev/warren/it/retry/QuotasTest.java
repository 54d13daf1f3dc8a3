package dev.warren.it.retry;

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
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A worker of four slots that runs only so many of some tasks. */
@Tag(Ci.SECOND_PASS_ONLY)
class QuotasTest {

  private static final TaskRef<Integer> SINGLE = TaskRef.of("retry.single", Integer.class);
  private static final TaskRef<Long> RATED = TaskRef.of("retry.rated", Long.class);
  private static final TaskRef<Long> NOW = TaskRef.of("retry.now", Long.class);

  private final String queue = TestBroker.uniqueName("quotas");

  @AutoClose private WorkerProcess worker;
  @AutoClose private Warren warren;
  private WorkerPool pool;

  @BeforeEach
  void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(queue).concurrency(4).running(RetryWorker.class).start();
    warren = Warren.connect(uri);
    pool = warren.pool(queue);
    worker.awaitReady();
  }

  @Test
  void onlySoManyOfATaskRunAtATimeAndOthersGoOn() throws Exception {
    List<AsyncResult<Integer>> singles = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      singles.add(pool.applyAsync(SINGLE));
    }

    assertThat(pool.applyAsync(NOW).get(Deadline.TASK)).isPositive();

    for (AsyncResult<Integer> single : singles) {
      assertThat(single.get(Deadline.HEALED)).isEqualTo(1);
    }
  }

  @Test
  void onlySoManyOfATaskBeginInATime() throws Exception {
    List<AsyncResult<Long>> handles = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      handles.add(pool.applyAsync(RATED));
    }
    List<Long> begun = new ArrayList<>();
    for (AsyncResult<Long> handle : handles) {
      begun.add(handle.get(Deadline.HEALED));
    }

    begun.sort(null);
    long took = begun.get(begun.size() - 1) - begun.get(0);
    assertThat(took).as("ten at four a second, one of them ahead").isGreaterThan(1_900_000_000L);
  }
}
