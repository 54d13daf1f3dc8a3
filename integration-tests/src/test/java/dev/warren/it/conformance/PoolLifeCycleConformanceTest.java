package dev.warren.it.conformance;

import static dev.warren.it.conformance.Tasks.ADD;
import static dev.warren.it.conformance.Tasks.ECHO;
import static dev.warren.it.conformance.Tasks.SQUARE;
import static dev.warren.it.conformance.Tasks.WORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.PoolScope;
import dev.warren.ResultStream;
import dev.warren.StreamOptions;
import dev.warren.TaskCall;
import dev.warren.Warren;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.WarrenException.PoolTerminatedException;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The life of a pool on a shared queue: rows P7 to P12, P14 and W4. Rows P1 to P6, P13, P15 and W1
 * to W3 are about pools that own their processes.
 */
class PoolLifeCycleConformanceTest {

  private static final String QUEUE = TestBroker.uniqueName("life");
  private static final int MANY = 10_000;

  /** Of both workers together. */
  private static final int SLOTS = 4;

  @AutoClose private static WorkerProcess one;
  @AutoClose private static WorkerProcess other;
  @AutoClose private static Warren warren;
  @AutoClose private static PlainAmqp amqp;

  private final WorkerPool pool = warren.pool(QUEUE);
  private final String nobodys = TestBroker.uniqueName("nobodys");

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    one = WorkerProcess.on(uri).queue(QUEUE).running(ConformanceWorker.class).start();
    other = WorkerProcess.on(uri).queue(QUEUE).running(ConformanceWorker.class).startReady();
    one.awaitReady();
    warren = Warren.connect(uri);
    amqp = PlainAmqp.to(uri);
  }

  // --- P7, P8: states ----------------------------------------------------------------------------

  @Test
  void p7_aClosedPoolTakesNothing() {
    pool.close();
    pool.close();

    takesNothing("closed");
  }

  @Test
  void p7_aTerminatedPoolTakesNothing() {
    pool.terminate();
    pool.terminate();
    pool.close();

    takesNothing("terminated");
  }

  @Test
  void p7_aClosedPoolCanBeTerminated() {
    pool.close();
    pool.terminate();

    takesNothing("terminated");
  }

  @Test
  void p7_anotherPoolOfTheSameQueueGoesOn() throws Exception {
    pool.terminate();

    assertThat(warren.pool(QUEUE).apply(SQUARE, 3)).isEqualTo(9);
  }

  private void takesNothing(String state) {
    List<ThrowingCallable> submits =
        List.of(
            () -> pool.apply(SQUARE, 1),
            () -> pool.applyAsync(SQUARE, 1),
            () -> pool.map(SQUARE, List.of(1)),
            () -> pool.map(SQUARE, List.of()),
            () -> pool.mapAsync(SQUARE, List.of(1), 1, Callbacks.none()),
            () -> pool.starmap(ADD, List.of(List.of(1, 2))),
            () -> pool.starmapAsync(ADD, List.of(List.of(1, 2)), 1, Callbacks.none()),
            () -> pool.imap(SQUARE, List.of(1)),
            () -> pool.imapUnordered(SQUARE, List.of(1)));
    assertThat(submits)
        .allSatisfy(
            submit ->
                assertThatThrownBy(submit)
                    .isInstanceOf(PoolClosedException.class)
                    .hasMessageContainingAll(QUEUE, "not running", state));
  }

  @Test
  void p8_aRunningPoolCannotBeJoined() {
    assertThatThrownBy(pool::join)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("still running");
    assertThatThrownBy(() -> pool.join(Duration.ZERO)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @SuppressWarnings("NullAway") // what a careless caller does
  void p8_aCallThatWasRefusedForItsArgumentsIsNotWaitedFor() throws Exception {
    assertThatThrownBy(() -> pool.imap(SQUARE, List.of(1), null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> pool.mapAsync(null, List.of(1)))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> pool.applyAsync((TaskCall<Integer>) null))
        .isInstanceOf(NullPointerException.class);

    pool.close();

    assertThat(pool.join(Deadline.TASK)).isTrue();
  }

  @Test
  void p8_joiningTwiceIsFine() throws Exception {
    pool.close();
    pool.join();
    pool.join();

    assertThat(pool.join(Duration.ZERO)).isTrue();
  }

  // --- P9: close ---------------------------------------------------------------------------------

  @Test
  void p9_whatRunsAndWhatWaitsAtCloseEndsBeforeJoinReturns() throws Exception {
    Work work = new Work();
    AsyncResult<List<String>> map = pool.mapAsync(WORK, work.held(0, 20), 2, Callbacks.none());
    List<AsyncResult<String>> handles =
        work.held(20, 30).stream().map(item -> pool.applyAsync(WORK, item)).toList();
    ResultStream<String> stream = pool.imap(WORK, work.held(30, 40));

    pool.close();
    assertThat(pool.join(Duration.ofMillis(100))).isFalse();
    work.release();
    assertThat(pool.join(Deadline.TASK)).isTrue();

    assertThat(work.journal().ended()).containsExactlyInAnyOrderElementsOf(Work.keys(0, 40));
    assertThat(map.get(Duration.ZERO)).isEqualTo(Work.keys(0, 20));
    assertThat(handles).allMatch(AsyncResult::isSuccessful);
    List<String> streamed = new ArrayList<>();
    stream.forEachRemaining(streamed::add);
    assertThat(streamed).isEqualTo(Work.keys(30, 40));
  }

  // --- P10, P12: terminate -----------------------------------------------------------------------

  @Test
  void p10_terminateReturnsSoonAlsoWithManyTasksQueued() throws Exception {
    WorkerPool idle = warren.pool(nobodys);
    List<AsyncResult<Long>> handles =
        IntStream.range(0, MANY).mapToObj(i -> idle.applyAsync(SQUARE, i)).toList();
    long began = System.nanoTime();

    idle.terminate();
    idle.join();

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
    assertThat(handles).allMatch(handle -> handle.isReady() && !handle.isSuccessful());
  }

  @Test
  void p10_terminateStopsWhatRunsAndSkipsWhatWaits() throws Exception {
    Work work = new Work();
    AsyncResult<List<String>> map = pool.mapAsync(WORK, work.held(0, 40), 2, Callbacks.none());
    map.acceptance().join();
    Deadline.await("all slots run", Deadline.TASK, () -> work.journal().begun().size() == SLOTS);

    pool.terminate();

    Deadline.await("nothing waits", Deadline.TASK, () -> amqp.count(QUEUE) == 0);
    assertThat(warren.pool(QUEUE).applyAsync(SQUARE, 3).get(Deadline.TASK)).isEqualTo(9);
    work.release();
    assertThat(work.journal().begun()).hasSize(SLOTS);
    assertThat(work.journal().ended()).isEmpty();
  }

  @Test
  void p10_terminateInTheMiddleOfALargeMapEndsIt() throws Exception {
    AsyncResult<List<Long>> map =
        pool.mapAsync(SQUARE, IntStream.range(0, 1_000_000).boxed().toList(), 1, Callbacks.none());
    Deadline.await("it is under way", Deadline.TASK, () -> map.progress().current() > 100);

    pool.terminate();

    assertThatThrownBy(() -> map.get(Deadline.TASK)).isInstanceOf(PoolTerminatedException.class);
    assertThat(pool.join(Deadline.TASK)).isTrue();
    FeederThreads.awaitNoneBusy();
    assertThat(warren.pool(QUEUE).applyAsync(SQUARE, 3).get(Deadline.HEALED)).isEqualTo(9);
  }

  @Test
  void p12_pendingHandlesFailWhenThePoolIsTerminated() throws Exception {
    WorkerPool idle = warren.pool(nobodys);
    List<Object> told = new ArrayList<>();
    AsyncResult<Long> one = idle.applyAsync(SQUARE.with(1).onFailure(told::add));
    AsyncResult<List<Long>> all = idle.mapAsync(SQUARE, List.of(1, 2, 3));
    ResultStream<Long> stream = idle.imap(SQUARE, List.of(1, 2, 3), StreamOptions.chunkSize(2));

    idle.terminate();

    assertThatThrownBy(() -> one.get(Deadline.TASK))
        .isInstanceOf(PoolTerminatedException.class)
        .hasMessageContaining(nobodys);
    assertThat(told).hasSize(1);
    assertThatThrownBy(() -> all.get(Deadline.TASK)).isInstanceOf(PoolTerminatedException.class);
    assertThatThrownBy(() -> stream.next(Deadline.TASK))
        .isInstanceOf(PoolTerminatedException.class);
    assertThat(idle.join(Deadline.TASK)).isTrue();
  }

  @Test
  void p12_aHandleThatIsReadyKeepsItsValue() throws Exception {
    AsyncResult<Long> handle = pool.applyAsync(SQUARE, 5);
    assertThat(handle.get(Deadline.TASK)).isEqualTo(25);

    pool.terminate();

    assertThat(handle.get()).isEqualTo(25);
    assertThat(handle.isSuccessful()).isTrue();
  }

  // --- P11, P14 ----------------------------------------------------------------------------------

  @Test
  void p11_leavingTheBlockTerminates() throws Exception {
    AsyncResult<Long> handle;
    try (PoolScope scope = warren.pool(nobodys).scope()) {
      handle = scope.pool().applyAsync(SQUARE, 1);
    }

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).isInstanceOf(PoolTerminatedException.class);
  }

  @Test
  void p11_thePoolOfABlockThatWasLeftTakesNothing() throws Exception {
    try (PoolScope scope = pool.scope()) {
      assertThat(scope.pool().map(SQUARE, List.of(1, 2))).containsExactly(1L, 4L);
    }

    takesNothing("terminated");
    assertThat(pool.join(Deadline.TASK)).isTrue();
  }

  @Test
  void p11_aPoolThatIsNotRunningCannotBeEntered() {
    pool.close();

    assertThatThrownBy(pool::scope).isInstanceOf(PoolClosedException.class);
  }

  @Test
  void p14_aPoolCannotBeSerialised() throws Exception {
    try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
      assertThatThrownBy(() -> out.writeObject(pool)).isInstanceOf(NotSerializableException.class);
    }
  }

  @Test
  void p14_aPoolIsNoArgument() {
    assertThatThrownBy(() -> pool.apply(ECHO, pool)).isInstanceOf(EncodingException.class);
    assertThatThrownBy(() -> pool.apply(ECHO, warren)).isInstanceOf(EncodingException.class);
  }

  // --- W4 ----------------------------------------------------------------------------------------

  @Test
  void w4_aWorkerThatIsToldToEndFinishesItsTasksAndTakesNoMore() throws Exception {
    Work work = new Work();
    WorkerPool own = warren.pool(nobodys);
    try (WorkerProcess worker =
        WorkerProcess.on(TestBroker.shared().uri())
            .queue(nobodys)
            .running(ConformanceWorker.class)
            .startReady()) {
      List<AsyncResult<String>> handles =
          work.held(0, 6).stream().map(item -> own.applyAsync(WORK, item)).toList();
      Deadline.await("both slots run", Deadline.TASK, () -> work.journal().begun().size() == 2);

      worker.sigterm();
      Deadline.await("it takes no more", Deadline.TASK, () -> own.queue().consumers() == 0);
      work.release();
      worker.awaitExit();

      List<String> run = work.journal().begun();
      assertThat(run).hasSize(2);
      assertThat(work.journal().ended()).containsExactlyInAnyOrderElementsOf(run);
      for (String key : run) {
        assertThat(handles.get(Integer.parseInt(key)).get(Deadline.TASK)).isEqualTo(key);
      }
      assertThat(amqp.count(nobodys)).isEqualTo(4);
    } finally {
      own.terminate();
    }
  }
}
