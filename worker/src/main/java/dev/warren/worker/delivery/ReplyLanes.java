package dev.warren.worker.delivery;

import dev.warren.rabbit.PublishOutcome;
import dev.warren.wire.ReplyBundle;
import dev.warren.wire.WireMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/**
 * Sends replies to callers who understand several in one message: those that become ready while
 * some before them are not confirmed go together. So a reply waits for no other task, and the fewer
 * messages the broker has time for, the more each of them carries. Thread-safe; never blocks.
 *
 * <p>Each reply has its own outcome, which is that of its message. What waits here is bounded by
 * the prefetch: each belongs to an unsettled delivery.
 */
final class ReplyLanes {

  /** While fewer are unconfirmed, a reply goes at once. */
  static final int AT_ONCE = 4;

  private static final int MOST_REPLIES = 100;
  private static final int MOST_BYTES = 64 * 1024;

  /** Larger ones go alone: they would gain nothing. */
  private static final int LARGEST = 8 * 1024;

  /** Publishes a message to a queue. */
  private final BiFunction<String, WireMessage, CompletableFuture<PublishOutcome>> publisher;

  /** By queue; one is here as long as a message to it is not confirmed. */
  private final Map<String, Lane> lanes = new HashMap<>(); // guarded by this

  /** The replies to one queue. */
  private static final class Lane {
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private int unconfirmed;
  }

  private record Waiting(WireMessage reply, CompletableFuture<PublishOutcome> outcome) {}

  /**
   * @param publisher as {@link dev.warren.rabbit.ConfirmedPublisher#publish}
   */
  ReplyLanes(BiFunction<String, WireMessage, CompletableFuture<PublishOutcome>> publisher) {
    this.publisher = publisher;
  }

  /** Sends a reply to a queue, and tells what the broker said. */
  CompletableFuture<PublishOutcome> publish(String queue, WireMessage reply) {
    if (reply.body().length > LARGEST || !ReplyBundle.canHold(reply)) {
      return publisher.apply(queue, reply);
    }
    CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();
    Waiting waiting = new Waiting(reply, outcome);
    synchronized (this) {
      Lane lane = lanes.computeIfAbsent(queue, name -> new Lane());
      if (lane.unconfirmed >= AT_ONCE) {
        lane.waiting.add(waiting);
        return outcome;
      }
      lane.unconfirmed++;
    }
    send(queue, List.of(waiting));
    return outcome;
  }

  private void send(String queue, List<Waiting> some) {
    WireMessage message =
        some.size() == 1
            ? some.get(0).reply()
            : ReplyBundle.of(some.stream().map(Waiting::reply).toList());
    published(queue, message)
        .whenComplete(
            (outcome, failure) -> {
              sendNext(queue, some.size());
              for (Waiting one : some) {
                if (failure == null) {
                  one.outcome().complete(outcome);
                } else {
                  one.outcome().completeExceptionally(failure);
                }
              }
            });
  }

  /** Never throws: all that comes after would wait in the lane for ever. */
  private CompletableFuture<PublishOutcome> published(String queue, WireMessage message) {
    try {
      return publisher.apply(queue, message);
    } catch (Throwable e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * @param confirmed how many replies are not on their way any more
   */
  private void sendNext(String queue, int confirmed) {
    List<Waiting> some = new ArrayList<>();
    synchronized (this) {
      Lane lane = lanes.get(queue);
      lane.unconfirmed -= confirmed;
      if (lane.unconfirmed < AT_ONCE) {
        takeWaiting(lane, some);
        lane.unconfirmed += some.size();
      }
      if (lane.unconfirmed == 0) {
        lanes.remove(queue);
      }
    }
    if (!some.isEmpty()) {
      send(queue, some);
    }
  }

  private static void takeWaiting(Lane lane, List<Waiting> some) {
    int bytes = 0;
    while (!lane.waiting.isEmpty() && some.size() < MOST_REPLIES && bytes < MOST_BYTES) {
      Waiting next = lane.waiting.remove();
      bytes += next.reply().body().length;
      some.add(next);
    }
  }
}
