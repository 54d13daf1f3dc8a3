package dev.warren.worker.delivery;

import dev.warren.WarrenException.EncodingException;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.rabbit.Reason;
import dev.warren.rabbit.Topology;
import dev.warren.wire.Step;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a task for others: sends what follows it, and then its reply. Thread-safe; never
 * blocks.
 *
 * <ul>
 *   <li>U1: what follows is confirmed by the broker before the reply is sent, and that before the
 *       delivery is acked: a crash in between runs the task again, and sends what follows again,
 *       with the same ids.
 *   <li>U2: what goes to the queue that the task came from goes there ahead of new tasks, and past
 *       its bound: a full queue must not keep its own tasks from ending.
 *   <li>U3: the steps of a chain that will not run because one before them failed are answered,
 *       too.
 * </ul>
 */
final class FollowUps {

  private static final Logger log = LoggerFactory.getLogger(FollowUps.class);

  private final Broker broker;
  private final WireFormat wire;
  private final Replies replies;
  private final Set<String> ownQueues;
  private final Clock clock;
  private final ScheduledExecutorService timer;

  /**
   * @param ownQueues the task queues of this worker
   */
  FollowUps(
      Broker broker,
      WireFormat wire,
      Replies replies,
      Set<String> ownQueues,
      Clock clock,
      ScheduledExecutorService timer) {
    this.broker = broker;
    this.wire = wire;
    this.replies = replies;
    this.ownQueues = ownQueues;
    this.clock = clock;
    this.timer = timer;
  }

  /** The last word on a task; completes when the broker has all that is to be sent. */
  CompletableFuture<Void> end(Delivery delivery, TaskMessage task, Replies.News news) {
    if (!task.canvas().isFollowed()) {
      return replies.end(delivery, task, news);
    }
    return news.status() == TaskStatus.SUCCESS
        ? succeeded(delivery, task, news)
        : failed(delivery, task, news);
  }

  private CompletableFuture<Void> succeeded(
      Delivery delivery, TaskMessage task, Replies.News news) {
    List<CompletableFuture<Void>> sent = new ArrayList<>();
    try {
      List<Outgoing> all = encode(following(delivery, task).afterSuccess(news.result()));
      all.forEach(one -> sent.add(send(delivery, one)));
    } catch (EncodingException e) {
      TaskError error = new TaskError("ResultNotEncodable", String.valueOf(e.getMessage()), null);
      return failed(
          delivery, task, new Replies.News(TaskStatus.FAILURE, null, error, news.startedAt()));
    }
    return all(sent).thenCompose(done -> replies.end(delivery, task, news));
  }

  private CompletableFuture<Void> failed(Delivery delivery, TaskMessage task, Replies.News news) {
    Following following = following(delivery, task);
    List<CompletableFuture<Void>> sent = new ArrayList<>();
    for (Step step : following.neverRun()) {
      sent.add(replies.neverRun(delivery, step, news));
    }
    if (news.status() == TaskStatus.FAILURE) {
      encode(following.afterFailure()).forEach(one -> sent.add(send(delivery, one)));
    }
    return all(sent).thenCompose(done -> replies.end(delivery, task, news));
  }

  private Following following(Delivery delivery, TaskMessage task) {
    return new Following(task, delivery.queue(), clock.instant());
  }

  /** A task as it travels, and where. */
  private record Outgoing(String queue, TaskMessage task, WireMessage message) {}

  /** All of them, before the first is sent: either all of them follow, or none. */
  private List<Outgoing> encode(List<Following.Sending> sendings) {
    return sendings.stream()
        .map(one -> new Outgoing(one.queue(), one.task(), wire.writeTask(one.task())))
        .toList();
  }

  private CompletableFuture<Void> send(Delivery delivery, Outgoing one) {
    boolean isOwn = one.queue().equals(delivery.queue()) || ownQueues.contains(one.queue());
    String target = isOwn ? Topology.due(one.queue()) : one.queue();
    CompletableFuture<Void> sent =
        isOwn
            ? UntilTaken.keep(
                delivery, () -> publish(target, one), () -> broker.redeclare(one.queue()), timer)
            : UntilTaken.to(target, delivery, () -> publish(target, one), timer);
    return sent.exceptionallyCompose(failure -> notSent(delivery, one, failure));
  }

  private CompletableFuture<PublishOutcome> publish(String target, Outgoing one) {
    return broker
        .publisher()
        .publish(target, AmqpMessages.properties(one.message()), one.message().body());
  }

  /** Nobody else will ever tell its caller; nor those of the steps after it. */
  private CompletableFuture<Void> notSent(Delivery delivery, Outgoing one, Throwable failure) {
    String why = Reason.of(failure);
    log.warn("task {} {} cannot follow: {}", one.task().task(), one.task().id(), why);
    TaskError error = new TaskError("OperationalError", why, null);
    return failed(delivery, one.task(), new Replies.News(TaskStatus.FAILURE, null, error, null));
  }

  private static CompletableFuture<Void> all(List<CompletableFuture<Void>> sent) {
    return CompletableFuture.allOf(sent.toArray(CompletableFuture<?>[]::new));
  }
}
