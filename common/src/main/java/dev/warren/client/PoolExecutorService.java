package dev.warren.client;

import dev.warren.AsyncResult;
import dev.warren.TaskCall;
import dev.warren.WarrenException;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.WorkerPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A pool as an {@link ExecutorService}; {@link WorkerPool#asExecutorService()} says what it is. */
final class PoolExecutorService implements ExecutorService {

  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

  private final WorkerPool pool;
  private final PoolLife life;

  PoolExecutorService(WorkerPool pool, PoolLife life) {
    this.pool = pool;
    this.life = life;
  }

  @Override
  public <T> Future<T> submit(Callable<T> call) {
    return handle(call);
  }

  private <T> HandleFuture<T> handle(Callable<T> call) {
    if (!(call instanceof TaskCall<T> task)) {
      throw cannotTravel(call);
    }
    try {
      return new HandleFuture<>(pool.applyAsync(task));
    } catch (PoolClosedException e) {
      throw new RejectedExecutionException(e.getMessage(), e);
    }
  }

  @Override
  public <T> Future<T> submit(Runnable work, T result) {
    throw cannotTravel(work);
  }

  @Override
  public Future<?> submit(Runnable work) {
    throw cannotTravel(work);
  }

  @Override
  public void execute(Runnable work) {
    throw cannotTravel(work);
  }

  private static RejectedExecutionException cannotTravel(@Nullable Object work) {
    return new RejectedExecutionException(
        "only a TaskCall, as TASK.with(arguments), can run on a worker; this cannot travel there: "
            + work);
  }

  @Override
  public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> calls)
      throws InterruptedException {
    return invokeAll(calls, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
  }

  @Override
  public <T> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> calls, long timeout, TimeUnit unit)
      throws InterruptedException {
    long began = System.nanoTime();
    List<HandleFuture<T>> futures = new ArrayList<>();
    try {
      for (Callable<T> call : calls) {
        futures.add(handle(call));
      }
      for (HandleFuture<T> future : futures) {
        future.handle.await(left(began, unit.toNanos(timeout)));
      }
    } finally {
      futures.forEach(future -> future.cancel(true)); // nothing, for those that are done
    }
    return new ArrayList<>(futures);
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> calls)
      throws InterruptedException, ExecutionException {
    try {
      return invokeAny(calls, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("292 years have passed", e);
    }
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> calls, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (calls.isEmpty()) {
      throw new IllegalArgumentException("no calls");
    }
    long began = System.nanoTime();
    LinkedBlockingQueue<HandleFuture<T>> ended = new LinkedBlockingQueue<>();
    List<HandleFuture<T>> futures = new ArrayList<>();
    try {
      for (Callable<T> call : calls) {
        HandleFuture<T> future = handle(call);
        futures.add(future);
        future.handle.toCompletableFuture().whenComplete((value, failure) -> ended.add(future));
      }
      ExecutionException lastFailure = new ExecutionException("no call ended", null);
      for (int i = 0; i < futures.size(); i++) {
        HandleFuture<T> next =
            ended.poll(left(began, unit.toNanos(timeout)).toNanos(), TimeUnit.NANOSECONDS);
        if (next == null) {
          throw new TimeoutException("none of the calls succeeded in time");
        }
        try {
          return next.get();
        } catch (ExecutionException e) {
          lastFailure = e;
        }
      }
      throw lastFailure;
    } finally {
      futures.forEach(future -> future.cancel(true));
    }
  }

  private static Duration left(long began, long nanos) {
    return nanos == Long.MAX_VALUE
        ? FOR_EVER
        : Duration.ofNanos(Math.max(0, nanos - (System.nanoTime() - began)));
  }

  @Override
  public void shutdown() {
    pool.close();
  }

  @Override
  public List<Runnable> shutdownNow() {
    pool.terminate();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return !life.isRunning();
  }

  @Override
  public boolean isTerminated() {
    return life.isOver();
  }

  /** As {@link ExecutorService#awaitTermination}; of a pool that is not shut down, just waits. */
  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    long began = System.nanoTime();
    long nanos = unit.toNanos(timeout);
    return life.awaitNotRunning(nanos) && pool.join(left(began, nanos));
  }

  /** A handle as a {@link Future}. */
  private static final class HandleFuture<T> implements Future<T> {
    private final AsyncResult<T> handle;
    private volatile boolean cancelled;

    HandleFuture(AsyncResult<T> handle) {
      this.handle = handle;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean first = handle.cancel();
      cancelled |= first;
      return first;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public boolean isDone() {
      return handle.isReady();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
      try {
        return handle.get();
      } catch (WarrenException e) {
        throw failure(e);
      }
    }

    @Override
    public T get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      try {
        return handle.get(Duration.ofNanos(unit.toNanos(timeout)));
      } catch (WarrenException e) {
        throw failure(e);
      }
    }

    private ExecutionException failure(WarrenException e) {
      if (cancelled && e instanceof TaskRevokedException) {
        CancellationException cancellation = new CancellationException(e.getMessage());
        cancellation.initCause(e);
        throw cancellation;
      }
      return new ExecutionException(e);
    }
  }
}
