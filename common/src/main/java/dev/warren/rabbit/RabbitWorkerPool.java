package dev.warren.rabbit;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.QueueStatus;
import dev.warren.ResultStream;
import dev.warren.StreamOptions;
import dev.warren.TaskCall;
import dev.warren.TaskRef;
import dev.warren.WarrenException;
import dev.warren.WorkerPool;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;

/** A pool whose tasks go to one queue on the broker. */
final class RabbitWorkerPool implements WorkerPool {

  private final RabbitWarren warren;
  private final String queue;
  private final String replyQueue;
  private final TaskSender sender;
  private final WireFormat wire;

  RabbitWorkerPool(RabbitWarren warren, String queue, String replyQueue) {
    this.warren = warren;
    this.queue = queue;
    this.replyQueue = replyQueue;
    this.wire = warren.wire();
    this.sender = new TaskSender(warren.broker(), wire);
  }

  @Override
  public String queueName() {
    return queue;
  }

  @Override
  public <R> AsyncResult<R> applyAsync(TaskCall<R> call) {
    TaskMessage message =
        TaskMessage.of(UUID.randomUUID().toString(), call.task().name(), call.args(), call.kwargs())
            .expiringAt(call.expires());
    return submit(message, call.task().resultType(), false);
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> mapAsync(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> mapAsync(
      TaskRef<R> task,
      Iterable<? extends @Nullable Object> items,
      int chunkSize,
      Callbacks<? super List<@Nullable R>> callbacks) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> starmapAsync(
      TaskRef<R> task, Iterable<? extends List<? extends @Nullable Object>> items) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> starmapAsync(
      TaskRef<R> task,
      Iterable<? extends List<? extends @Nullable Object>> items,
      int chunkSize,
      Callbacks<? super List<@Nullable R>> callbacks) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <R> ResultStream<R> imap(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items, StreamOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <R> ResultStream<R> imapUnordered(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items, StreamOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void join() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean join(java.time.Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void terminate() {
    throw new UnsupportedOperationException();
  }

  @Override
  public dev.warren.PoolScope scope() {
    throw new UnsupportedOperationException();
  }

  @Override
  public java.util.concurrent.ExecutorService asExecutorService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public QueueStatus queue() {
    warren.requireOpen();
    return warren.broker().queueStatus(queue);
  }

  /**
   * Submits a task.
   *
   * @param waitForRoom whether room, in this client and in the queue, is waited for for as long as
   *     it takes, instead of failing the handle
   */
  <R> PendingResult<R> submit(TaskMessage task, JavaType resultType, boolean waitForRoom) {
    warren.requireOpen();
    PendingResult<R> handle =
        new PendingResult<>(task.id(), task.task(), resultType, wire.mapper());
    try {
      WireMessage message = wire.writeTask(task.replyingTo(replyQueue));
      warren
          .pending()
          .add(handle, waitForRoom ? null : warren.broker().settings().publishTimeout());
      new Submission(warren, sender, queue, handle, message, waitForRoom).publish();
      warren.requireOpen(); // closed meanwhile: nobody would complete the handle any more
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      handle.fail(new WarrenException("interrupted while waiting for room to submit", e));
    } catch (WarrenException e) {
      handle.fail(e);
    }
    return handle;
  }
}
