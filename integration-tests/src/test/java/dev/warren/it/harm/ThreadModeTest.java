package dev.warren.it.harm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.SupervisedWorker;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A worker of two slots with {@code isolation=thread}, which a supervisor starts again: what a task
 * throws is its own affair, and what ends the JVM ends all that run in it, once.
 *
 * <p>{@code WorkerLostTest} shows a task that ends its worker each time, {@code FrozenWorkerTest} a
 * worker that is stopped, {@code KilledWorkersTest} how long it takes until a task runs elsewhere.
 */
@Tag(Ci.FIRST_PASS_ONLY)
class ThreadModeTest {

  private static final String QUEUE = TestBroker.uniqueName("harm");
  private static final TaskRef<Long> PID = TaskRef.of("harm.pid", Long.class);
  private static final TaskRef<Long> SLEEP = TaskRef.of("harm.sleep", Long.class);
  private static final TaskRef<Boolean> MEET = TaskRef.of("harm.meet", Boolean.class);
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int NEIGHBOUR_MILLIS = 1_000;

  @AutoClose private static SupervisedWorker worker;
  @AutoClose private static Warren warren;
  private static WorkerPool pool;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    worker =
        SupervisedWorker.of(
            worker(QUEUE)
                // As the image has it.
                .jvm("-XX:+ExitOnOutOfMemoryError")
                // A crash on purpose needs no report.
                .jvm("-XX:+SuppressFatalErrorMessage"));
    warren = Warren.connect(TestBroker.shared().uri());
    pool = warren.pool(QUEUE);
  }

  private static WorkerProcess.Spec worker(String queue) {
    return WorkerProcess.on(TestBroker.shared().uri())
        .queue(queue)
        .running(HarmWorker.class)
        .set("warren.worker.isolation", "thread");
  }

  /** After each of it two tasks run at a time, as before. */
  @AfterEach
  void bothSlotsRunTasks() throws Exception {
    assertTwoMeet(pool);
    assertThat(worker.current().isAlive()).isTrue();
    assertThat(pool.queue().consumers()).isEqualTo(2);
  }

  private static void assertTwoMeet(WorkerPool pool) throws Exception {
    for (AsyncResult<Boolean> one : List.of(pool.applyAsync(MEET), pool.applyAsync(MEET))) {
      assertThat(one.get(Deadline.TASK)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "harm.exception, IllegalStateException",
    "harm.error, AssertionError",
  })
  void whatATaskThrowsIsItsFailure(String task, String type) throws Exception {
    long before = pool.applyAsync(PID).get(Deadline.TASK);
    AsyncResult<Void> handle = pool.applyAsync(TaskRef.of(task, Void.class));

    assertThatThrownBy(() -> handle.get(Deadline.TASK))
        .isInstanceOfSatisfying(
            TaskFailedException.class, e -> assertThat(e.remoteType()).isEqualTo(type));
    assertThat(pool.applyAsync(PID).get(Deadline.TASK)).isEqualTo(before);
  }

  @Test
  void aStackThatOverflowsIsAFailure() throws Exception {
    AsyncResult<Integer> handle = pool.applyAsync(TaskRef.of("harm.stack", Integer.class), 0);

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("StackOverflowError");
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "halt", "KILL", "SEGV"})
  void whatKillsTheWorkerStartsAgainInTheNextOneAndSoDoesItsNeighbour(String harm)
      throws Exception {
    WorkerProcess first = worker.current();
    AsyncResult<Long> neighbour = neighbour();
    AsyncResult<Long> handle = harmOnce(harm);

    assertThat(handle.get(Deadline.HEALED)).isEqualTo(worker.current().pid());
    assertThat(neighbour.get(Deadline.HEALED)).isEqualTo(worker.current().pid());
    assertThat(first.isAlive()).isFalse();
  }

  @Test
  void whatExitsStartsAgainInTheNextWorkerAndItsNeighbourEndsInThisOne() throws Exception {
    WorkerProcess first = worker.current();
    AsyncResult<Long> neighbour = neighbour();
    AsyncResult<Long> handle = harmOnce("exit");

    assertThat(neighbour.get(Deadline.TASK)).isEqualTo(first.pid());
    assertThat(handle.get(Deadline.HEALED)).isEqualTo(worker.current().pid());
    assertThat(first.awaitExit()).isEqualTo(7);
  }

  private AsyncResult<Long> neighbour() {
    return pool.applyAsync(TaskRef.of("harm.beside", Long.class), runs(), NEIGHBOUR_MILLIS);
  }

  /** Harms the worker when the neighbour runs. */
  private AsyncResult<Long> harmOnce(String harm) {
    String mark = folder.resolve("mark").toString();
    return pool.applyAsync(TaskRef.of("harm.once", Long.class), mark, runs(), harm);
  }

  private String runs() {
    return folder.resolve("runs").toString();
  }

  @Test
  void tasksThatNeverEndAreGivenUpAndReplacedUntilThereAreTooMany() throws Exception {
    String queue = TestBroker.uniqueName("stuck");
    try (WorkerProcess own = worker(queue).startReady()) {
      WorkerPool pool = warren.pool(queue);
      AsyncResult<Long> neighbour = pool.applyAsync(SLEEP, 4_000);
      assertThatItIsGivenUp(pool, "harm.loop");
      assertThatItIsGivenUp(pool, "harm.deadlock");
      assertThat(neighbour.get(Deadline.TASK)).isEqualTo(4_000);
      assertTwoMeet(pool);
      assertThat(own.isReady()).isTrue();

      assertThatItIsGivenUp(pool, "harm.deadlock");

      Deadline.await("the worker is not ready", Deadline.TASK, () -> !own.isReady());
      assertThat(own.log()).contains("start this worker again");
      assertThat(pool.applyAsync(SLEEP, 1).get(Deadline.TASK)).as("in what is left").isEqualTo(1);
    }
  }

  private static void assertThatItIsGivenUp(WorkerPool pool, String task) {
    AsyncResult<Void> handle =
        pool.applyAsync(TaskRef.of(task, Void.class).with().timeLimit(LIMIT));
    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("TimeLimitExceeded");
  }

  @Test
  void aTaskMayPrintAsMuchAsItLikesAndItIsAllInTheWorkersOutput() throws Exception {
    assertThat(pool.applyAsync(TaskRef.of("harm.stdout", Integer.class), 20).get(Deadline.TASK))
        .isEqualTo(20);
    assertThat(worker.current().log().length()).isGreaterThan(20_000_000);
  }

  @Test
  void aResultThatIsTooLargeIsAFailure() throws Exception {
    AsyncResult<String> handle = pool.applyAsync(TaskRef.of("harm.result", String.class), 64);

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("max-message-bytes");
  }

  @Test
  void threadsThatATaskLeavesStay() throws Exception {
    assertThat(pool.applyAsync(TaskRef.of("harm.threads", Integer.class), 50).get(Deadline.TASK))
        .isEqualTo(50);
  }

  @Test
  void processesThatATaskStartsOutliveIt() throws Exception {
    Path file = folder.resolve("pids");
    pool.applyAsync(TaskRef.of("harm.grandchildren", Long.class), file.toString())
        .get(Deadline.TASK);

    List<ProcessHandle> left = new ArrayList<>();
    for (String pid : Files.readString(file).trim().split(" ")) {
      left.add(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
    }
    assertThat(left).hasSize(2).allMatch(ProcessHandle::isAlive);
    left.forEach(ProcessHandle::destroyForcibly);
  }
}
