package dev.warren.worker.delivery;

import dev.warren.rabbit.Topology;
import dev.warren.wire.Decoded;
import dev.warren.wire.OneLine;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.TaskStatus;
import dev.warren.worker.execute.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends each delivery according to its outcome; the one place that decides between ack, give back
 * and quarantine. Everything here runs behind the slots and blocks none.
 *
 * <ul>
 *   <li>I2: the reply is confirmed before the delivery is acked. A crash in between runs the task
 *       again. A reply that is unroutable means that the caller is gone: ack.
 *   <li>I4: what cannot be understood goes to quarantine, confirmed, then is acked.
 * </ul>
 */
final class Settlement {

  private static final Logger log = LoggerFactory.getLogger(Settlement.class);

  private final Forwarding forwarding;
  private final Replies replies;
  private final String queue;
  private final String worker;
  private final Duration unknownTaskTtl;
  private final Clock clock;

  Settlement(
      Forwarding forwarding,
      Replies replies,
      String queue,
      String worker,
      Duration unknownTaskTtl,
      Clock clock) {
    this.forwarding = forwarding;
    this.replies = replies;
    this.queue = queue;
    this.worker = worker;
    this.unknownTaskTtl = unknownTaskTtl;
    this.clock = clock;
  }

  /**
   * A task that ran, or was refused.
   *
   * @param startedAt when it began to run; null if it did not
   */
  void settle(Delivery delivery, TaskMessage task, Outcome outcome, @Nullable Instant startedAt) {
    switch (outcome.kind()) {
      case SUCCEEDED -> end(delivery, task, TaskStatus.SUCCESS, outcome, startedAt);
      case FAILED -> {
        log.info("task {} {} failed: {}", task.task(), task.id(), oneLine(outcome.error()));
        end(delivery, task, TaskStatus.FAILURE, outcome, startedAt);
      }
      case EXPIRED, REVOKED -> end(delivery, task, TaskStatus.REVOKED, outcome, startedAt);
      case UNKNOWN_TASK -> putOff(delivery, task, outcome);
      case ABANDONED -> forwarding.giveBack(delivery);
    }
  }

  /**
   * A message that is no task: kept for an operator to look at, and answered if it says to whom.
   */
  void quarantine(Delivery delivery, Decoded<TaskMessage> undecodable) {
    Decoded.Reason reason = undecodable.reason();
    quarantine(
        delivery, reason == null ? "unknown" : reason.code(), String.valueOf(undecodable.detail()));
  }

  /**
   * Whether a delivery is one that the broker threw out of its queue: it is kept, as above, and not
   * run. But those for which there was no room in a full queue when the broker started again go on.
   */
  boolean keepsThrownOut(Delivery delivery) {
    String reason = delivery.thrownOutOf(queue);
    if (reason == null || reason.equals("maxlen")) {
      return false;
    }
    quarantine(delivery, reason, "the broker threw it out of '" + queue + "'");
    return true;
  }

  private void quarantine(Delivery delivery, String code, String detail) {
    log.warn("a message of '{}' goes to quarantine: {}: {}", queue, code, detail);
    ackAfter(
        delivery,
        keepDead(delivery, code, detail).thenCompose(kept -> replies.refuse(delivery, detail)));
  }

  /**
   * A task that does not run again, because its worker was lost too often: kept for an operator to
   * look at, and answered.
   */
  void workerLost(Delivery delivery, TaskMessage task, int times) {
    Outcome outcome = Outcome.workerLost(times);
    String detail = oneLine(outcome.error());
    log.warn("task {} {} goes to quarantine: {}", task.task(), task.id(), detail);
    Replies.News news = new Replies.News(TaskStatus.FAILURE, null, outcome.error(), null);
    ackAfter(
        delivery,
        keepDead(delivery, "worker-lost", detail)
            .thenCompose(kept -> replies.end(delivery, task, news)));
  }

  private CompletableFuture<Void> keepDead(Delivery delivery, String code, String detail) {
    Map<String, Object> why = new LinkedHashMap<>();
    why.put("x-warren-reason", code);
    why.put("x-warren-detail", detail);
    why.put("x-warren-queue", queue);
    why.put("x-warren-worker", worker);
    why.put("x-warren-time", clock.instant().toString());
    return forwarding.keep(delivery, Topology.dead(queue), why);
  }

  /** An ack once the broker has what must come first; an end in any case. */
  private static void ackAfter(Delivery delivery, CompletableFuture<Void> first) {
    first.whenComplete(
        (done, failure) -> {
          if (failure == null) {
            delivery.ack();
          } else {
            log.error("a delivery is given back, because what must come first failed", failure);
            delivery.giveBack();
          }
        });
  }

  private void end(
      Delivery delivery,
      TaskMessage task,
      TaskStatus status,
      Outcome outcome,
      @Nullable Instant startedAt) {
    replies
        .end(delivery, task, new Replies.News(status, outcome.value(), outcome.error(), startedAt))
        .thenRun(delivery::ack);
  }

  /** During a rolling deploy another worker may know the task: it comes back a little later. */
  private void putOff(Delivery delivery, TaskMessage task, Outcome outcome) {
    TaskError error = outcome.error();
    String message = error == null ? "" : error.message();
    Instant now = clock.instant();
    Instant told = task.unknownSince(); // by a header, which anybody can write
    Instant since = told == null || told.isAfter(now) ? now : told;
    if (!now.isBefore(since.plus(unknownTaskTtl))) {
      log.warn("task {} {} fails: {}", task.task(), task.id(), message);
      end(delivery, task, TaskStatus.FAILURE, outcome, null);
      return;
    }
    if (since.equals(now)) {
      log.warn(
          "task {} {} is put off for up to {} s: {}",
          task.task(),
          task.id(),
          unknownTaskTtl.toSeconds(),
          message);
      replies.announce(delivery, task, new Replies.News(TaskStatus.RETRY, null, error, null));
    }
    delivery.willComeAgain();
    Map<String, Object> header = Map.of("warren_unknown_since", since.toString());
    ackAfter(delivery, forwarding.keep(delivery, Topology.delay(queue), header));
  }

  private static String oneLine(@Nullable TaskError error) {
    return error == null ? "" : OneLine.of(error.type() + ": " + error.message());
  }
}
