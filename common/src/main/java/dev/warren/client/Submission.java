package dev.warren.client;

import dev.warren.WarrenException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.NoSuchQueueException;
import dev.warren.WarrenException.OutcomeUnknownException;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.WarrenException.QueueFullException;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.rabbit.TaskSender;
import dev.warren.wire.WireMessage;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings one task to its queue: publishes it, and publishes the same task again while the broker is
 * away or its answer was lost, until it is accepted, definitely rejected, or time is up.
 *
 * <p>An answer that was lost may have been "accepted", so the task may be in the queue twice; it
 * then runs twice and its second reply is ignored. Steps run one after the other, on the thread
 * that brought the last answer or on the timer's.
 */
final class Submission {

  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  private final PendingResult<?> handle;
  private final String queue;
  private final boolean mayDeclare;
  private final WireMessage message;
  private final boolean waitForRoom;
  private final Broker broker;
  private final TaskSender sender;
  private final ScheduledExecutorService timer;
  private final long deadlineNanos;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private boolean maybeSent;

  /**
   * @param mayDeclare whether the queue is declared if there is none
   * @param waitForRoom whether a full queue is waited for, however long, instead of failing the
   *     handle
   */
  Submission(
      RabbitWarren warren,
      TaskSender sender,
      String queue,
      boolean mayDeclare,
      PendingResult<?> handle,
      WireMessage message,
      boolean waitForRoom) {
    this.handle = handle;
    this.queue = queue;
    this.mayDeclare = mayDeclare;
    this.message = message;
    this.waitForRoom = waitForRoom;
    this.broker = warren.broker();
    this.sender = sender;
    this.timer = warren.timer();
    this.deadlineNanos = System.nanoTime() + publishTimeout().toNanos();
  }

  void publish() {
    if (!handle.hasEnded()) {
      sender.send(queue, message).whenComplete(this::answered);
    }
  }

  private void answered(@Nullable PublishOutcome outcome, @Nullable Throwable failure) {
    if (outcome == null) {
      unavailable(failure);
      return;
    }
    switch (outcome) {
      case ACCEPTED -> handle.acceptedBy(queue);
      case FULL -> {
        if (waitForRoom) {
          again();
        } else {
          againOrFail(maybeSent ? unknown() : new QueueFullException(queue), maybeSent);
        }
      }
      case UNROUTABLE -> {
        if (mayDeclare) {
          broker.redeclare(queue);
        }
        againOrFail(maybeSent ? unknown() : new NoSuchQueueException(queue), mayDeclare);
      }
      case UNKNOWN -> {
        maybeSent = true;
        againOrFail(unknown(), true);
      }
    }
  }

  private void unavailable(@Nullable Throwable failure) {
    if (failure instanceof BrokerUnavailableException away) {
      againOrFail(maybeSent ? unknown() : away, true);
    } else {
      handle.fail(
          failure instanceof WarrenException known
              ? known
              : new WarrenException("the task could not be published", failure));
    }
  }

  private void againOrFail(WarrenException failure, boolean mayTryAgain) {
    if (mayTryAgain && System.nanoTime() - deadlineNanos < 0) {
      again();
    } else {
      handle.fail(failure);
    }
  }

  private void again() {
    try {
      timer.schedule(this::publish, pauseMillis, TimeUnit.MILLISECONDS);
      pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    } catch (RejectedExecutionException e) {
      handle.fail(new PoolClosedException("closed while task " + handle.id() + " was submitted"));
    }
  }

  private OutcomeUnknownException unknown() {
    return new OutcomeUnknownException(queue, publishTimeout());
  }

  private Duration publishTimeout() {
    return broker.settings().publishTimeout();
  }
}
