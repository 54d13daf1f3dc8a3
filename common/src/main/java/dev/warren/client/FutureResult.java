package dev.warren.client;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.WarrenException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.rabbit.Nanos;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What every handle is: it ends once, by the first value or failure that it is given, calls its
 * callbacks, and only then is ready.
 */
abstract class FutureResult<R> implements AsyncResult<R> {

  private final String id;
  private final Callbacks<? super R> callbacks;
  private final CallbackRunner runner;
  private final CompletableFuture<Void> accepted = new CompletableFuture<>();
  private final CompletableFuture<R> result = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();

  FutureResult(String id, Callbacks<? super R> callbacks, CallbackRunner runner) {
    this.id = id;
    this.callbacks = callbacks;
    this.runner = runner;
  }

  /** What this is and how it stands, for the message of a wait that ran out of time. */
  abstract String whereabouts();

  // --- ending ----------------------------------------------------------------------------------

  final void accepted() {
    accepted.complete(null);
  }

  final boolean isAccepted() {
    return accepted.isDone();
  }

  /** Ends with a value; says whether that was the first end. */
  final boolean succeed(@Nullable R value) {
    if (!ended.compareAndSet(false, true)) {
      return false;
    }
    accepted.complete(null);
    Consumer<? super R> callback = callbacks.onSuccess();
    if (callback == null) {
      result.complete(value);
    } else {
      runner.run(() -> callback.accept(value), () -> result.complete(value));
    }
    return true;
  }

  /** Ends with a failure; says whether that was the first end. */
  final boolean fail(WarrenException failure) {
    if (!ended.compareAndSet(false, true)) {
      return false;
    }
    accepted.completeExceptionally(failure);
    Consumer<? super WarrenException> callback = callbacks.onFailure();
    if (callback == null) {
      result.completeExceptionally(failure);
    } else {
      runner.run(() -> callback.accept(failure), () -> result.completeExceptionally(failure));
    }
    return true;
  }

  /** Whether the end is known; the handle is ready once its callbacks have returned. */
  final boolean hasEnded() {
    return ended.get();
  }

  /** Completes when this is ready. Not to be completed by others. */
  final CompletableFuture<R> future() {
    return result;
  }

  // --- AsyncResult -----------------------------------------------------------------------------

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final @Nullable R get() throws InterruptedException {
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw unwrapped(e);
    }
  }

  @Override
  public final @Nullable R get(Duration timeout) throws InterruptedException, TimeoutException {
    try {
      return result.get(Math.max(0, Nanos.of(timeout)), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } catch (TimeoutException e) {
      throw new TimeoutException("no result after %s: %s".formatted(timeout, whereabouts()));
    }
  }

  @Override
  public final boolean await(Duration timeout) throws InterruptedException {
    try {
      result.get(Math.max(0, Nanos.of(timeout)), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  @Override
  public final boolean isReady() {
    return result.isDone();
  }

  @Override
  public final boolean isSuccessful() {
    if (!result.isDone()) {
      throw new IllegalStateException("not ready: " + whereabouts());
    }
    return !result.isCompletedExceptionally();
  }

  @Override
  public final CompletableFuture<Void> acceptance() {
    return accepted.copy();
  }

  @Override
  public final CompletableFuture<R> toCompletableFuture() {
    return result.copy();
  }

  private static WarrenException unwrapped(ExecutionException e) {
    return e.getCause() instanceof WarrenException failure
        ? askedForHere(failure)
        : new WarrenException("the handle failed", e.getCause());
  }

  /** A failure that came over the wire shows where it is asked for, above the worker's trace. */
  static WarrenException askedForHere(WarrenException failure) {
    if (failure instanceof TaskFailedException) {
      failure.setStackTrace(new Throwable().getStackTrace());
    }
    return failure;
  }
}
