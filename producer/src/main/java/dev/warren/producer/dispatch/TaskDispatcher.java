package dev.warren.producer.dispatch;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.wire.TaskMessage;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Submits tasks. Thread-safe; never blocks.
 *
 * <ol>
 *   <li><b>I1</b> A task is in the store before it is published, so that no reply can come too
 *       early.
 *   <li><b>I2</b> A task that was certainly not taken is not in the store: rejected means not
 *       executed and no row left (G2).
 *   <li><b>I3</b> A task whose outcome is not known stays: its reply may come.
 * </ol>
 */
public final class TaskDispatcher {

  private final Supplier<Broker.State> broker;
  private final BiFunction<String, TaskMessage, CompletableFuture<PublishOutcome>> sender;
  private final Supplier<String> replyQueue;
  private final Consumer<String> missingQueue;
  private final TaskStore store;
  private final Clock clock;

  /**
   * @param sender sends one task to a queue, as {@link dev.warren.rabbit.TaskSender#send} does
   * @param replyQueue where workers answer
   * @param missingQueue sees to it, in the background, that a queue that is gone is declared again
   */
  public TaskDispatcher(
      Supplier<Broker.State> broker,
      BiFunction<String, TaskMessage, CompletableFuture<PublishOutcome>> sender,
      Supplier<String> replyQueue,
      Consumer<String> missingQueue,
      TaskStore store,
      Clock clock) {
    this.broker = broker;
    this.sender = sender;
    this.replyQueue = replyQueue;
    this.missingQueue = missingQueue;
    this.store = store;
    this.clock = clock;
  }

  /**
   * Submits one task, once.
   *
   * @return the broker's answer; or {@link BrokerUnavailableException}, {@link EncodingException}
   *     or {@link dev.warren.producer.store.StoreFullException}, which mean that the task was not
   *     taken. Completes on a thread that must not be blocked
   */
  public CompletableFuture<Dispatched> dispatch(NewTask task) {
    StoredTask row =
        StoredTask.queued(UUID.randomUUID(), task.task(), task.queue(), clock.instant());
    try {
      requireBroker();
      store.add(row);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    return send(task, row).handle((outcome, failure) -> settle(row, outcome, failure));
  }

  private CompletableFuture<PublishOutcome> send(NewTask task, StoredTask row) {
    try {
      TaskMessage message =
          TaskMessage.of(row.id().toString(), task.task(), task.args(), task.kwargs())
              .replyingTo(replyQueue.get())
              .expiringAt(task.expires())
              .trackingStart();
      return sender.apply(task.queue(), message);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Dispatched settle(
      StoredTask row, @Nullable PublishOutcome outcome, @Nullable Throwable failure) {
    if (failure != null || outcome == null) {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      if (cause instanceof BrokerUnavailableException || cause instanceof EncodingException) {
        store.remove(row.id());
      }
      throw new CompletionException(cause);
    }
    return switch (outcome) {
      case FULL -> {
        store.remove(row.id());
        yield new Dispatched(row, outcome);
      }
      case UNROUTABLE -> {
        store.remove(row.id());
        missingQueue.accept(row.queue());
        yield new Dispatched(row, outcome);
      }
      case ACCEPTED, UNKNOWN -> new Dispatched(store.find(row.id()).orElse(row), outcome);
    };
  }

  private void requireBroker() {
    switch (broker.get()) {
      case UP -> {}
      case DOWN ->
          throw new BrokerUnavailableException("the broker is not connected", (Throwable) null);
      case BLOCKED ->
          throw new BrokerUnavailableException("the broker is short of memory or disk", true);
    }
  }
}
