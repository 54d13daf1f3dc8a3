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
 * Sends replies to callers who understand several in one message: those that become ready while one
 * before them is not confirmed go together. So a reply waits for no other task, and the fewer
 * messages the broker has time for, the more each of them carries. Thread-safe; never blocks.
 *
 * <p>Each reply has its own outcome, which is that of its message. What waits here is bounded by
 * the prefetch: each belongs to an unsettled delivery.
 */
final class ReplyLanes {

  private static final int MOST_REPLIES = 100;
  private static final int MOST_BYTES = 64 * 1024;

  /** Larger ones go alone: they would gain nothing. */
  private static final int LARGEST = 8 * 1024;

  /** Publishes a message to a queue. */
  private final BiFunction<String, WireMessage, CompletableFuture<PublishOutcome>> publisher;

  /** What waits, by queue; a queue is here as long as a message to it is not confirmed. */
  private final Map<String, Deque<Waiting>> lanes = new HashMap<>(); // guarded by this

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
      Deque<Waiting> lane = lanes.get(queue);
      if (lane != null) {
        lane.add(waiting);
        return outcome;
      }
      lanes.put(queue, new ArrayDeque<>());
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
              sendNext(queue);
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

  private void sendNext(String queue) {
    List<Waiting> some = new ArrayList<>();
    synchronized (this) {
      Deque<Waiting> lane = lanes.getOrDefault(queue, new ArrayDeque<>());
      int bytes = 0;
      while (!lane.isEmpty() && some.size() < MOST_REPLIES && bytes < MOST_BYTES) {
        Waiting next = lane.remove();
        bytes += next.reply().body().length;
        some.add(next);
      }
      if (some.isEmpty()) {
        lanes.remove(queue);
      }
    }
    if (!some.isEmpty()) {
      send(queue, some);
    }
  }
}
