package dev.warren.rabbit;

import dev.warren.AsyncResult;
import dev.warren.Progress;
import dev.warren.WarrenException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.WarrenException.WorkerLostException;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The handle of one task in this process. It completes once, by the first terminal reply or the
 * first failure; whatever comes later is ignored.
 */
final class PendingResult<R> implements AsyncResult<R> {

  private final String id;
  private final String task;
  private final JavaType resultType;
  private final JsonMapper mapper;
  private final CompletableFuture<Void> accepted = new CompletableFuture<>();
  private final CompletableFuture<R> result = new CompletableFuture<>();
  private volatile @Nullable ReplyMessage latest; // written by the thread that receives replies

  PendingResult(String id, String task, JavaType resultType, JsonMapper mapper) {
    this.id = id;
    this.task = task;
    this.resultType = resultType;
    this.mapper = mapper;
  }

  // --- completing ------------------------------------------------------------------------------

  void accepted() {
    accepted.complete(null);
  }

  void fail(WarrenException failure) {
    accepted.completeExceptionally(failure);
    result.completeExceptionally(failure);
  }

  /** A reply that is not terminal is only remembered, to be told when a wait runs out of time. */
  void onReply(ReplyMessage reply) {
    latest = reply;
    if (!reply.status().isTerminal()) {
      return;
    }
    accepted.complete(null); // it has run, so it was accepted, whatever became of the confirm
    if (reply.status() == TaskStatus.SUCCESS) {
      complete(reply.result());
    } else {
      fail(failure(reply));
    }
  }

  private void complete(@Nullable Object value) {
    try {
      result.complete(value instanceof JsonNode json ? read(json) : null);
    } catch (JacksonException e) {
      fail(unfit(e.getOriginalMessage(), e));
    } catch (RuntimeException | Error e) { // the result type's own code may throw anything
      fail(unfit(e.toString(), e));
    }
  }

  private EncodingException unfit(String why, Throwable cause) {
    return new EncodingException(
        "the result of task %s (%s) is not a %s: %s"
            .formatted(id, task, resultType.toCanonical(), why),
        cause);
  }

  private R read(JsonNode json) {
    return mapper.treeToValue(json, resultType);
  }

  private WarrenException failure(ReplyMessage reply) {
    TaskError error = reply.error();
    if (error == null) {
      return new TaskFailedException(id, "Exception", "", null);
    }
    if (error.type().equals("WorkerLostError")) return new WorkerLostException(id, error.message());
    return reply.status() == TaskStatus.REVOKED
        ? new TaskRevokedException(id, error.message())
        : new TaskFailedException(id, error.type(), error.message(), error.trace());
  }

  CompletableFuture<R> future() {
    return result;
  }

  // --- AsyncResult -----------------------------------------------------------------------------

  @Override
  public String id() {
    return id;
  }

  @Override
  public @Nullable R get() throws InterruptedException {
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw unwrapped(e);
    }
  }

  @Override
  public @Nullable R get(Duration timeout) throws InterruptedException, TimeoutException {
    try {
      return result.get(Math.max(0, saturatedNanos(timeout)), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } catch (TimeoutException e) {
      throw new TimeoutException(
          "task %s (%s) has no result after %s: %s".formatted(id, task, timeout, whereabouts()));
    }
  }

  @Override
  public boolean await(Duration timeout) throws InterruptedException {
    try {
      result.get(Math.max(0, saturatedNanos(timeout)), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  @Override
  public Progress progress() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean cancel() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isReady() {
    return result.isDone();
  }

  @Override
  public boolean isSuccessful() {
    if (!result.isDone()) {
      throw new IllegalStateException("task " + id + " is not ready");
    }
    return !result.isCompletedExceptionally();
  }

  @Override
  public CompletableFuture<Void> acceptance() {
    return accepted.copy();
  }

  @Override
  public CompletableFuture<R> toCompletableFuture() {
    return result.copy();
  }

  private String whereabouts() {
    ReplyMessage reply = latest;
    if (reply == null) {
      return accepted.isDone()
          ? "it waits in the queue or runs"
          : "the broker has not taken it yet";
    }
    TaskError error = reply.error();
    return reply.status()
        + (error == null ? "" : ": " + error.type() + ": " + error.message())
        + (reply.worker() == null ? "" : " on " + reply.worker());
  }

  private static WarrenException unwrapped(ExecutionException e) {
    return e.getCause() instanceof WarrenException failure
        ? failure
        : new WarrenException("the handle failed", e.getCause());
  }

  private static long saturatedNanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return duration.isNegative() ? 0 : Long.MAX_VALUE;
    }
  }
}
