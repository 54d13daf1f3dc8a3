package dev.warren.it.harm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.GetResponse;
import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker of two slots with {@code isolation=process}: whatever a task does, it goes on. */
@Tag(Ci.SECOND_PASS_ONLY)
class ProcessModeTest {

  private static final String QUEUE = TestBroker.uniqueName("harm");
  private static final TaskRef<Long> PID = TaskRef.of("harm.pid", Long.class);
  private static final TaskRef<Long> SLEEP = TaskRef.of("harm.sleep", Long.class);
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration SILENCE = Duration.ofSeconds(5);

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static Warren warren;
  private static WorkerPool pool;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    TestBroker broker = TestBroker.shared();
    worker =
        WorkerProcess.on(broker.uri())
            .queue(QUEUE)
            .running(HarmWorker.class)
            .set("warren.worker.isolation", "process")
            .set("warren.worker.child.silence", SILENCE.toSeconds() + "s")
            .set("warren.worker.child.jvm-args", "-Xmx64m")
            .startReady();
    warren = Warren.connect(broker.uri());
    pool = warren.pool(QUEUE);
  }

  /** After each of it the same worker runs two tasks at a time, as before. */
  @AfterEach
  void bothSlotsRunTasks() throws Exception {
    Deadline.await(
        "two children run",
        Deadline.HEALED,
        () -> {
          List<AsyncResult<Long>> both = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            both.add(pool.applyAsync(SLEEP, 300));
          }
          for (AsyncResult<Long> one : both) {
            one.get(Deadline.TASK);
          }
          return children().size() == 2;
        });
    assertThat(worker.isAlive()).isTrue();
    assertThat(pool.applyAsync(PID).get(Deadline.TASK)).isIn(children());
  }

  private static List<Long> children() {
    return ProcessHandle.of(worker.pid()).orElseThrow().children().map(ProcessHandle::pid).toList();
  }

  @Test
  void tasksRunInChildrenThatAreKept() throws Exception {
    Set<Long> pids = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      pids.add(pool.applyAsync(PID).get(Deadline.TASK));
    }

    assertThat(pids).hasSizeBetween(1, 2).doesNotContain(worker.pid());
  }

  @Test
  void runnersDoNotRunInChildren() throws Exception {
    pool.applyAsync(PID).get(Deadline.TASK);

    assertThat(worker.log()).containsOnlyOnce("the runner runs in " + worker.pid());
    assertThat(worker.log().split("the runner runs in")).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "harm.exception, IllegalStateException",
    "harm.error, AssertionError",
  })
  void whatATaskThrowsIsItsFailure(String task, String type) throws Exception {
    AsyncResult<Void> handle = pool.applyAsync(TaskRef.of(task, Void.class));

    assertThatThrownBy(() -> handle.get(Deadline.TASK))
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            e -> {
              assertThat(e.remoteType()).isEqualTo(type);
              assertThat(e.getMessage()).contains("harm");
            });
  }

  @Test
  void aStackThatOverflowsIsAFailure() throws Exception {
    AsyncResult<Integer> handle = pool.applyAsync(TaskRef.of("harm.stack", Integer.class), 0);

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("StackOverflowError");
  }

  @ParameterizedTest
  @CsvSource({
    "harm.exit, exit code 7",
    "harm.halt, exit code 8",
    "harm.memory, exit code 3",
  })
  void aTaskThatEndsItsChildIsLostThreeTimesAndThenKeptInQuarantine(String task, String how)
      throws Exception {
    AsyncResult<Void> handle = pool.applyAsync(TaskRef.of(task, Void.class));

    assertThatThrownBy(() -> handle.get(Deadline.TASK))
        .hasMessageContaining("3 times")
        .hasMessageContaining(how);
    String detail = quarantined(task);
    assertThat(detail).contains(how);
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "SEGV"})
  void aTaskWhoseChildIsKilledTellsTheSignal(String signal) throws Exception {
    AsyncResult<Void> handle = pool.applyAsync(TaskRef.of("harm.signal", Void.class), signal);

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("SIG" + signal);
  }

  /** As when a supervisor stops a worker with all its processes: the worker lets its tasks end. */
  @Test
  void aTaskWhoseChildIsAskedToEndGoesOn() throws Exception {
    AsyncResult<Long> handle = pool.applyAsync(SLEEP, 2_000);
    for (int i = 0; i < 20 && !handle.isReady(); i++) {
      for (long pid : children()) {
        new ProcessBuilder("kill", "-TERM", "--", "-" + pid).start().waitFor();
      }
      handle.await(Duration.ofMillis(100));
    }

    assertThat(handle.get(Deadline.TASK)).isEqualTo(2_000);
  }

  /** Its signs of life are asked for more than once. */
  @Test
  void aTaskThatRunsForLongerThanTheSilenceOfAChildMayIsNotKilled() throws Exception {
    assertThat(pool.applyAsync(SLEEP, 3 * SILENCE.toMillis()).get(Deadline.HEALED)).isPositive();
  }

  @Test
  void theLastLinesOfALostChildAreTold() throws Exception {
    AsyncResult<Void> handle = pool.applyAsync(TaskRef.of("harm.words", Void.class));

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("famous last words");
  }

  @Test
  void aChildThatIsStoppedIsKilledAfterItsSilence() throws Exception {
    AsyncResult<Void> handle = pool.applyAsync(TaskRef.of("harm.signal", Void.class), "STOP");

    assertThatThrownBy(() -> handle.get(Deadline.HEALED)).hasMessageContaining("no sign of life");
  }

  @ParameterizedTest
  @ValueSource(strings = {"harm.loop", "harm.deadlock"})
  void aTaskThatNeverEndsIsKilledAtItsTimeLimitAndItsNeighbourIsNot(String task) throws Exception {
    AsyncResult<Long> neighbour = pool.applyAsync(SLEEP, 4_000);
    AsyncResult<Void> handle =
        pool.applyAsync(TaskRef.of(task, Void.class).with().timeLimit(LIMIT));

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("TimeLimitExceeded");
    assertThat(neighbour.get(Deadline.TASK)).isEqualTo(4_000);
  }

  @Test
  void aTaskHasItsOwnTimeLimit() throws Exception {
    AsyncResult<Void> handle = pool.applyAsync(TaskRef.of("harm.limited", Void.class));

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("TimeLimitExceeded");
  }

  @Test
  void atItsSoftTimeLimitATaskIsInterruptedInItsChild() throws Exception {
    AsyncResult<String> handle =
        pool.applyAsync(
            TaskRef.of("harm.heeds", String.class).with().softTimeLimit(Duration.ofSeconds(1)));

    assertThat(handle.get(Deadline.TASK)).isEqualTo("interrupted");
  }

  @Test
  void aTaskThatIsCancelledIsKilled() throws Exception {
    AsyncResult<Void> handle = pool.applyAsync(TaskRef.of("harm.loop", Void.class));
    Deadline.await("it runs", Deadline.TASK, () -> worker.log().contains("harm.loop begins"));

    handle.cancel();

    Deadline.await("its child is gone", Deadline.TASK, () -> worker.log().contains("was revoked"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void ofAMapThatIsCancelledWhatRunsIsKilledAndNothingElseBegins(int chunkSize) throws Exception {
    TaskRef<Void> loop = TaskRef.of("harm.loop_named", Void.class);
    List<List<?>> items = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      items.add(List.of(folder.toString(), "item" + i));
    }
    List<Long> before = children();
    AsyncResult<List<Void>> map = pool.starmapAsync(loop, items, chunkSize, Callbacks.none());
    Deadline.await("both slots run it", Deadline.TASK, () -> begun() == 2);

    map.cancel();

    Deadline.await(
        "its children are gone",
        Deadline.TASK,
        () -> children().stream().noneMatch(before::contains));
    Deadline.await("its queue is empty", Deadline.TASK, () -> pool.queue().isEmpty());
    assertThat(pool.applyAsync(PID).get(Deadline.TASK)).isNotIn(before);
    assertThat(begun()).isEqualTo(2);
  }

  private long begun() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void aTaskMayPrintAsMuchAsItLikes() throws Exception {
    assertThat(pool.applyAsync(TaskRef.of("harm.stdout", Integer.class), 200).get(Deadline.HEALED))
        .isEqualTo(200);
    assertThat(worker.log().length()).isLessThan(20_000_000);
  }

  @Test
  void aResultThatIsTooLargeIsAFailure() throws Exception {
    AsyncResult<String> handle = pool.applyAsync(TaskRef.of("harm.result", String.class), 16);

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("max-message-bytes");
  }

  @Test
  void threadsThatATaskLeavesHarmNobody() throws Exception {
    assertThat(pool.applyAsync(TaskRef.of("harm.threads", Integer.class), 50).get(Deadline.TASK))
        .isEqualTo(50);
  }

  @Test
  void whatATaskStartsDiesWithItsEnd() throws Exception {
    Path file = folder.resolve("pids");
    pool.applyAsync(TaskRef.of("harm.grandchildren", Long.class), file.toString())
        .get(Deadline.TASK);

    awaitGone(file);
  }

  @Test
  void whatATaskStartsDiesWithItsChild() throws Exception {
    Path file = folder.resolve("pids");
    AsyncResult<Void> handle =
        pool.applyAsync(
            TaskRef.of("harm.grandchildren_loop", Void.class)
                .with(file.toString())
                .timeLimit(LIMIT));

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("TimeLimitExceeded");
    awaitGone(file);
  }

  private static void awaitGone(Path file) throws Exception {
    for (String pid : Files.readString(file).trim().split(" ")) {
      Deadline.await(
          "process " + pid + " is gone",
          Deadline.TASK,
          () -> !ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false));
    }
  }

  @Test
  void aChildInheritsNoVariablesButThoseThatAreNamed() throws Exception {
    TaskRef<String> environment = TaskRef.of("harm.environment", String.class);

    assertThat(pool.applyAsync(environment, "PATH").get(Deadline.TASK)).isNotBlank();
    assertThat(pool.applyAsync(environment, "JAVA_HOME").get(Deadline.TASK)).isNull();
  }

  @Test
  void aMapRunsInChildrenAndAnItemMayFail() throws Exception {
    List<Integer> many = IntStream.range(0, 100).boxed().toList();

    assertThat(pool.map(SLEEP, many.stream().map(i -> 1).toList())).hasSize(100);
  }

  private static String quarantined(String task) {
    try (PlainAmqp amqp = PlainAmqp.to(TestBroker.shared().uri())) {
      return Deadline.awaitValue(
          task + " is in quarantine",
          Deadline.TASK,
          () -> {
            GetResponse one = amqp.take(QUEUE + ".dead");
            return one != null
                    && task.equals(String.valueOf(one.getProps().getHeaders().get("task")))
                ? String.valueOf(one.getProps().getHeaders().get("x-warren-detail"))
                : null;
          });
    }
  }

  /** The last one: a worker that is killed leaves no child behind, and nothing they started. */
  @AfterAll
  static void noChildOutlivesItsWorker() throws Exception {
    Path file = Files.createTempFile("pids", "");
    pool.applyAsync(TaskRef.of("harm.grandchildren_loop", Void.class), file.toString());
    Deadline.await("it has children of its own", Deadline.TASK, () -> Files.size(file) > 0);
    List<Long> children = children();
    assertThat(children).isNotEmpty();
    worker.kill9();
    awaitGone(file);
    Files.delete(file);
    children.forEach(
        pid ->
            Deadline.await(
                "child " + pid + " is gone",
                Deadline.TASK,
                () -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)));
  }
}
