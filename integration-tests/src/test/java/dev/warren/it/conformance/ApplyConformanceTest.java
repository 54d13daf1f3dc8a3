package dev.warren.it.conformance;

import static dev.warren.it.conformance.Tasks.ADD;
import static dev.warren.it.conformance.Tasks.ECHO;
import static dev.warren.it.conformance.Tasks.NOTHING;
import static dev.warren.it.conformance.Tasks.ROOT;
import static dev.warren.it.conformance.Tasks.SQUARE;
import static dev.warren.it.conformance.Tasks.TEXT;
import static dev.warren.it.conformance.Tasks.UNWRITABLE;
import static dev.warren.it.conformance.Tasks.WORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.Warren;
import dev.warren.WarrenException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code apply}, {@code apply_async} and {@code AsyncResult}: rows A1 to A12. */
@Tag(Ci.SECOND_PASS_ONLY)
class ApplyConformanceTest {

  private static final String QUEUE = TestBroker.uniqueName("apply");
  private static final int MANY = 20;

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static Warren warren;

  private final WorkerPool pool = warren.pool(QUEUE);

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(QUEUE).running(ConformanceWorker.class).startReady();
    warren = Warren.connect(uri);
  }

  // --- A1 to A5: results -------------------------------------------------------------------------

  @Test
  void a1_applyCallsTheTaskWithItsArguments() throws Exception {
    assertThat(pool.apply(SQUARE, 5)).isEqualTo(25);
  }

  @Test
  void a1_applyCallsTheTaskWithKeywordArguments() throws Exception {
    assertThat(pool.apply(ADD.with(40).kwarg("b", 2))).isEqualTo(42);
    assertThat(pool.apply(ADD.with().kwarg("b", 2).kwarg("a", 3))).isEqualTo(5);
  }

  @Test
  void a1_aTaskThatReturnsNothingGivesNull() throws Exception {
    assertThat(pool.apply(NOTHING)).isNull();
  }

  @Test
  void a2_getGivesTheSameValueAgain() throws Exception {
    AsyncResult<Object> handle = pool.applyAsync(ECHO, List.of(1, 2));

    Object first = handle.get(Deadline.TASK);

    assertThat(first).isEqualTo(List.of(1, 2));
    assertThat(handle.get()).isSameAs(first);
    assertThat(handle.toCompletableFuture().get(20, TimeUnit.SECONDS)).isSameAs(first);
  }

  @Test
  void a2_getRaisesTheSameFailureAgain() {
    AsyncResult<Double> handle = pool.applyAsync(ROOT, -1);

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> handle.get(Deadline.TASK)).isInstanceOf(TaskFailedException.class);
    }
  }

  @Test
  void a3_aWaitThatRunsOutLeavesTheTaskAlone() throws Exception {
    Work work = new Work();
    AsyncResult<String> handle = pool.applyAsync(WORK, work.held(1));

    assertThatThrownBy(() -> handle.get(Duration.ofMillis(50)))
        .isInstanceOf(TimeoutException.class);
    work.release();

    assertThat(handle.get(Deadline.TASK)).isEqualTo("1");
    assertThat(work.journal().begun()).containsExactly("1");
  }

  @Test
  void a3_aLimitOfZeroOrLessDoesNotWait() throws Exception {
    Work work = new Work();
    AsyncResult<String> handle = pool.applyAsync(WORK, work.held(1));

    for (Duration none : List.of(Duration.ZERO, Duration.ofDays(-1))) {
      assertThatThrownBy(() -> handle.get(none)).isInstanceOf(TimeoutException.class);
      assertThat(handle.await(none)).isFalse();
    }
    work.release();
    assertThat(handle.await(Deadline.TASK)).isTrue();
    assertThat(handle.get(Duration.ofDays(-1))).isEqualTo("1");
  }

  @Test
  void a4_awaitTellsAFailureAsReadyAndDoesNotRaiseIt() throws Exception {
    AsyncResult<Double> handle = pool.applyAsync(ROOT, -1);

    assertThat(handle.await(Deadline.TASK)).isTrue();
    assertThat(handle.isReady()).isTrue();
  }

  @Test
  void a5_whetherItSucceededIsNotKnownBeforeItIsReady() throws Exception {
    Work work = new Work();
    AsyncResult<String> handle = pool.applyAsync(WORK, work.held(1));

    assertThat(handle.isReady()).isFalse();
    assertThatThrownBy(handle::isSuccessful)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(handle.id());
    work.release();

    assertThat(handle.await(Deadline.TASK)).isTrue();
    assertThat(handle.isSuccessful()).isTrue();
  }

  @Test
  void a5_aFailedTaskIsNotSuccessful() throws Exception {
    AsyncResult<Double> handle = pool.applyAsync(ROOT, -1);

    assertThat(handle.await(Deadline.TASK)).isTrue();
    assertThat(handle.isSuccessful()).isFalse();
  }

  // --- A6: failures ------------------------------------------------------------------------------

  @Test
  void a6_aRemoteExceptionComesWithItsTypeMessageAndTrace() {
    assertThatThrownBy(() -> pool.apply(ROOT, -4))
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            e -> {
              assertThat(e.remoteType()).isEqualTo("IllegalArgumentException");
              assertThat(e.remoteMessage()).isEqualTo("no root of -4.0");
              assertThat(e.remoteTrace()).contains("ConformanceTasks.root");
              assertThat(printed(e))
                  .contains("ApplyConformanceTest", "on the worker:", "ConformanceTasks.root");
            });
  }

  private static String printed(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }

  // --- A8, A9: callbacks -------------------------------------------------------------------------

  @Test
  void a8_theCallbackIsCalledOnceBeforeTheHandleIsReady() throws Exception {
    List<String> calls = new CopyOnWriteArrayList<>();
    CompletableFuture<AsyncResult<Long>> handle = new CompletableFuture<>();

    handle.complete(
        pool.applyAsync(
            SQUARE
                .with(3)
                .onSuccess(v -> calls.add(v + (handle.join().isReady() ? " late" : " in time")))
                .onFailure(e -> calls.add("failure"))));

    assertThat(handle.join().get(Deadline.TASK)).isEqualTo(9);
    assertThat(pool.apply(SQUARE, 1)).isEqualTo(1);
    assertThat(calls).containsExactly("9 in time");
  }

  @Test
  void a8_theErrorCallbackIsCalledOnceBeforeTheHandleIsReady() {
    List<String> calls = new CopyOnWriteArrayList<>();
    CompletableFuture<AsyncResult<Double>> handle = new CompletableFuture<>();

    handle.complete(
        pool.applyAsync(
            ROOT.with(-3)
                .onSuccess(v -> calls.add("success"))
                .onFailure(
                    e ->
                        calls.add(
                            e.getClass().getSimpleName()
                                + (handle.join().isReady() ? " late" : " in time")))));

    assertThatThrownBy(() -> handle.join().get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class);
    assertThat(calls).containsExactly("TaskFailedException in time");
  }

  @Test
  void a8_callbacksRunOnOneThreadOneAfterTheOther() throws Exception {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    CountDownLatch go = new CountDownLatch(1);
    AsyncResult<Long> blocking =
        pool.applyAsync(
            SQUARE
                .with(2)
                .onSuccess(
                    v -> {
                      threads.add(Thread.currentThread());
                      awaitQuietly(go);
                    }));
    Deadline.await("the first callback is called", Deadline.TASK, () -> !threads.isEmpty());
    AsyncResult<Long> behind =
        pool.applyAsync(SQUARE.with(3).onSuccess(v -> threads.add(Thread.currentThread())));

    assertThat(pool.apply(SQUARE, 4)).as("a handle without callbacks").isEqualTo(16);
    assertThat(threads).hasSize(1);
    assertThat(behind.isReady()).isFalse();
    go.countDown();

    assertThat(blocking.get(Deadline.TASK)).isEqualTo(4);
    assertThat(behind.get(Deadline.TASK)).isEqualTo(9);
    assertThat(threads).hasSize(2);
    assertThat(threads.get(1)).isSameAs(threads.get(0));
  }

  @Test
  void a9_aCallbackThatThrowsHarmsNeitherItsHandleNorLaterOnes() throws Exception {
    AsyncResult<Long> success =
        pool.applyAsync(
            SQUARE
                .with(3)
                .onSuccess(
                    v -> {
                      throw new IllegalStateException("thrown by a callback, on purpose");
                    }));
    AsyncResult<Double> failure =
        pool.applyAsync(
            ROOT.with(-3)
                .onFailure(
                    e -> {
                      throw new AssertionError("thrown by an error callback, on purpose");
                    }));
    List<Long> later = new CopyOnWriteArrayList<>();

    assertThat(success.get(Deadline.TASK)).isEqualTo(9);
    assertThatThrownBy(() -> failure.get(Deadline.TASK)).isInstanceOf(TaskFailedException.class);
    assertThat(pool.applyAsync(SQUARE.with(4).onSuccess(later::add)).get(Deadline.TASK))
        .isEqualTo(16);
    assertThat(later).containsExactly(16L);
  }

  // --- A10, A11: what is no JSON -----------------------------------------------------------------

  @Test
  void a10_aResultThatCannotBeWrittenFailsItsCallAndHarmsNoWorker() throws Exception {
    long pid = worker.pid();
    for (int i = 0; i < MANY; i++) {
      assertThatThrownBy(() -> pool.applyAsync(UNWRITABLE).get(Deadline.TASK))
          .isInstanceOfSatisfying(
              TaskFailedException.class,
              e -> {
                assertThat(e.remoteType()).isEqualTo("ResultNotEncodable");
                assertThat(e.remoteMessage()).contains("this value cannot be read");
              });
    }
    assertThat(pool.apply(SQUARE, 7)).isEqualTo(49);
    assertThat(worker.isAlive()).isTrue();
    assertThat(worker.pid()).isEqualTo(pid);
  }

  @Test
  void a10_aResultThatIsTooLargeFailsItsCallAndNamesTheLimit() throws Exception {
    for (int i = 0; i < MANY; i++) {
      assertThatThrownBy(() -> pool.applyAsync(TEXT, 1_100_000).get(Deadline.TASK))
          .isInstanceOfSatisfying(
              TaskFailedException.class,
              e -> assertThat(e.remoteMessage()).contains("warren.max-message-bytes"));
    }
    assertThat(pool.apply(TEXT, 3)).isEqualTo("xxx");
  }

  @Test
  void a11_anArgumentThatCannotBeWrittenFailsItsCallOnly() throws Exception {
    for (int i = 0; i < MANY; i++) {
      assertThatThrownBy(() -> pool.apply(ECHO, new ConformanceTasks.Unwritable()))
          .isInstanceOf(EncodingException.class)
          .hasMessageContaining("this value cannot be read");
    }
    assertThat(pool.apply(SQUARE, 7)).isEqualTo(49);
  }

  @Test
  void a11_anArgumentThatContainsItselfFailsItsCallOnly() throws Exception {
    Map<String, Object> endless = new HashMap<>();
    endless.put("self", endless);

    assertThatThrownBy(() -> pool.apply(ECHO, endless)).isInstanceOf(EncodingException.class);
    assertThat(pool.apply(SQUARE, 7)).isEqualTo(49);
  }

  @Test
  void a11_aValueWithNothingToWriteIsNoArgument() {
    assertThatThrownBy(() -> pool.apply(ECHO, new Object())).isInstanceOf(EncodingException.class);
  }

  // --- A12: references ---------------------------------------------------------------------------

  @Test
  void a12_neitherArgumentNorResultIsKeptOnceTheHandleIsGone() throws Exception {
    List<WeakReference<?>> references = applyAndForget();

    awaitCollected(references);
  }

  @Test
  void a12_theArgumentsAreNotKeptByAHandleThatIsReady() throws Exception {
    List<WeakReference<?>> references = new ArrayList<>();
    AsyncResult<?> one = applyOf(references);
    AsyncResult<?> all = mapOf(references);

    awaitCollected(references);
    assertThat(one.isSuccessful()).isTrue();
    assertThat(all.isSuccessful()).isTrue();
  }

  private List<WeakReference<?>> applyAndForget() throws Exception {
    List<WeakReference<?>> references = new ArrayList<>();
    references.add(new WeakReference<>(applyOf(references).get(Deadline.TASK)));
    references.add(new WeakReference<>(mapOf(references).get(Deadline.TASK)));
    return references;
  }

  private AsyncResult<Object> applyOf(List<WeakReference<?>> references) throws Exception {
    List<Integer> argument = new ArrayList<>(List.of(1, 2));
    references.add(new WeakReference<>(argument));
    AsyncResult<Object> handle = pool.applyAsync(ECHO, argument);
    assertThat(handle.await(Deadline.TASK)).isTrue();
    return handle;
  }

  private AsyncResult<List<Object>> mapOf(List<WeakReference<?>> references) throws Exception {
    List<List<Integer>> items = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      List<Integer> item = new ArrayList<>(List.of(i));
      items.add(item);
      references.add(new WeakReference<>(item));
    }
    AsyncResult<List<Object>> handle = pool.mapAsync(ECHO, items);
    assertThat(handle.await(Deadline.TASK)).isTrue();
    return handle;
  }

  private static void awaitCollected(List<WeakReference<?>> references) {
    Deadline.awaitAsserted(
        "all are collected",
        Deadline.TASK,
        () -> {
          System.gc();
          assertThat(references).allMatch(reference -> reference.get() == null);
        });
  }

  // --- more than Python has ----------------------------------------------------------------------

  @Test
  void aCancelledHandleFailsAtOnceAndOnlyOnce() throws Exception {
    List<WarrenException> told = new CopyOnWriteArrayList<>();
    Work work = new Work();
    AsyncResult<String> handle = pool.applyAsync(WORK.with(work.held(1)).onFailure(told::add));
    handle.acceptance().get(20, TimeUnit.SECONDS);

    assertThat(handle.cancel()).isTrue();
    assertThat(handle.cancel()).isFalse();

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).isInstanceOf(TaskRevokedException.class);
    work.release();
    assertThat(pool.apply(SQUARE, 7)).isEqualTo(49);
    assertThat(told).singleElement().isInstanceOf(TaskRevokedException.class);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(8, TimeUnit.SECONDS); // less than a callback may take
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
