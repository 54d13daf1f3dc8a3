package dev.warren.worker.delivery;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.NoSuchQueueException;
import dev.warren.rabbit.PublishOutcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a message on behalf of a delivery until the broker has it.
 *
 * <p>While the delivery's channel lives that goes on for ever, and the unsettled delivery, which
 * keeps its place in the prefetch, is the back-pressure. Once the channel is dead the broker
 * delivers the task again; the message is then tried for {@link #AFTER_LOSS}, for the caller's
 * sake.
 */
final class UntilTaken {

  private static final Logger log = LoggerFactory.getLogger(UntilTaken.class);
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;
  private static final Duration AFTER_LOSS = Duration.ofSeconds(60);

  private final Delivery delivery;
  private final Supplier<CompletableFuture<PublishOutcome>> publish;
  private final @Nullable Runnable redeclare;
  private final @Nullable String mustExist;
  private final Duration afterLoss;
  private final ScheduledExecutorService timer;
  private final CompletableFuture<Void> taken = new CompletableFuture<>();
  private long pauseMillis = FIRST_PAUSE_MILLIS; // one attempt at a time
  private @Nullable Long lostSince; // as above; when the channel was first seen dead

  private UntilTaken(
      Delivery delivery,
      Supplier<CompletableFuture<PublishOutcome>> publish,
      @Nullable Runnable redeclare,
      @Nullable String mustExist,
      Duration afterLoss,
      ScheduledExecutorService timer) {
    this.delivery = delivery;
    this.publish = publish;
    this.redeclare = redeclare;
    this.mustExist = mustExist;
    this.afterLoss = afterLoss;
    this.timer = timer;
  }

  /**
   * A reply: without its queue nobody waits for it, and that is an end, too.
   *
   * @return completes when the broker has it or nobody wants it; exceptionally if it can never be
   *     written; not at all if the worker stops first
   */
  static CompletableFuture<Void> reply(
      Delivery delivery,
      Supplier<CompletableFuture<PublishOutcome>> publish,
      ScheduledExecutorService timer) {
    return new UntilTaken(delivery, publish, null, null, AFTER_LOSS, timer).start();
  }

  /**
   * A message that must not be lost: a queue that is gone is declared again.
   *
   * @param redeclare sees to it, in the background, that the queue is there
   * @return completes when the broker has it; exceptionally if it can never be written; not at all
   *     if the worker stops first
   */
  static CompletableFuture<Void> keep(
      Delivery delivery,
      Supplier<CompletableFuture<PublishOutcome>> publish,
      Runnable redeclare,
      ScheduledExecutorService timer) {
    return new UntilTaken(delivery, publish, redeclare, null, AFTER_LOSS, timer).start();
  }

  /**
   * As {@link #keep}, to a queue that others declare.
   *
   * @return as there; exceptionally, too, if there is no such queue
   */
  static CompletableFuture<Void> to(
      String queue,
      Delivery delivery,
      Supplier<CompletableFuture<PublishOutcome>> publish,
      ScheduledExecutorService timer) {
    return new UntilTaken(delivery, publish, null, queue, AFTER_LOSS, timer).start();
  }

  /**
   * As {@link #keep}, for a copy that is to take the delivery's place: it is not published once the
   * channel is dead, because the broker then delivers the task itself.
   */
  static CompletableFuture<Void> giveBack(
      Delivery delivery,
      Supplier<CompletableFuture<PublishOutcome>> publish,
      Runnable redeclare,
      ScheduledExecutorService timer) {
    return new UntilTaken(delivery, publish, redeclare, null, Duration.ZERO, timer).start();
  }

  private CompletableFuture<Void> start() {
    attempt();
    return taken;
  }

  private void attempt() {
    if (isLongLost()) {
      log.warn("gave up publishing after {}: the broker has delivered the task again", afterLoss);
      delivery.abandon();
      return;
    }
    publish.get().whenComplete(this::answered);
  }

  private void answered(@Nullable PublishOutcome outcome, @Nullable Throwable failure) {
    if (outcome == PublishOutcome.ACCEPTED) {
      taken.complete(null);
    } else if (failure != null && !(failure instanceof BrokerUnavailableException)) {
      taken.completeExceptionally(failure); // the message itself is wrong: trying again is no use
    } else if (outcome == PublishOutcome.UNROUTABLE && mustExist != null) {
      taken.completeExceptionally(new NoSuchQueueException(mustExist));
    } else if (outcome == PublishOutcome.UNROUTABLE && redeclare == null) {
      log.info("a reply finds no queue: its caller is gone");
      taken.complete(null);
    } else {
      if (outcome == PublishOutcome.UNROUTABLE && redeclare != null) {
        redeclare.run();
      }
      again();
    }
  }

  private void again() {
    try {
      timer.schedule(this::attempt, pauseMillis, TimeUnit.MILLISECONDS);
      pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    } catch (RejectedExecutionException e) {
      delivery.abandon(); // the worker stops; the broker delivers it again
    }
  }

  private boolean isLongLost() {
    if (delivery.isOpen()) {
      return false;
    }
    long now = System.nanoTime();
    if (lostSince == null) {
      lostSince = now;
    }
    return now - lostSince >= afterLoss.toNanos();
  }
}
