package dev.warren.it.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.Chain;
import dev.warren.Group;
import dev.warren.TaskCall;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.WorkerPool;
import dev.warren.it.journal.Journal;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks one after the other, and side by side. */
@Tag(Ci.FIRST_PASS_ONLY)
class ChainTest {

  private static final TaskRef<Integer> ADD = TaskRef.of(CanvasTasks.ADD, Integer.class);
  private static final TaskRef<Integer> FAIL = TaskRef.of(CanvasTasks.FAIL, Integer.class);
  private static final TaskRef<Integer> STEP = TaskRef.of(CanvasTasks.STEP, Integer.class);
  private static final long LONG = 600_000;

  private static final String QUEUE = TestBroker.uniqueName("chain");

  @AutoClose private static WorkerProcess worker;

  private final String uri = TestBroker.shared().uri();

  @TempDir private Path folder;
  private Journal journal;
  @AutoClose private Warren warren;
  private WorkerPool pool;

  @BeforeAll
  static void startWorker() {
    worker = workerOf(QUEUE).startReady();
  }

  @BeforeEach
  void start() {
    journal = Journal.in(folder);
    warren = Warren.connect(uri);
    pool = warren.pool(QUEUE);
  }

  private static WorkerProcess.Spec workerOf(String queue) {
    return WorkerProcess.on(TestBroker.shared().uri()).queue(queue).running(CanvasWorker.class);
  }

  @Test
  void theResultOfEachStepIsTheFirstArgumentOfTheNext() throws Exception {
    Chain<Integer> chain = Chain.of(ADD.with(1, 2)).then(ADD.with(10)).then(ADD.with(100));

    assertThat(pool.applyAsync(chain).get(Deadline.TASK)).isEqualTo(113);
  }

  @Test
  void aStepMayTakeItsOwnArgumentsOnly() throws Exception {
    Chain<Integer> chain = Chain.of(ADD.with(1, 2)).thenOnly(ADD.with(20, 30)).then(ADD.with(5));

    assertThat(pool.applyAsync(chain).get(Deadline.TASK)).isEqualTo(55);
  }

  @Test
  void aChainOfOneStepIsThatTask() throws Exception {
    assertThat(pool.applyAsync(Chain.of(ADD.with(1, 2))).get(Deadline.TASK)).isEqualTo(3);
  }

  @Test
  void theFailureOfAStepIsTheChainsAndNothingAfterItRuns() {
    AsyncResult<Integer> chain =
        pool.applyAsync(
            Chain.of(ADD.with(1, 2))
                .then(FAIL.with())
                .then(step("never", 0))
                .then(step("never", 0)));

    assertThatThrownBy(() -> chain.get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("no luck with 3");
    assertThat(journal.begun()).isEmpty();
  }

  @Test
  void aStepAfterALongOneIsNotTakenForLost() throws Exception {
    Duration longerThanTheSearch = Duration.ofSeconds(15);
    AsyncResult<Integer> chain =
        pool.applyAsync(
            Chain.of(STEP.with(1, journal.file(), "long", longerThanTheSearch.toMillis()))
                .then(ADD.with(1)));

    assertThat(chain.get(Deadline.TASK)).isEqualTo(2);
  }

  @Test
  void cancellingEndsTheStepThatRunsAndThoseAfterIt() throws Exception {
    AsyncResult<Integer> chain =
        pool.applyAsync(
            Chain.of(STEP.with(1, journal.file(), "first", LONG)).then(step("second", 0)));
    Deadline.await("it runs", Deadline.TASK, () -> journal.begun().contains("first"));

    assertThat(chain.cancel()).isTrue();

    assertThatThrownBy(() -> chain.get(Deadline.TASK)).isInstanceOf(TaskRevokedException.class);
    assertThat(pool.applyAsync(ADD.with(1, 1)).get(Deadline.TASK)).isEqualTo(2);
    assertThat(journal.begun()).containsExactly("first");
    assertThat(journal.ended()).isEmpty();
  }

  @Test
  void aChainGoesOnWhenTheWorkerOfAStepIsKilled() throws Exception {
    String other = TestBroker.uniqueName("killed");
    try (WorkerProcess killed = workerOf(other).startReady()) {
      AsyncResult<Integer> chain =
          warren
              .pool(other)
              .applyAsync(Chain.of(ADD.with(1, 2)).then(step("killed", 3_000)).then(ADD.with(10)));
      Deadline.await("it runs", Deadline.TASK, () -> journal.begun().contains("killed"));

      killed.kill9();
      try (WorkerProcess next = workerOf(other).startReady()) {
        assertThat(chain.get(Deadline.TASK)).isEqualTo(13);
        assertThat(next.isReady()).isTrue();
      }
    }
    assertThat(journal.begun()).containsExactly("killed", "killed");
  }

  @Test
  void aChainGoesOnWithoutItsCaller() {
    try (Warren caller = Warren.connect(uri)) {
      caller
          .pool(QUEUE)
          .applyAsync(
              Chain.of(STEP.with(1, journal.file(), "first", 1_000)).then(step("second", 0)))
          .acceptance()
          .join();
    }

    Deadline.await("its last step ran", Deadline.TASK, () -> journal.ended().contains("second"));
  }

  /** Or a queue would keep its own tasks from ending. */
  @Test
  void theStepsOfAChainFindRoomInAFullQueue() throws Exception {
    String full = TestBroker.uniqueName("full");
    try (WorkerProcess slow =
            WorkerProcess.on(uri)
                .queue(full)
                .concurrency(1)
                .set("warren.queues." + full + ".max-length", 1)
                .running(CanvasWorker.class)
                .startReady();
        PlainAmqp amqp = PlainAmqp.to(uri)) {
      WorkerPool bounded = warren.pool(full);
      AsyncResult<Integer> chain =
          bounded.applyAsync(
              Chain.of(STEP.with(1, journal.file(), "first", 2_000)).then(ADD.with(1)));
      Deadline.await("it runs", Deadline.TASK, () -> journal.begun().contains("first"));
      AsyncResult<Integer> filling = bounded.applyAsync(ADD.with(1, 1));
      Deadline.await("the queue is full", Deadline.TASK, () -> amqp.count(full) == 1);

      assertThat(chain.get(Deadline.TASK)).isEqualTo(2);
      assertThat(filling.get(Deadline.TASK)).isEqualTo(2);
      assertThat(slow.isReady()).isTrue();
    }
  }

  @Test
  void theResultsOfAGroupAreInTheOrderOfItsCalls() throws Exception {
    List<Integer> results =
        pool.applyAsync(Group.of(IntStream.range(0, 50).mapToObj(i -> ADD.with(i, 1000)).toList()))
            .get(Deadline.TASK);

    assertThat(results).isEqualTo(IntStream.range(1000, 1050).boxed().toList());
  }

  @Test
  void aGroupOfSeveralTasksFailsWithTheFirstFailure() {
    assertThatThrownBy(
            () -> pool.applyAsync(Group.of(ADD.with(1, 2), FAIL.with("x"))).get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("no luck with x");
  }

  @Test
  void anEmptyGroupHasNoResults() throws Exception {
    assertThat(pool.apply(Group.<Integer>of(List.of()))).isEmpty();
  }

  private TaskCall<Integer> step(String key, long millis) {
    return STEP.with(journal.file(), key, millis);
  }
}
