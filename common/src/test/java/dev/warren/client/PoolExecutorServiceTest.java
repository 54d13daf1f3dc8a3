package dev.warren.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.TaskCall;
import dev.warren.TaskRef;
import dev.warren.WarrenException;
import dev.warren.WarrenException.PoolTerminatedException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.WorkerPool;
import dev.warren.wire.PlainValues;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class PoolExecutorServiceTest {

  private static final TaskRef<String> TASK = TaskRef.of("some.task", String.class);

  @AutoClose private final CallbackRunner runner = new CallbackRunner(Duration.ofSeconds(20));
  private final List<PendingResult<String>> handles = new ArrayList<>();
  private final PoolLife life = new PoolLife("q");
  private final PoolExecutorService executor = new PoolExecutorService(pool(), life);

  @Test
  void aFailureIsTheCauseOfAnExecutionException() {
    Future<String> future = executor.submit(TASK.with());

    handles.get(0).fail(new TaskFailedException("id", "ValueError", "no", null));

    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TaskFailedException.class);
    assertThat(future.isCancelled()).isFalse();
  }

  @Test
  void aTaskThatOthersRevokedIsNoCancelledFuture() {
    Future<String> future = executor.submit(TASK.with());

    handles.get(0).fail(new TaskRevokedException("id", "it had expired"));

    assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class);
    assertThat(future.isCancelled()).isFalse();
  }

  @Test
  void aFutureThatIsDoneCannotBeCancelled() throws Exception {
    Future<String> future = executor.submit(TASK.with());
    handles.get(0).succeed("done");

    assertThat(future.cancel(true)).isFalse();
    assertThat(future.isCancelled()).isFalse();
    assertThat(future.get()).isEqualTo("done");
  }

  @Test
  void invokeAllCancelsWhatItHasSubmittedWhenOneIsRefused() {
    List<Callable<String>> calls = List.of(TASK.with(1), () -> "a lambda");

    assertThatThrownBy(() -> executor.invokeAll(calls))
        .isInstanceOf(RejectedExecutionException.class);

    assertThat(handles).hasSize(1).allMatch(PendingResult::isReady);
  }

  @Test
  void invokeAllCancelsWhatItHasSubmittedWhenItIsInterrupted() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> executor.invokeAll(List.of(TASK.with(1), TASK.with(2))))
        .isInstanceOf(InterruptedException.class);

    assertThat(handles).hasSize(2).allMatch(PendingResult::isReady);
  }

  @Test
  void invokeAllKeepsWhatWasDoneInTimeAndCancelsTheRest() throws Exception {
    firstSucceeds = true;

    List<Future<String>> futures =
        executor.invokeAll(List.of(TASK.with(1), TASK.with(2)), 1, TimeUnit.MILLISECONDS);

    assertThat(futures.get(0).get()).isEqualTo("first");
    assertThat(futures.get(0).isCancelled()).isFalse();
    assertThat(futures.get(1).isCancelled()).isTrue();
  }

  @Test
  void invokeAnyThrowsTheLastFailureWhenNoneSucceeds() {
    endEachAtOnce = true;

    assertThatThrownBy(() -> executor.invokeAny(List.of(TASK.with(1), TASK.with(2))))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TaskFailedException.class);
  }

  @Test
  void invokeAnyCancelsTheOthersWhenTimeIsUp() {
    assertThatThrownBy(
            () -> executor.invokeAny(List.of(TASK.with(1), TASK.with(2)), 1, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);

    assertThat(handles).hasSize(2).allMatch(PendingResult::isReady);
  }

  @Test
  void invokeAnyOfNothingIsRefused() {
    assertThatThrownBy(() -> executor.invokeAny(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCancelledFutureSaysSoToWhoeverWaits() {
    Future<String> future = executor.submit(TASK.with());

    assertThat(future.cancel(false)).isTrue();

    assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> future.get(1, TimeUnit.SECONDS))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void awaitTerminationOfARunningPoolWaitsForItsEnd() throws Exception {
    assertThat(executor.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();

    executor.shutdown();

    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(executor.isTerminated()).isTrue();
  }

  @Test
  void whatComesAfterShutdownIsRejected() {
    executor.shutdownNow();

    assertThat(executor.isShutdown()).isTrue();
    assertThatThrownBy(() -> executor.submit(TASK.with()))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("terminated");
  }

  // --- a pool without a broker -------------------------------------------------------------------

  private boolean endEachAtOnce;
  private boolean firstSucceeds;

  private WorkerPool pool() {
    InvocationHandler pool =
        (proxy, method, args) ->
            switch (method.getName()) {
              case "applyAsync" -> applyAsync((TaskCall<?>) args[0]);
              case "close" -> life.close();
              case "terminate" -> terminate();
              case "join" -> life.awaitEnd(((Duration) args[0]).toNanos());
              default -> throw new UnsupportedOperationException(method.toString());
            };
    return (WorkerPool)
        Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {WorkerPool.class}, pool);
  }

  private AsyncResult<String> applyAsync(TaskCall<?> call) {
    life.begin();
    JsonMapper mapper = JsonMapper.shared();
    PendingResult<String> handle =
        new PendingResult<>(
            "id",
            call.task().name(),
            TASK.resultType(),
            mapper,
            new PlainValues(mapper),
            Callbacks.none(),
            runner,
            ids -> {});
    handle.future().whenComplete((value, failure) -> life.end());
    handles.add(handle);
    if (firstSucceeds && handles.size() == 1) {
      handle.succeed("first");
    }
    if (endEachAtOnce) {
      handle.fail(new TaskFailedException("id", "ValueError", "no", null));
    }
    return handle;
  }

  private boolean terminate() {
    WarrenException terminated = new PoolTerminatedException("terminated");
    handles.forEach(handle -> handle.fail(terminated));
    return life.terminate();
  }
}
