package dev.warren.it.conformance;

import static dev.warren.it.conformance.Tasks.ROOT;
import static dev.warren.it.conformance.Tasks.SQUARE;
import static dev.warren.it.conformance.Tasks.WORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.Warren;
import dev.warren.WarrenException.PoolTerminatedException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A pool as an {@link ExecutorService}, with a worker in a process of its own. */
class ExecutorServiceTest {

  private static final String QUEUE = TestBroker.uniqueName("executor");

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static Warren warren;

  private final ExecutorService executor = warren.pool(QUEUE).asExecutorService();

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(QUEUE).running(ConformanceWorker.class).startReady();
    warren = Warren.connect(uri);
  }

  @Test
  void aSubmittedCallRunsOnAWorker() throws Exception {
    Future<Long> future = executor.submit(SQUARE.with(5));

    assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo(25);
    assertThat(future.isDone()).isTrue();
    assertThat(future.isCancelled()).isFalse();
  }

  @Test
  void aFailureIsTheCauseOfAnExecutionException() {
    Future<Double> future = executor.submit(ROOT.with(-1));

    assertThatThrownBy(() -> future.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TaskFailedException.class);
  }

  @Test
  void whatCannotTravelIsRefused() {
    Executor plain = executor;

    assertThatThrownBy(() -> executor.submit(() -> 1))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("TaskCall");
    assertThatThrownBy(() -> executor.submit(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> executor.submit(() -> {}, 1))
        .isInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> CompletableFuture.runAsync(() -> {}, plain))
        .isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void invokeAllWaitsForAllOfThem() throws Exception {
    List<Future<Long>> futures =
        executor.invokeAll(List.of(SQUARE.with(1), SQUARE.with(2), SQUARE.with(3)));

    assertThat(futures).allMatch(Future::isDone).noneMatch(Future::isCancelled);
    assertThat(futures.get(2).get()).isEqualTo(9);
  }

  @Test
  void invokeAllCancelsWhatIsNotDoneInTime() throws Exception {
    Work work = new Work();

    List<Future<String>> futures =
        executor.invokeAll(
            List.of(WORK.with(work.held(0)), WORK.with(work.held(1))), 50, TimeUnit.MILLISECONDS);
    work.release();

    assertThat(futures).hasSize(2).allMatch(Future::isDone).allMatch(Future::isCancelled);
    assertThatThrownBy(() -> futures.get(1).get()).isInstanceOf(CancellationException.class);
  }

  @Test
  void invokeAnyGivesTheFirstSuccess() throws Exception {
    Work work = new Work();

    String first =
        executor.invokeAny(
            List.of(WORK.with(work.held(0)), WORK.with(work.failing(1)), WORK.with(work.item(2))),
            20,
            TimeUnit.SECONDS);
    work.release();

    assertThat(first).isEqualTo("2");
  }

  @Test
  void aCancelledFutureIsCancelled() throws Exception {
    Work work = new Work();
    Future<String> future = executor.submit(WORK.with(work.held(0)));

    assertThat(future.cancel(true)).isTrue();
    work.release();

    assertThat(future.isDone()).isTrue();
    assertThat(future.isCancelled()).isTrue();
    assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
  }

  @Test
  void aFutureThatIsNotDoneInTimeGoesOn() throws Exception {
    Work work = new Work();
    Future<String> future = executor.submit(WORK.with(work.held(0)));

    assertThatThrownBy(() -> future.get(10, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    work.release();

    assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo("0");
  }

  @Test
  void shutdownLetsWhatWasSubmittedEnd() throws Exception {
    Work work = new Work();
    Future<String> future = executor.submit(WORK.with(work.held(0)));

    executor.shutdown();

    assertThat(executor.isShutdown()).isTrue();
    assertThat(executor.isTerminated()).isFalse();
    assertThat(executor.awaitTermination(10, TimeUnit.MILLISECONDS)).isFalse();
    assertThatThrownBy(() -> executor.submit(SQUARE.with(1)))
        .isInstanceOf(RejectedExecutionException.class);
    work.release();
    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(executor.isTerminated()).isTrue();
    assertThat(future.get(0, TimeUnit.SECONDS)).isEqualTo("0");
  }

  @Test
  void shutdownNowGivesUpWhatWasSubmitted() throws Exception {
    Work work = new Work();
    Future<String> future = executor.submit(WORK.with(work.held(0)));

    assertThat(executor.shutdownNow()).isEmpty();
    work.release();

    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> future.get(Deadline.TASK.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(PoolTerminatedException.class);
  }
}
