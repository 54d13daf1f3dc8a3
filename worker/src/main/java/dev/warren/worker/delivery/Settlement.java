package dev.warren.worker.delivery;

import dev.warren.rabbit.Topology;
import dev.warren.wire.Decoded;
import dev.warren.wire.OneLine;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import dev.warren.worker.HostName;
import dev.warren.worker.event.TaskEvents;
import dev.warren.worker.execute.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
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

  /** Header with what the attempts before have failed with. */
  private static final String ERRORS = "warren_errors";

  private static final int MOST_ERRORS = 5;
  private static final int LONGEST_ERROR = 300;
  private static final Duration FARTHEST = Duration.ofDays(90);

  private final Forwarding forwarding;
  private final Replies replies;
  private final FollowUps followUps;
  private final String worker;
  private final Duration unknownTaskTtl;
  private final int maxLostAttempts;
  private final Clock clock;
  private final TaskEvents events;

  Settlement(
      Forwarding forwarding,
      Replies replies,
      FollowUps followUps,
      String worker,
      Duration unknownTaskTtl,
      int maxLostAttempts,
      Clock clock,
      TaskEvents events) {
    this.events = events;
    this.forwarding = forwarding;
    this.replies = replies;
    this.followUps = followUps;
    this.worker = worker;
    this.unknownTaskTtl = unknownTaskTtl;
    this.maxLostAttempts = maxLostAttempts;
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
      case ABANDONED -> {
        events.ended(task, outcome, startedAt);
        forwarding.giveBack(delivery);
      }
      case LOST -> lost(delivery, task, outcome);
      case RETRY -> retry(delivery, task, outcome, startedAt);
      case GAVE_UP -> {
        log.info("task {} {} failed: {}", task.task(), task.id(), oneLine(outcome.error()));
        endKept(delivery, task, "retries-exhausted", outcome, startedAt);
      }
      case NOT_STARTED -> {
        log.warn("task {} {} is put off: {}", task.task(), task.id(), oneLine(outcome.error()));
        forwarding.giveBackForLater(delivery);
      }
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
    String reason = delivery.thrownOut();
    if (reason == null || reason.equals("maxlen")) {
      return false;
    }
    quarantine(delivery, reason, "the broker threw it out of '" + delivery.queue() + "'");
    return true;
  }

  private void quarantine(Delivery delivery, String code, String detail) {
    log.warn("a message of '{}' goes to quarantine: {}: {}", delivery.queue(), code, detail);
    events.rejected(String.valueOf(WireFormat.taskId(delivery.message())), false);
    ackAfter(
        delivery,
        keepDead(delivery, code, detail).thenCompose(kept -> replies.refuse(delivery, detail)));
  }

  /**
   * A task that does not run again, because its worker was lost too often: kept for an operator to
   * look at, and answered.
   */
  void workerLost(Delivery delivery, TaskMessage task, int times) {
    endLost(delivery, task, Outcome.workerLost(times));
  }

  private void endLost(Delivery delivery, TaskMessage task, Outcome outcome) {
    endKept(delivery, task, "worker-lost", outcome, null);
  }

  /** Kept for an operator to look at, and answered. */
  private void endKept(
      Delivery delivery,
      TaskMessage task,
      String code,
      Outcome outcome,
      @Nullable Instant startedAt) {
    String detail = oneLine(outcome.error());
    log.warn("task {} {} goes to quarantine: {}", task.task(), task.id(), detail);
    events.ended(task, outcome, startedAt);
    Replies.News news = new Replies.News(TaskStatus.FAILURE, null, outcome.error(), startedAt);
    ackAfter(
        delivery,
        keepDead(delivery, code, detail).thenCompose(kept -> followUps.end(delivery, task, news)));
  }

  /** A task whose moment is still to come: the broker holds it until then. */
  void delay(Delivery delivery, TaskMessage task, Instant eta) {
    log.debug("task {} {} is held until {}", task.task(), task.id(), eta);
    delivery.willComeAgain();
    ackAfter(delivery, forwarding.delay(delivery, until(eta), Map.of()));
  }

  /** A task that finds no place for its name right now: not all at once again. */
  void delayFor(Delivery delivery, Duration wait) {
    delivery.willComeAgain();
    long spread = ThreadLocalRandom.current().nextLong(Math.max(1, wait.toMillis() / 2));
    ackAfter(delivery, forwarding.delay(delivery, wait.plusMillis(spread), Map.of()));
  }

  /** The callback of a chord, which is looked at again after a while. */
  void delayChord(Delivery delivery, Duration wait, Map<String, Object> headers) {
    delivery.willComeAgain();
    ackAfter(delivery, forwarding.delay(delivery, wait, headers));
  }

  /**
   * It has failed, and runs again when the broker has held it for a while. Its caller is told
   * first: who does not know until when nothing is to be heard of it takes it for lost.
   */
  private void retry(
      Delivery delivery, TaskMessage task, Outcome outcome, @Nullable Instant startedAt) {
    Duration wait = outcome.retryAfter() == null ? Duration.ZERO : outcome.retryAfter();
    Instant eta = clock.instant().plus(wait);
    String error = oneLine(outcome.error());
    log.info("task {} {} failed, and runs again at {}: {}", task.task(), task.id(), eta, error);
    events.ended(task, outcome, startedAt);
    Replies.News news =
        new Replies.News(TaskStatus.RETRY, null, outcome.error(), startedAt).dueAt(eta);
    delivery.willComeAgain();
    Map<String, Object> headers = new LinkedHashMap<>();
    headers.put("retries", task.retries() + 1);
    headers.put("eta", WireFormat.moment(eta));
    headers.put(ERRORS, errors(delivery, error));
    ackAfter(
        delivery,
        replies
            .tell(delivery, task, news)
            .thenCompose(told -> forwarding.delay(delivery, until(eta), headers)));
  }

  /** Those of the last attempts, for whoever finds the message in quarantine. */
  private static List<String> errors(Delivery delivery, String latest) {
    List<String> errors = new ArrayList<>();
    if (delivery.message().headers().get(ERRORS) instanceof List<?> earlier) {
      earlier.forEach(one -> errors.add(cut(String.valueOf(one))));
    }
    errors.add(cut(latest));
    return errors.subList(Math.max(0, errors.size() - MOST_ERRORS), errors.size());
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_ERROR ? text : text.substring(0, LONGEST_ERROR) + "…";
  }

  private Duration until(Instant moment) {
    Instant now = clock.instant();
    Instant farthest = now.plus(FARTHEST); // whoever gets it then holds it once more
    return Duration.between(now, moment.isAfter(farthest) ? farthest : moment);
  }

  /** Its child was lost with it: another attempt, or the end. */
  private void lost(Delivery delivery, TaskMessage task, Outcome outcome) {
    int times = LostAttempts.of(delivery) + 1;
    if (times >= maxLostAttempts) {
      endLost(delivery, task, outcome.lostForGood(times));
    } else {
      log.warn("task {} {} runs again: {}", task.task(), task.id(), oneLine(outcome.error()));
      forwarding.giveBackLost(delivery);
    }
  }

  private CompletableFuture<Void> keepDead(Delivery delivery, String code, String detail) {
    Map<String, Object> why = new LinkedHashMap<>();
    why.put("x-warren-reason", code);
    why.put("x-warren-detail", detail);
    why.put("x-warren-queue", delivery.queue());
    why.put("x-warren-worker", worker);
    why.put("x-warren-host", HostName.get());
    why.put("x-warren-time", clock.instant().toString());
    return forwarding.keep(delivery, Topology.dead(delivery.queue()), why);
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
    events.ended(task, outcome, startedAt);
    ackAfter(
        delivery,
        followUps.end(
            delivery, task, new Replies.News(status, outcome.value(), outcome.error(), startedAt)));
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
    ackAfter(delivery, forwarding.keep(delivery, Topology.delay(delivery.queue()), header));
  }

  private static String oneLine(@Nullable TaskError error) {
    return error == null ? "" : OneLine.of(error.type() + ": " + error.message());
  }
}
