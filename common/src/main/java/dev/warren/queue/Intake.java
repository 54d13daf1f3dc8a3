package dev.warren.queue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.warren.WarrenException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.Reason;
import dev.warren.rabbit.Topology;
import dev.warren.wire.Decoded;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Brings items from the broker to the calls that wait for them: the reading half of one end of a
 * queue. How it gets them is its subclasses' matter.
 *
 * <ul>
 *   <li>N1: an item leaves the queue only for a call that waits. One whose call has given up
 *       meanwhile is given back.
 *   <li>N2: "empty" is said to a call only after a look at the queue that began after the call.
 *   <li>N3: calls are served in the order of their arrival.
 *   <li>N4: while calls wait, what fails is tried again, for ever.
 * </ul>
 *
 * All but {@link #admit}, {@link #leave} and {@link #close} runs on the channel's thread.
 */
abstract class Intake<T> implements QueueChannel.Owner, AutoCloseable {

  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  private final ItemQueue queue;
  private final WireFormat wire;
  private final ItemQuarantine quarantine;
  private final QueueChannel channel;

  // The rest is the channel's thread's.
  private final Deque<Taker<T>> waiting = new ArrayDeque<>();
  private @Nullable ScheduledFuture<?> nextTry;
  private long pauseMillis = FIRST_PAUSE_MILLIS;

  Intake(Broker broker, ItemQueue queue, WireFormat wire) {
    this.queue = queue;
    this.wire = wire;
    this.quarantine = new ItemQuarantine(broker, queue);
    this.channel = new QueueChannel(broker.consuming(), queue.name(), this);
  }

  final ItemQueue queue() {
    return queue;
  }

  final QueueChannel channel() {
    return channel;
  }

  /** Lets a call wait; it must {@link #leave}. */
  final void admit(Taker<T> taker) {
    channel.register(taker);
    channel.post(
        () -> {
          waiting.addLast(taker);
          serve();
        });
  }

  /** A call has ended. */
  final void leave(Taker<T> taker) {
    channel.unregister(taker);
    channel.post(
        () -> {
          if (waiting.remove(taker)) {
            serve();
          }
        });
  }

  @Override
  public final void close() {
    channel.close();
  }

  // --- how it is done --------------------------------------------------------------------------

  /** Gets items for the calls that wait, and sees to it that those who still wait get theirs. */
  abstract void serve(Channel open) throws IOException;

  /** Nobody waits any more. */
  abstract void rest(Channel open) throws IOException;

  /** An item has left the queue. */
  abstract void received(ItemDelivery delivery);

  /** A call is about to get its item. */
  abstract void taken(ItemDelivery delivery, Taker<T> taker);

  /** Settles a delivery. */
  void settle(ItemDelivery delivery, boolean done) {
    if (done) {
      delivery.ack();
    } else {
      delivery.giveBack();
    }
  }

  @Override
  public void declare(Connection connection) throws IOException, TimeoutException {
    Topology.declareItemQueue(connection, queue.name(), queue.settings());
  }

  // --- calls that wait -------------------------------------------------------------------------

  final boolean someoneWaits() {
    return countWaiting() > 0;
  }

  final int countWaiting() {
    waiting.removeIf(Taker::isClaimed);
    return waiting.size();
  }

  /** The queue was found empty by a look that began after all who wait now had come. */
  final void sawNothing() {
    waiting.forEach(Taker::sawNothing);
  }

  /** Serves those who wait. */
  final void serve() {
    channel.attempt(
        () -> {
          Channel open = channel.openChannel();
          if (someoneWaits()) {
            serve(channel.channel());
            pauseMillis = FIRST_PAUSE_MILLIS;
          } else if (open != null) {
            rest(open);
          }
          return true;
        });
  }

  /** Serves those who wait after a while; asked twice, it is done once. */
  final void serveIn(long millis) {
    if (nextTry == null) {
      nextTry =
          channel.in(
              millis,
              () -> {
                nextTry = null;
                serve();
              });
    }
  }

  @Override
  public final void failed(@Nullable WarrenException refusal) {
    if (refusal != null) {
      waiting.forEach(taker -> taker.fail(refusal));
    } else if (someoneWaits()) {
      serveIn(pauseMillis);
      pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    }
  }

  // --- items -----------------------------------------------------------------------------------

  /** Gives an item to whoever waits longest, or back to the queue. */
  final void hand(ItemDelivery delivery, BasicProperties properties, byte[] body) {
    received(delivery);
    Taker<T> taker = claimFirst();
    if (taker == null) {
      settle(delivery, false);
      return;
    }
    Decoded<Optional<T>> decoded = wire.readItem(AmqpMessages.read(properties, body), queue.type());
    Optional<T> item = decoded.value();
    if (item == null) {
      quarantine
          .keep(properties, body, decoded)
          .whenComplete((kept, failure) -> refused(delivery, taker, decoded, failure));
    } else {
      taken(delivery, taker); // first: when the call returns, its item is out of the queue
      taker.give(item.orElse(null));
    }
  }

  private @Nullable Taker<T> claimFirst() {
    for (Taker<T> next = waiting.pollFirst(); next != null; next = waiting.pollFirst()) {
      if (next.claim()) {
        return next;
      }
    }
    return null;
  }

  /** Runs on any thread. */
  private void refused(
      ItemDelivery delivery, Taker<T> taker, Decoded<?> why, @Nullable Throwable failure) {
    channel.post(() -> settle(delivery, failure == null));
    String dead = Topology.dead(queue.name());
    String fate =
        failure == null
            ? "it is kept in '%s'".formatted(dead)
            : "it is still in the queue, because it could not be moved to '%s': %s"
                .formatted(dead, Reason.of(failure));
    taker.refuse(
        new EncodingException(
            "an item of queue '%s' is no %s: %s; %s"
                .formatted(queue.name(), queue.type().toCanonical(), why.detail(), fate),
            failure));
  }
}
