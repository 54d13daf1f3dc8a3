package dev.warren.worker.delivery;

import dev.warren.rabbit.AmqpMessages;
import dev.warren.rabbit.ConfirmedPublisher;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.rabbit.Topology;
import dev.warren.wire.OneLine;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.Step;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import dev.warren.worker.execute.ProgressReports;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells callers what becomes of their tasks. Thread-safe; never blocks. */
final class Replies {

  private static final Logger log = LoggerFactory.getLogger(Replies.class);

  private final ConfirmedPublisher publisher;
  private final ReplyLanes lanes;
  private final WireFormat wire;
  private final String worker;
  private final Set<String> tasksOwnQueues = ConcurrentHashMap.newKeySet();
  private final Clock clock;
  private final ScheduledExecutorService timer;

  Replies(
      ConfirmedPublisher publisher,
      WireFormat wire,
      Collection<String> queues,
      String worker,
      Clock clock,
      ScheduledExecutorService timer) {
    this.publisher = publisher;
    this.lanes = new ReplyLanes(this::publish);
    this.wire = wire;
    this.worker = worker;
    queues.forEach(this::forbid);
    this.clock = clock;
    this.timer = timer;
  }

  /** What happened to a task, as far as a reply tells it. */
  record News(
      TaskStatus status,
      @Nullable Object result,
      @Nullable TaskError error,
      @Nullable Instant startedAt,
      @Nullable Instant dueAt) {

    News(
        TaskStatus status,
        @Nullable Object result,
        @Nullable TaskError error,
        @Nullable Instant startedAt) {
      this(status, result, error, startedAt, null);
    }

    /** These news of a task that runs again at a moment. */
    News dueAt(Instant moment) {
      return new News(status, result, error, startedAt, moment);
    }
  }

  /** The last word on a task; completes when the broker has it, or when nobody wants it. */
  CompletableFuture<Void> end(Delivery delivery, TaskMessage task, News news) {
    String replyTo = replyTo(task);
    return replyTo == null
        ? CompletableFuture.completedFuture(null)
        : send(
            delivery,
            replyTo,
            message(delivery, task, news, clock.instant()),
            task.bundledReplies());
  }

  /**
   * The last word on a task that will not run, because the one that it was to follow has not
   * succeeded; completes as {@link #end} does.
   */
  CompletableFuture<Void> neverRun(Delivery delivery, Step step, News news) {
    String id = step.id();
    String replyTo = step.replyTo();
    if (id == null || replyTo == null || step.ignoreResult() || !isAllowed(replyTo)) {
      return CompletableFuture.completedFuture(null);
    }
    ReplyMessage reply =
        new ReplyMessage(id, news.status(), null, news.error(), worker, 0, null, clock.instant());
    return send(delivery, replyTo, encode(reply, id), false);
  }

  /** A word in between that must not be missed; completes as {@link #end} does. */
  CompletableFuture<Void> tell(Delivery delivery, TaskMessage task, News news) {
    String replyTo = replyTo(task);
    return replyTo == null
        ? CompletableFuture.completedFuture(null)
        : send(delivery, replyTo, message(delivery, task, news, null), false);
  }

  /** A word in between, which nothing waits for. */
  void announce(Delivery delivery, TaskMessage task, News news) {
    String replyTo = replyTo(task);
    if (replyTo != null) {
      publish(replyTo, message(delivery, task, news, null));
    }
  }

  /** Takes what a task that begins tells of its progress, and announces it. */
  ProgressReports progressOf(Delivery delivery, TaskMessage task, Instant startedAt) {
    return new ProgressReports(
        progress ->
            announce(
                delivery,
                task,
                new News(
                    TaskStatus.PROGRESS,
                    Map.of("current", progress.current(), "total", progress.total()),
                    null,
                    startedAt)),
        System::nanoTime,
        (pause, action) -> timer.schedule(action, pause.toNanos(), TimeUnit.NANOSECONDS));
  }

  private @Nullable String replyTo(TaskMessage task) {
    String replyTo = task.replyTo();
    return task.wantsReply() && replyTo != null && isAllowed(replyTo) ? replyTo : null;
  }

  private WireMessage message(
      Delivery delivery, TaskMessage task, News news, @Nullable Instant doneAt) {
    ReplyMessage reply =
        new ReplyMessage(
            task.id(),
            news.status(),
            news.result(),
            news.error(),
            worker,
            task.attempt(),
            news.startedAt(),
            doneAt,
            news.dueAt());
    return encode(reply, task.correlationId());
  }

  /** Tells the sender of a message that cannot be understood, if the message says who that is. */
  CompletableFuture<Void> refuse(Delivery delivery, String detail) {
    WireMessage refused = delivery.message();
    String id = WireFormat.taskId(refused);
    String replyTo = refused.replyTo();
    if (id == null || replyTo == null || replyTo.isEmpty() || !isAllowed(replyTo)) {
      return CompletableFuture.completedFuture(null);
    }
    TaskError error = new TaskError("InvalidTaskError", detail, null);
    ReplyMessage reply =
        new ReplyMessage(id, TaskStatus.FAILURE, null, error, worker, 0, null, clock.instant());
    String correlationId = refused.correlationId() == null ? id : refused.correlationId();
    return send(delivery, replyTo, encode(reply, correlationId), false);
  }

  /** A reply that can never be written ends like one that nobody waits for. */
  private CompletableFuture<Void> send(
      Delivery delivery, String replyTo, WireMessage message, boolean withOthers) {
    return UntilTaken.reply(
            delivery,
            () -> withOthers ? lanes.publish(replyTo, message) : publish(replyTo, message),
            timer)
        .exceptionally(
            failure -> {
              log.error("a reply cannot be sent", failure);
              return null;
            });
  }

  private CompletableFuture<PublishOutcome> publish(String queue, WireMessage message) {
    return publisher.publish(queue, AmqpMessages.properties(message), message.body());
  }

  private WireMessage encode(ReplyMessage reply, String correlationId) {
    return wire.writeReplyOrFailure(
        reply, AmqpMessages.fitsShortString(correlationId) ? correlationId : reply.taskId());
  }

  /** Tasks are in this queue. */
  void forbid(String queue) {
    tasksOwnQueues.addAll(
        List.of(queue, Topology.due(queue), Topology.delay(queue), Topology.dead(queue)));
  }

  /**
   * Nobody may have a reply sent to where tasks are: it would come back as a message that is none.
   */
  boolean isAllowed(String replyTo) {
    if (tasksOwnQueues.contains(replyTo) || !AmqpMessages.fitsShortString(replyTo)) {
      log.warn("no reply is sent to '{}', which is not a reply queue", OneLine.of(replyTo));
      return false;
    }
    return true;
  }
}
