package dev.warren.queue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.GetResponse;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.Topology;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes items that are held until they are done.
 *
 * <ul>
 *   <li>H1: whenever an item is held, this end consumes {@code <queue>.held}: it begins before the
 *       item leaves the queue, and ends {@link #LINGER} after the last item was acked, not earlier.
 *       Both are on one channel, so that they end together when this process dies.
 *   <li>H2: not for much longer either: calls that wait look at the queue's length first.
 *   <li>H3: memory is bounded by what the callers hold; of an item only its tag is kept.
 *   <li>H4: all is done when nobody consumes {@code <queue>.held} and, less than {@link #LINGER}
 *       before, nothing waited in the queue. What waited before was held in between, by ends that
 *       have not consumed for {@link #LINGER} now, so that it was acked, and what its holder had
 *       put by then waited as well. The exception is an end that has just died or closed: the two
 *       queues learn it one after the other, so that its items may be in neither for a moment.
 *       Therefore it is looked twice, some time apart.
 * </ul>
 *
 * AMQP tells of a queue only what waits in it and who consumes it, not what is held; hence the
 * second queue.
 */
final class HoldingIntake<T> extends Intake<T> {

  private static final Logger log = LoggerFactory.getLogger(HoldingIntake.class);

  /** How long an end that holds nothing any more says that it does. */
  static final Duration LINGER = Duration.ofMillis(50);

  private static final long FIRST_LOOK_MILLIS = 5;
  private static final long LONGEST_LOOK_MILLIS = 100;

  // All is the intake's thread's.
  private final Set<ItemDelivery> unsettled = new HashSet<>();
  private final Map<Thread, Deque<ItemDelivery>> held = new HashMap<>();
  private @Nullable Marker marker;
  private @Nullable ScheduledFuture<?> unmarking; // set while nothing is held but the marker is
  private long lookMillis = FIRST_LOOK_MILLIS;

  HoldingIntake(Broker broker, ItemQueue queue, WireFormat wire) {
    super(broker, queue, wire);
  }

  @Override
  public void declare(Connection connection) throws IOException, TimeoutException {
    super.declare(connection);
    Topology.declareHeld(connection, queue().name());
  }

  @Override
  void serve(Channel open) throws IOException {
    while (someoneWaits()) {
      GetResponse got = get(open);
      if (got == null) {
        sawNothing();
        break;
      }
      lookMillis = FIRST_LOOK_MILLIS;
      hand(new ItemDelivery(open, got.getEnvelope()), got.getProps(), got.getBody());
    }
    unmarkIfIdle();
    if (someoneWaits()) {
      serveIn(lookMillis);
      lookMillis = Math.min(LONGEST_LOOK_MILLIS, lookMillis * 2);
    }
  }

  private @Nullable GetResponse get(Channel open) throws IOException {
    if (marker == null) {
      if (open.messageCount(queue().name()) == 0) {
        return null;
      }
      mark(open);
    }
    return open.basicGet(queue().name(), false);
  }

  @Override
  void rest(Channel open) {
    lookMillis = FIRST_LOOK_MILLIS;
  }

  @Override
  void received(ItemDelivery delivery) {
    unsettled.add(delivery);
    stayMarked();
  }

  @Override
  void taken(ItemDelivery delivery, Taker<T> taker) {
    held.computeIfAbsent(taker.caller(), caller -> new ArrayDeque<>()).addLast(delivery);
  }

  @Override
  void settle(ItemDelivery delivery, boolean done) {
    if (unsettled.remove(delivery)) {
      super.settle(delivery, done);
      unmarkIfIdle();
    }
  }

  @Override
  public void lost() {
    marker = null;
    stayMarked();
    if (!unsettled.isEmpty()) {
      log.warn(
          "queue '{}': the channel is lost; {} items that were held go back and will come again",
          queue().name(),
          unsettled.size());
      unsettled.clear();
      held.keySet().removeIf(caller -> !caller.isAlive());
    }
  }

  /**
   * The item that a thread took first is done.
   *
   * @return false if it holds none
   */
  boolean done(Thread caller) {
    Deque<ItemDelivery> own = held.get(caller);
    if (own == null) {
      return false;
    }
    ItemDelivery delivery = own.removeFirst();
    if (own.isEmpty()) {
      held.remove(caller);
    }
    if (unsettled.contains(delivery) && delivery.isOpen()) {
      settle(delivery, true);
    } else {
      log.warn("queue '{}': an item is done that went back and comes again", queue().name());
    }
    return true;
  }

  /** Whether, at this look, no item waited and none was held by anyone (H4). */
  boolean isAllDone() throws IOException, TimeoutException {
    TimeLimit valid = TimeLimit.in(LINGER);
    Channel open = channel().channel();
    return open.messageCount(queue().name()) == 0
        && open.consumerCount(Topology.held(queue().name())) == 0
        && !valid.isOver();
  }

  private void mark(Channel open) throws IOException {
    Marker fresh = new Marker(open);
    fresh.tag = open.basicConsume(Topology.held(queue().name()), false, fresh);
    marker = fresh;
  }

  private void unmarkIfIdle() {
    if (marker != null && unsettled.isEmpty() && unmarking == null) {
      unmarking = channel().in(LINGER.toMillis(), this::unmark);
    }
  }

  private void stayMarked() {
    if (unmarking != null) {
      unmarking.cancel(false);
      unmarking = null;
    }
  }

  private void unmark() {
    Marker current = marker;
    unmarking = null;
    if (current != null && unsettled.isEmpty()) {
      channel()
          .attempt(
              () -> {
                current.getChannel().basicCancel(current.tag);
                marker = null;
                return true;
              });
    }
  }

  private void deleted(Marker gone) {
    if (gone == marker) {
      marker = null;
      channel()
          .attempt(
              () -> {
                Channel open = channel().channel();
                declare(open.getConnection());
                if (!unsettled.isEmpty()) {
                  mark(open);
                }
                return true;
              });
    }
  }

  /** Only its presence matters; a message that a stranger puts there stays there. */
  private final class Marker extends DefaultConsumer {

    private String tag = ""; // the intake's thread's; getConsumerTag() is known only later

    Marker(Channel channel) {
      super(channel);
    }

    /** Somebody deleted the queue. */
    @Override
    public void handleCancel(String consumerTag) {
      channel().post(() -> deleted(this));
    }
  }
}
