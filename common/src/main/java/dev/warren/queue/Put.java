package dev.warren.queue;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.WarrenException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.NoSuchQueueException;
import dev.warren.WarrenException.OutcomeUnknownException;
import dev.warren.WarrenException.QueueClosedException;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.wire.WireMessage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Brings one item to its queue, on its caller's thread: publishes it again while the queue is full
 * and there is time, and while the broker is away or its answer was lost. An answer that was lost
 * may have been "accepted", so the item may be in the queue twice.
 */
final class Put {

  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LONGEST_PAUSE_MILLIS = 200;

  private final ItemQueue queue;
  private final Broker broker;
  private final QueueChannel channel;
  private final CountDownLatch closed;
  private final BasicProperties properties;
  private final byte[] body;
  private final TimeLimit room;
  private TimeLimit trouble; // until when there must be a clear answer
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private boolean maybePut;
  private @Nullable CompletableFuture<PublishOutcome> published; // its answer is still to come

  /**
   * @param channel declares the queue again
   * @param closed counted down when the queue is closed
   * @param room until when a full queue is waited for
   */
  Put(
      Broker broker,
      ItemQueue queue,
      QueueChannel channel,
      CountDownLatch closed,
      WireMessage message,
      TimeLimit room) {
    this.broker = broker;
    this.queue = queue;
    this.channel = channel;
    this.closed = closed;
    this.properties = AmqpMessages.properties(message);
    this.body = message.body();
    this.room = room;
    this.trouble = TimeLimit.in(publishTimeout());
  }

  /**
   * Runs to the end. After an interrupt it can be run again, and goes on where it was.
   *
   * @return whether the queue took it; false if it was full until time was up
   */
  boolean run() throws InterruptedException {
    while (true) {
      WarrenException failure = null;
      try {
        switch (answer()) {
          case ACCEPTED -> {
            return true;
          }
          case FULL -> {
            trouble = TimeLimit.in(publishTimeout());
            if (room.isOver()) {
              return full();
            }
          }
          case UNROUTABLE -> {
            channel.redeclare();
            failure = new NoSuchQueueException(queue.name());
          }
          case UNKNOWN -> {
            maybePut = true;
            failure = unknown();
          }
        }
      } catch (BrokerUnavailableException e) {
        failure = e;
      }
      if (failure != null && trouble.isOver()) {
        throw maybePut ? unknown() : failure;
      }
      pause(failure == null ? room : trouble);
    }
  }

  private PublishOutcome answer() throws InterruptedException {
    CompletableFuture<PublishOutcome> answer = published;
    if (answer == null) {
      requireOpen();
      answer = broker.publisher().publish(queue.name(), properties, body);
      published = answer;
    }
    try {
      PublishOutcome outcome = Waits.get(answer, TimeLimit.NONE); // the publisher sets the limit
      published = null;
      return outcome;
    } catch (TimeoutException e) {
      throw new AssertionError("a wait without a limit", e);
    } catch (WarrenException e) {
      published = null;
      throw e;
    }
  }

  /** What is full may be so because of this very item. */
  private boolean full() {
    if (maybePut) {
      throw unknown();
    }
    return false;
  }

  private void pause(TimeLimit limit) throws InterruptedException {
    long nanos = Math.min(TimeUnit.MILLISECONDS.toNanos(pauseMillis), Math.max(0, limit.left()));
    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    if (closed.await(nanos, TimeUnit.NANOSECONDS)) {
      requireOpen();
    }
  }

  private void requireOpen() {
    if (closed.getCount() == 0) {
      throw new QueueClosedException(queue.name());
    }
  }

  private OutcomeUnknownException unknown() {
    return new OutcomeUnknownException(queue.name(), publishTimeout());
  }

  private Duration publishTimeout() {
    return broker.settings().publishTimeout();
  }
}
