package dev.warren.worker.delivery;

import dev.warren.rabbit.Broker;
import dev.warren.rabbit.ChordReplies;
import dev.warren.rabbit.Threads;
import dev.warren.wire.Canvas;
import dev.warren.wire.ChordMessage;
import dev.warren.wire.Decoded;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import dev.warren.worker.execute.Outcome;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * The callbacks of chords: each waits in the broker's delay levels, is looked at now and then, and
 * is called once the results of all tasks before it are there. Thread-safe.
 *
 * <ul>
 *   <li>C1: a callback runs only while its worker holds the results, which the broker gives to one
 *       at a time. It counts as any other task for what becomes of it when its worker is lost.
 *   <li>C2: the results are deleted after its reply is confirmed, and its delivery acked: a second
 *       message for it, as a crash can leave one, finds them taken or gone, and never runs it.
 * </ul>
 */
final class Chords {

  private static final Logger log = LoggerFactory.getLogger(Chords.class);

  /** Header that counts how often it was looked at. */
  private static final String LOOKS = "warren_chord_looks";

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

  /** As long as whoever let a task go still answers for it: see {@link Holdings}. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

  private static final int MOST_NAMED = 3;

  private final Broker broker;
  private final WireFormat wire;
  private final Settlement settlement;
  private final Forwarding forwarding;
  private final Replies replies;
  private final Clock clock;

  Chords(
      Broker broker,
      WireFormat wire,
      Settlement settlement,
      Forwarding forwarding,
      Replies replies,
      Clock clock) {
    this.broker = broker;
    this.wire = wire;
    this.settlement = settlement;
    this.forwarding = forwarding;
    this.replies = replies;
    this.clock = clock;
  }

  /**
   * The task to run for a delivery: the same, unless it stands for a chord's callback. Blocks for a
   * few calls to the broker for such a one.
   *
   * @return null if there is nothing to run now; the delivery is settled then, or will be
   */
  @Nullable TaskMessage resolve(Delivery delivery, TaskMessage task) {
    if (!ChordMessage.is(task)) {
      return task;
    }
    Decoded<ChordMessage> decoded = ChordMessage.read(task);
    ChordMessage chord = decoded.value();
    if (chord == null || !ChordReplies.isOne(chord.queue())) {
      settlement.quarantine(
          delivery, Decoded.failed(Decoded.Reason.BAD_SHAPE, String.valueOf(decoded.detail())));
      return null;
    }
    try {
      return resolve(delivery, task, chord);
    } catch (IOException | TimeoutException | RuntimeException e) {
      log.info("the results of chord {} cannot be looked at yet: {}", task.id(), e.toString());
      wait(delivery);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      forwarding.giveBack(delivery);
    }
    return null;
  }

  private @Nullable TaskMessage resolve(Delivery delivery, TaskMessage task, ChordMessage chord)
      throws IOException, TimeoutException, InterruptedException {
    ChordReplies found =
        ChordReplies.take(
            broker.consuming().connection(),
            wire,
            chord.queue(),
            chord.parts(),
            broker.settings().maxMessageBytes());
    switch (found.state()) {
      case GONE -> {
        // Its caller has its reply, and ignores this one; what follows it has been sent.
        log.info("chord {} has ended already, or its results have expired", task.id());
        Outcome gone = Outcome.chordFailed("its results are gone: it has run already, or expired");
        settlement.settle(delivery, task.in(Canvas.NONE), gone, null);
        return null;
      }
      case TOO_LARGE -> {
        return fail(
            delivery,
            task,
            chord,
            "its results have together more bytes than warren.max-message-bytes allows (%d)"
                .formatted(broker.settings().maxMessageBytes()));
      }
      case TAKEN, WAITING -> {
        return await(delivery, task, chord, found);
      }
      default -> {
        return call(delivery, task, chord, found);
      }
    }
  }

  private @Nullable TaskMessage await(
      Delivery delivery, TaskMessage task, ChordMessage chord, ChordReplies found) {
    Instant now = clock.instant();
    if (found.state() == ChordReplies.State.WAITING && !now.isBefore(chord.until())) {
      return fail(
          delivery,
          task,
          chord,
          "%d of its %d tasks had not ended at %s"
              .formatted(
                  chord.parts().size() - found.ready(), chord.parts().size(), chord.until()));
    }
    if (found.ready() > 0) {
      Map<String, Integer> progress =
          Map.of("current", found.ready(), "total", chord.parts().size());
      replies.announce(delivery, task, new Replies.News(TaskStatus.PROGRESS, progress, null, null));
    }
    wait(delivery);
    return null;
  }

  private void wait(Delivery delivery) {
    Object told = delivery.message().headers().get(LOOKS);
    int looks = told instanceof Number number ? Math.max(0, Math.min(30, number.intValue())) : 0;
    Duration longer = FIRST_PAUSE.multipliedBy(1L + looks / 2);
    settlement.delayChord(
        delivery,
        longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE,
        Map.of(LOOKS, looks + 1));
  }

  private @Nullable TaskMessage call(
      Delivery delivery, TaskMessage task, ChordMessage chord, ChordReplies found) {
    List<JsonNode> results = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < chord.parts().size(); i++) {
      ReplyMessage reply = found.reply(chord.parts().get(i));
      if (reply == null || reply.status() != TaskStatus.SUCCESS) {
        failures.add(told(i, chord.parts().get(i), reply == null ? null : reply.error()));
      } else {
        results.add(reply.result() instanceof JsonNode value ? value : NullNode.getInstance());
      }
    }
    if (!failures.isEmpty()) {
      found.close();
      String named = String.join("; ", failures.subList(0, Math.min(MOST_NAMED, failures.size())));
      return fail(
          delivery,
          task,
          chord,
          "%d of its %d tasks failed: %s%s"
              .formatted(
                  failures.size(),
                  chord.parts().size(),
                  named,
                  failures.size() > MOST_NAMED ? "; …" : ""));
    }
    whenEnded(
        delivery,
        () -> {
          if (!delivery.comesAgain()) {
            delete(chord.queue());
          }
          found.close();
        });
    return chord.call(task, results);
  }

  private static String told(int place, String id, @Nullable TaskError error) {
    return "number %d (%s)%s"
        .formatted(
            place, id, error == null ? "" : " with " + error.type() + ": " + error.message());
  }

  private @Nullable TaskMessage fail(
      Delivery delivery, TaskMessage task, ChordMessage chord, String why) {
    whenEnded(delivery, () -> delete(chord.queue()));
    settlement.settle(delivery, task, Outcome.chordFailed(why), null);
    return null;
  }

  /** A callback that ends without having been called: it was revoked, or has expired. */
  void endedUncalled(Delivery delivery, TaskMessage task) {
    ChordMessage chord = ChordMessage.is(task) ? ChordMessage.read(task).value() : null;
    if (chord != null && ChordReplies.isOne(chord.queue())) {
      whenEnded(delivery, () -> delete(chord.queue()));
    }
  }

  /** On a thread of its own, because it waits for the broker. */
  private static void whenEnded(Delivery delivery, Runnable action) {
    delivery
        .done()
        .whenComplete((done, failure) -> Threads.named("warren-chord").newThread(action).start());
  }

  private void delete(String queue) {
    try {
      ChordReplies.delete(broker.consuming().connection(), queue);
    } catch (IOException | TimeoutException | RuntimeException e) {
      log.info("queue '{}' stays until it expires: {}", queue, e.toString());
    }
  }
}
