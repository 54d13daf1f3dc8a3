package dev.warren.it.harm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Children are killed at random while tasks run: all handles complete, and the pool keeps its size.
 * {@code -Dwarren.children.tasks=5000} makes it long.
 */
@Tag(Ci.FIRST_PASS_ONLY)
class KilledChildrenTest {

  private static final int TASKS = Integer.getInteger("warren.children.tasks", 300);
  private static final long SEED = Long.getLong("warren.children.seed", System.nanoTime());
  private static final int SLOTS = 2;
  private static final int TASK_MILLIS = 20;
  private static final long KILL_EVERY_MILLIS = 2_000;

  /** For a task, however often its child is killed. */
  private static final Duration LONGEST = Duration.ofMinutes(20);

  private static final TaskRef<Long> WORK = TaskRef.of("harm.pid_after", Long.class);

  @Test
  @Timeout(value = 40, unit = TimeUnit.MINUTES)
  void allHandlesCompleteAndThePoolKeepsItsSize() throws Exception {
    String queue = TestBroker.uniqueName("killed");
    AtomicInteger kills = new AtomicInteger();
    ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
    try (WorkerProcess worker =
            WorkerProcess.on(TestBroker.shared().uri())
                .queue(queue)
                .concurrency(SLOTS)
                .running(HarmWorker.class)
                .set("warren.worker.isolation", "process")
                .startReady();
        Warren warren = Warren.connect(TestBroker.shared().uri())) {
      WorkerPool pool = warren.pool(queue);
      pool.applyAsync(WORK, 1).get(Deadline.HEALED);
      Random random = new Random(SEED);
      Set<Long> seen = ConcurrentHashMap.newKeySet();
      killer.scheduleWithFixedDelay(
          () -> kills.addAndGet(killOne(worker, seen, random)),
          KILL_EVERY_MILLIS,
          KILL_EVERY_MILLIS,
          TimeUnit.MILLISECONDS);
      List<AsyncResult<Long>> handles = new ArrayList<>();
      for (int i = 0; i < TASKS; i++) {
        handles.add(pool.applyAsync(WORK.with(TASK_MILLIS).onSuccess(seen::add)));
      }

      int lost = 0;
      for (AsyncResult<Long> handle : handles) {
        try {
          assertThat(handle.get(LONGEST)).isPositive();
        } catch (WarrenException e) {
          assertThat(e).hasMessageContaining("was lost, 3 times");
          lost++;
        }
      }
      killer.shutdownNow();

      System.out.printf(
          "[children] %d tasks, %d children killed, %d tasks lost three times; seed %d%n",
          TASKS, kills.get(), lost, SEED);
      assertThat(kills.get()).isPositive();
      Deadline.await(
          "the pool has its size", Deadline.HEALED, () -> children(worker).size() == SLOTS);
      assertThat(pool.applyAsync(WORK, 1).get(Deadline.TASK)).isPositive();
    } finally {
      killer.shutdownNow();
    }
  }

  /** One that has run a task: one that only starts would never come to run any. */
  private static int killOne(WorkerProcess worker, Set<Long> seen, Random random) {
    List<ProcessHandle> children =
        children(worker).stream().filter(child -> seen.contains(child.pid())).toList();
    return children.isEmpty() || !children.get(random.nextInt(children.size())).destroyForcibly()
        ? 0
        : 1;
  }

  private static List<ProcessHandle> children(WorkerProcess worker) {
    return ProcessHandle.of(worker.pid()).orElseThrow().children().toList();
  }
}
