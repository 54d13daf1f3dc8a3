package dev.warren.it.celery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.Chain;
import dev.warren.Chord;
import dev.warren.Group;
import dev.warren.ResultStream;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.WorkerPool;
import dev.warren.it.journal.Journal;
import dev.warren.it.kit.CeleryWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Warren's pool does with a worker of Celery's own: Python, unchanged. */
@Tag(Ci.SECOND_PASS_ONLY)
class CeleryWorkerTest {

  private static final TaskRef<Integer> ADD = TaskRef.of("p.add", Integer.class);
  private static final TaskRef<Integer> JAVA_ADD = TaskRef.of("t.add", Integer.class);
  private static final TaskRef<Object> JAVA_ECHO = TaskRef.of("t.echo", Object.class);
  private static final TaskRef<Object> ECHO = TaskRef.of("p.echo", Object.class);
  private static final TaskRef<Integer> FAIL = TaskRef.of("p.fail", Integer.class);
  private static final TaskRef<Integer> ODD = TaskRef.of("p.odd", Integer.class);
  private static final TaskRef<String> NOTE = TaskRef.of("p.note", String.class);
  private static final TaskRef<String> SLEEP = TaskRef.of("p.sleep", String.class);
  private static final TaskRef<String> SLEEP_LATE = TaskRef.of("p.sleep_late", String.class);
  private static final TaskRef<Integer> FLAKY = TaskRef.of("p.flaky", Integer.class);

  private static final String QUEUE = TestBroker.uniqueName("python");
  private static final String JAVA_QUEUE = TestBroker.uniqueName("java");
  private static final String URI = TestBroker.shared().uri();

  @AutoClose private static WorkerProcess java;
  @AutoClose private static CeleryWorker worker;

  @TempDir private Path folder;
  private Journal journal;
  @AutoClose private Warren warren;
  private WorkerPool pool;

  @BeforeAll
  static void startWorker() {
    java = WorkerProcess.on(URI).queue(JAVA_QUEUE).running(InteropWorker.class).startReady();
    worker = celery(QUEUE, "python@here", 2);
  }

  private static CeleryWorker celery(String queue, String name, int processes) {
    return CeleryWorker.startReady(URI, queue, JAVA_QUEUE, name, processes);
  }

  @BeforeEach
  void connect() {
    journal = Journal.in(folder);
    warren = Warren.connect(URI);
    pool = warren.pool(QUEUE);
  }

  // --- one task ----------------------------------------------------------------------------------

  @Test
  void javaGetsTheValueOfAPythonTask() throws Exception {
    assertThat(pool.applyAsync(ADD.with(2, 3)).get(Deadline.TASK)).isEqualTo(5);
  }

  @Test
  void keywordArgumentsReachPython() throws Exception {
    assertThat(pool.applyAsync(ADD.with().kwarg("b", 3).kwarg("a", 2)).get(Deadline.TASK))
        .isEqualTo(5);
  }

  @Test
  void textNumbersNullAndNestedValuesComeBackAsTheyWereSent() throws Exception {
    for (Object value :
        Arrays.asList("größer als €, 😀", 45, true, null, Map.of("a", List.of(1, "b")))) {
      assertThat(pool.applyAsync(ECHO.with(value)).get(Deadline.TASK)).isEqualTo(value);
    }
  }

  @Test
  void aPythonExceptionHasItsNameItsArgumentsAndItsTracebackInJava() {
    assertThatThrownBy(() -> pool.applyAsync(FAIL.with(1)).get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("ValueError")
        .hasMessageContaining("[\"bad\",42]")
        .hasStackTraceContaining("Traceback (most recent call last)")
        .hasStackTraceContaining("raise ValueError");
  }

  @Test
  void aTaskThatPythonDoesNotKnowFailsAsNotRegistered() {
    TaskRef<Integer> unknown = TaskRef.of("p.unheard_of", Integer.class);

    assertThatThrownBy(() -> pool.applyAsync(unknown.with(1)).get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("NotRegistered");
  }

  @Test
  void aTaskThatPythonRetriesIsAnsweredWhenItHasSucceeded() throws Exception {
    AsyncResult<Integer> flaky = pool.applyAsync(FLAKY.with());

    Deadline.await(
        "its retry is told",
        Deadline.TASK,
        () -> flaky.isReady() || stateOf(flaky).contains("RETRY: RuntimeError: once more"));
    assertThat(flaky.get(Deadline.TASK)).isEqualTo(1);
  }

  @Test
  void itIsToldThatAPythonTaskHasStarted() throws Exception {
    AsyncResult<String> task = pool.applyAsync(SLEEP.with(journal.file(), "started", 2));

    Deadline.await("it is told", Deadline.TASK, () -> stateOf(task).contains("STARTED"));
    assertThat(task.get(Deadline.TASK)).isEqualTo("started");
  }

  /** As it stands in the message of a wait that ran out of time. */
  private static String stateOf(AsyncResult<?> result) throws InterruptedException {
    try {
      result.get(Duration.ZERO);
      return "READY";
    } catch (TimeoutException e) {
      return Objects.toString(e.getMessage());
    }
  }

  @Test
  void aTaskWithACountdownDoesNotRunEarlyInPython() throws Exception {
    Instant began = Instant.now();

    assertThat(pool.applyAsync(ADD.with(1, 1).countdown(Duration.ofSeconds(2))).get(Deadline.TASK))
        .isEqualTo(2);
    assertThat(Duration.between(began, Instant.now())).isGreaterThan(Duration.ofMillis(1_900));
  }

  @Test
  void aTaskThatHasExpiredIsRevokedByPython() {
    assertThatThrownBy(
            () ->
                pool.applyAsync(ADD.with(1, 1).expiresAt(Instant.now().minusSeconds(5)))
                    .get(Deadline.TASK))
        .isInstanceOf(TaskRevokedException.class);
  }

  @Test
  void aTimeLimitEndsAPythonTask() {
    assertThatThrownBy(
            () ->
                pool.applyAsync(
                        SLEEP.with(journal.file(), "endless", 600).timeLimit(Duration.ofSeconds(1)))
                    .get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("TimeLimitExceeded");
  }

  // --- many --------------------------------------------------------------------------------------

  @Test
  void aMapIsServedInChunksAndInOrder() throws Exception {
    List<Object> items = new ArrayList<>(IntStream.range(0, 100).boxed().toList());

    assertThat(pool.map(ECHO, items, 7)).isEqualTo(items);
  }

  @Test
  void aStarmapIsServedInChunks() throws Exception {
    List<List<Integer>> calls = IntStream.range(0, 20).mapToObj(i -> List.of(i, i)).toList();

    assertThat(pool.starmap(ADD, calls, 3))
        .isEqualTo(IntStream.range(0, 20).map(i -> 2 * i).boxed().toList());
  }

  @Test
  void aStreamGivesResultsInOrder() throws Exception {
    assertThat(all(pool.imap(ECHO, List.of(1, 2, 3, 4, 5)))).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void aStreamGivesResultsAsTheyCome() throws Exception {
    assertThat(all(pool.imapUnordered(ECHO, List.of(1, 2, 3, 4, 5))))
        .containsExactlyInAnyOrder(1, 2, 3, 4, 5);
  }

  private static List<@Nullable Object> all(ResultStream<Object> stream) {
    List<@Nullable Object> all = new ArrayList<>();
    stream.forEachRemaining(all::add);
    return all;
  }

  @Test
  void anItemThatFailsInPythonFailsTheMap() {
    assertThatThrownBy(() -> pool.map(ODD, List.of(1, 3, 4, 5), 2))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("4 is even");
  }

  @Test
  void aGroupOfPythonTasksGivesAllResults() throws Exception {
    assertThat(pool.applyAsync(Group.of(ADD.with(1, 2), ADD.with(3, 4))).get(Deadline.TASK))
        .containsExactly(3, 7);
  }

  @Test
  void aChainOfPythonTasksHandsOnEachResult() throws Exception {
    Chain<Integer> chain =
        Chain.of(ADD.with(1, 2)).then(ADD.with(10)).thenOnly(ADD.with(5, 6)).then(ADD.with(100));

    assertThat(pool.applyAsync(chain).get(Deadline.TASK)).isEqualTo(111);
  }

  @Test
  void aChainOfPythonTasksFailsWithTheStepThatFailed() {
    Chain<String> chain =
        Chain.of(ADD.with(1, 2)).then(FAIL.with()).thenOnly(NOTE.with(journal.file(), "never"));

    assertThatThrownBy(() -> pool.applyAsync(chain).get(Deadline.TASK))
        .isInstanceOf(WarrenException.class)
        .hasMessageContaining("ValueError");
    assertThat(journal.begun()).isEmpty();
  }

  // --- both --------------------------------------------------------------------------------------

  @Test
  void aChainGoesFromJavaToPythonAndBack() throws Exception {
    Chain<Integer> chain =
        Chain.of(JAVA_ADD.with(1, 2))
            .then(ADD.with(10).onQueue(QUEUE))
            .then(JAVA_ADD.with(100))
            .then(ADD.with(1000).onQueue(QUEUE));

    assertThat(warren.pool(JAVA_QUEUE).applyAsync(chain).get(Deadline.TASK)).isEqualTo(1113);
  }

  @Test
  void theTasksOfAChordMayRunInPythonAndItsCallbackInJava() throws Exception {
    Group<Integer> group =
        Group.of(IntStream.range(0, 20).mapToObj(i -> ADD.with(i, 100).onQueue(QUEUE)).toList());

    assertThat(
            warren
                .pool(JAVA_QUEUE)
                .applyAsync(Chord.of(group, JAVA_ECHO.with()))
                .get(Deadline.TASK))
        .isEqualTo(IntStream.range(100, 120).boxed().toList());
  }

  /** It would be called without the results. */
  @Test
  void aChordsCallbackThatPythonGetsFailsInsteadOfBeingCalledWithoutResults() {
    Group<Integer> group = Group.of(ADD.with(1, 2));

    assertThatThrownBy(() -> pool.applyAsync(Chord.of(group, ECHO.with())).get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("NotRegistered");
  }

  @Test
  void aStepForAQueueThatIsNotThereFails() {
    Chain<Integer> chain =
        Chain.of(JAVA_ADD.with(1, 2)).then(JAVA_ADD.with(10).onQueue("no-such-queue"));

    assertThatThrownBy(() -> warren.pool(JAVA_QUEUE).applyAsync(chain).get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("no-such-queue");
  }

  // --- the end of it -----------------------------------------------------------------------------

  @Test
  void aPythonTaskThatIsCancelledWhileItRunsIsKilled() throws Exception {
    AsyncResult<String> running = pool.applyAsync(SLEEP.with(journal.file(), "running", 600));
    Deadline.await("it runs", Deadline.TASK, () -> journal.begun().contains("running"));

    assertThat(running.cancel()).isTrue();

    assertThatThrownBy(() -> running.get(Deadline.TASK)).isInstanceOf(TaskRevokedException.class);
    Deadline.await(
        "Python says so",
        Deadline.TASK,
        () -> worker.log().contains("Terminating " + running.id()));
  }

  @Test
  void aPythonTaskThatIsCancelledBeforeItRunsNeverRuns() throws Exception {
    AsyncResult<String> waiting =
        pool.applyAsync(NOTE.with(journal.file(), "never").countdown(Duration.ofSeconds(3)));
    Deadline.await("Python holds it", Deadline.TASK, () -> worker.log().contains(waiting.id()));

    assertThat(waiting.cancel()).isTrue();

    Deadline.await(
        "Python says so",
        Deadline.TASK,
        () -> worker.log().contains("Discarding revoked task: p.note[" + waiting.id()));
    assertThat(journal.begun()).isEmpty();
  }

  @Test
  void aTaskOfAPythonWorkerThatIsKilledRunsAgainInAnotherIfItAcksLate() throws Exception {
    String queue = TestBroker.uniqueName("python-late");
    try (CeleryWorker first = celery(queue, "first@here", 1)) {
      AsyncResult<String> task =
          warren.pool(queue).applyAsync(SLEEP_LATE.with(journal.file(), "late", 3));
      Deadline.await("it runs", Deadline.TASK, () -> journal.begun().contains("late"));

      first.kill9();
      try (CeleryWorker second = celery(queue, "second@here", 1)) {
        assertThat(task.get(Deadline.HEALED)).isEqualTo("late");
        Deadline.await(
            "the second one tells it", Deadline.TASK, () -> second.log().contains("succeeded"));
      }
    }
  }

  /** Celery acks early by default: nobody has the task any more. */
  @Test
  void aTaskOfAPythonWorkerThatIsKilledIsToldLostOtherwise() throws Exception {
    String queue = TestBroker.uniqueName("python-early");
    try (CeleryWorker first = celery(queue, "third@here", 1)) {
      AsyncResult<String> task =
          warren.pool(queue).applyAsync(SLEEP.with(journal.file(), "early", 600));
      Deadline.await("it runs", Deadline.TASK, () -> journal.begun().contains("early"));

      first.kill9();

      assertThatThrownBy(() -> task.get(Deadline.HEALED)).isInstanceOf(WarrenException.class);
    }
  }
}
