package dev.warren.it.harm;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

/** A child that has reached one of its limits is replaced; each is prepared once. */
@Tag(Ci.FIRST_PASS_ONLY)
class ReplacedChildrenTest {

  private static final TaskRef<List<Long>> PREPARED =
      TaskRef.of("harm.prepared", new TypeReference<>() {});

  private final String queue = TestBroker.uniqueName("replaced");

  @AutoClose private static Warren warren;

  @BeforeAll
  static void connect() {
    warren = Warren.connect(TestBroker.shared().uri());
  }

  @Test
  void afterSoManyTasks() throws Exception {
    try (WorkerProcess worker = workerWithOneChild("max-tasks", "2")) {
      List<Long> pids = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        pids.add(runOne());
      }

      assertThat(pids).doesNotContain(worker.pid());
      assertThat(List.of(pids.get(0), pids.get(2), pids.get(4)))
          .doesNotHaveDuplicates()
          .containsExactly(pids.get(1), pids.get(3), pids.get(5));
    }
  }

  @Test
  void afterATaskThatLeavesItTooLarge() throws Exception {
    try (WorkerProcess worker = workerWithOneChild("max-memory", "1MB")) {
      assertThat(List.of(runOne(), runOne(), runOne(), worker.pid())).doesNotHaveDuplicates();
    }
  }

  @Test
  void whenItIsTooOld() throws Exception {
    try (WorkerProcess worker = workerWithOneChild("max-age", "3s")) {
      long first = runOne();
      Deadline.await("another one runs tasks", Deadline.TASK, () -> runOne() != first);

      Deadline.await(
          "the first one is gone",
          Deadline.TASK,
          () ->
              ProcessHandle.of(worker.pid())
                  .orElseThrow()
                  .children()
                  .noneMatch(child -> child.pid() == first));
    }
  }

  private WorkerProcess workerWithOneChild(String limit, String value) {
    return WorkerProcess.on(TestBroker.shared().uri())
        .queue(queue)
        .concurrency(1)
        .running(HarmWorker.class)
        .set("warren.worker.isolation", "process")
        .set("warren.worker.initializer", "harm.prepare")
        .set("warren.worker.child." + limit, value)
        .startReady();
  }

  /** Where it ran. */
  private long runOne() throws Exception {
    WorkerPool pool = warren.pool(queue);
    List<Long> prepared = pool.applyAsync(PREPARED).get(Deadline.TASK);
    assertThat(prepared.subList(1, 3)).as("how often it was prepared").containsOnly(1L);
    return prepared.get(0);
  }
}
