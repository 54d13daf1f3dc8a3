package dev.warren.rabbit;

import dev.warren.AsyncResult;
import dev.warren.QueueStatus;
import dev.warren.TaskOptions;
import dev.warren.TaskRef;
import dev.warren.WarrenException;
import dev.warren.WorkerPool;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
  public <R> @Nullable R apply(TaskRef<R> task, @Nullable Object... args)
      throws InterruptedException {
    return applyAsync(task, args).get();
  }

  @Override
  public <R> AsyncResult<R> applyAsync(TaskRef<R> task, @Nullable Object... args) {
    return applyAsync(task, Arrays.asList(args), Map.of(), TaskOptions.NONE);
  }

  @Override
  public <R> AsyncResult<R> applyAsync(
      TaskRef<R> task,
      List<? extends @Nullable Object> args,
      Map<String, ? extends @Nullable Object> kwargs,
      TaskOptions options) {
    TaskMessage message =
        TaskMessage.of(UUID.randomUUID().toString(), task.name(), args, kwargs)
            .expiringAt(options.expires());
    return submit(message, task.resultType(), false);
  }

  @Override
  public <R> List<@Nullable R> map(TaskRef<R> task, Collection<? extends @Nullable Object> items)
      throws InterruptedException {
    int slots = Math.max(1, queue().consumers());
    int chunks = Math.multiplyExact(4, slots);
    return map(task, items, Math.max(1, (items.size() + chunks - 1) / chunks));
  }

  @Override
  public <R> List<@Nullable R> map(
      TaskRef<R> task, Collection<? extends @Nullable Object> items, int chunkSize)
      throws InterruptedException {
    if (chunkSize < 1) {
      throw new IllegalArgumentException("chunkSize must be at least 1: " + chunkSize);
    }
    return new ChunkedMap<>(this, task, wire.mapper().getTypeFactory()).run(items, chunkSize);
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
