package dev.warren.worker.delivery;

import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.rabbit.Reason;
import dev.warren.rabbit.Topology;
import dev.warren.wire.WireFormat;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the message of a delivery on, as it came, to its task queue or one beside it. Thread-safe;
 * never blocks.
 *
 * <p>That is also how a task is given back: as a copy, acked once the broker has it. A requeue
 * would mark the message as redelivered, as the loss of a worker does, and an innocent task would
 * be charged for it (see {@link LostAttempts}). For the same reason:
 *
 * <ul>
 *   <li>F1: a task that is given back and was redelivered counts one lost attempt more, because its
 *       copy is not redelivered any more.
 *   <li>F2: giving back, and offering, ends with the delivery's channel: the broker then delivers
 *       the task itself, and a copy would be a second one.
 * </ul>
 */
final class Forwarding {

  private static final Logger log = LoggerFactory.getLogger(Forwarding.class);

  private final Broker broker;
  private final ScheduledExecutorService timer;

  Forwarding(Broker broker, ScheduledExecutorService timer) {
    this.broker = broker;
    this.timer = timer;
  }

  /** A task that is due at once, ahead of new ones, to any worker. */
  void giveBack(Delivery delivery) {
    giveBack(delivery, Topology.due(delivery.queue()), charge(delivery));
  }

  /** A task that is to come back in a moment, to any worker. */
  void giveBackForLater(Delivery delivery) {
    giveBack(delivery, Topology.delay(delivery.queue()), charge(delivery));
  }

  /** A task that is due at once, to any worker, and was lost once more. */
  void giveBackLost(Delivery delivery) {
    Map<String, Object> headers = new LinkedHashMap<>();
    headers.put(WireFormat.LOST_ATTEMPTS, LostAttempts.of(delivery) + 1);
    giveBack(delivery, Topology.due(delivery.queue()), headers);
  }

  /**
   * Offers a task that waits to other workers, on the queue it came from, whose bound is kept. An
   * idle worker gets it before this one can, because this one's prefetch is full until the ack.
   *
   * @return completes with whether it is given back, and not ours any more
   */
  CompletableFuture<Boolean> offer(Delivery delivery) {
    if (!delivery.isOpen()) {
      delivery.abandon();
      return CompletableFuture.completedFuture(true);
    }
    if (!canBeCopied(delivery)) {
      return CompletableFuture.completedFuture(false);
    }
    Map<String, Object> headers = charge(delivery);
    headers.put(Delivery.OFFERS, delivery.offers() + 1);
    return publish(delivery, delivery.source(), headers)
        .handle(
            (outcome, failure) -> {
              boolean isTaken = outcome == PublishOutcome.ACCEPTED;
              if (isTaken) {
                delivery.willComeAgain();
                delivery.ack();
              }
              return isTaken;
            });
  }

  /**
   * As {@link #keep}, for a copy that is to come back when a delay is over, or a little later.
   * Where this user of the broker may not use the delay levels it comes back in a moment, to be
   * delayed again.
   */
  CompletableFuture<Void> delay(Delivery delivery, Duration delay, Map<String, Object> headers) {
    long dueAt = System.nanoTime() + delay.toNanos();
    return hold(delivery, dueAt, headers)
        .exceptionallyCompose(
            failure -> {
              log.error(
                  "a task cannot be delayed, and is looked at again every other second: {}",
                  Reason.of(failure));
              return keep(delivery, Topology.delay(delivery.queue()), headers);
            });
  }

  private CompletableFuture<Void> hold(Delivery delivery, long dueAt, Map<String, Object> headers) {
    return UntilTaken.keep(
        delivery,
        () ->
            broker
                .delays()
                .publish(
                    delivery.queue(),
                    Duration.ofNanos(dueAt - System.nanoTime()),
                    delivery.copy(headers),
                    delivery.message().body()),
        () -> broker.redeclare(delivery.queue()),
        timer);
  }

  /**
   * Publishes a copy that must not be lost, with some headers added; settles nothing.
   *
   * @return completes when the broker has it; exceptionally if it can never be written; not at all
   *     if the worker stops first
   */
  CompletableFuture<Void> keep(Delivery delivery, String target, Map<String, Object> headers) {
    return UntilTaken.keep(
        delivery,
        () -> publish(delivery, target, headers),
        () -> broker.redeclare(delivery.queue()),
        timer);
  }

  /** Whether a copy would be complete. What cannot be copied is given back as it is. */
  boolean canBeCopied(Delivery delivery) {
    return delivery.canBeCopied();
  }

  private void giveBack(Delivery delivery, String target, Map<String, Object> headers) {
    if (!canBeCopied(delivery)) {
      delivery.giveBack();
      return;
    }
    delivery.willComeAgain();
    UntilTaken.giveBack(
            delivery,
            () -> publish(delivery, target, headers),
            () -> broker.redeclare(delivery.queue()),
            timer)
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                delivery.ack();
              } else {
                log.error("a task is requeued, because it cannot be copied", failure);
                delivery.giveBack();
              }
            });
  }

  private static Map<String, Object> charge(Delivery delivery) {
    Map<String, Object> headers = new LinkedHashMap<>();
    if (delivery.isRedelivered()) {
      headers.put(WireFormat.LOST_ATTEMPTS, LostAttempts.of(delivery));
    }
    return headers;
  }

  private CompletableFuture<PublishOutcome> publish(
      Delivery delivery, String target, Map<String, Object> headers) {
    return broker.publisher().publish(target, delivery.copy(headers), delivery.message().body());
  }
}
