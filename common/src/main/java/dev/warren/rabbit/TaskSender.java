package dev.warren.rabbit;

import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.util.concurrent.CompletableFuture;

/** Writes tasks to their queues. Thread-safe; never blocks. */
public final class TaskSender {

  private final ConfirmedPublisher publisher;
  private final WireFormat wire;

  /** Sends over a broker's publishing connection. */
  public TaskSender(Broker broker, WireFormat wire) {
    this.publisher = broker.publisher();
    this.wire = wire;
  }

  /**
   * Sends one task, once.
   *
   * @return the broker's answer, as {@link ConfirmedPublisher#publish} gives it; or {@link
   *     dev.warren.WarrenException.EncodingException} if the task is not JSON or too large
   */
  public CompletableFuture<PublishOutcome> send(String queue, TaskMessage task) {
    try {
      WireMessage message = wire.writeTask(task);
      return send(queue, message);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Sends one task that is encoded already, as {@link #send(String, TaskMessage)}. */
  public CompletableFuture<PublishOutcome> send(String queue, WireMessage message) {
    return publisher.publish(queue, AmqpMessages.properties(message), message.body());
  }
}
