package dev.warren.worker.delivery;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import dev.warren.rabbit.Acks;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.rabbit.Republishing;
import dev.warren.rabbit.Topology;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message as it was delivered, and its only settlement (I1): acked or given back once, on the
 * channel it arrived on. If that channel is gone nothing is done, because the broker delivers the
 * message again. A delivery that is held for long may be moved to another one of the same message.
 * Thread-safe.
 */
final class Delivery implements Comparable<Delivery> {

  /** Header that counts how often a busy worker offered a task to others. */
  static final String OFFERS = "warren_offers";

  private static final Logger log = LoggerFactory.getLogger(Delivery.class);

  private static final Duration PATIENCE = Duration.ofMillis(500);
  private static final int MOST_DOUBLINGS = 4;

  private static final Comparator<Delivery> ORDER =
      Comparator.comparing((Delivery delivery) -> !delivery.due)
          .thenComparing(Comparator.comparingInt(Delivery::priority).reversed())
          .thenComparingLong(delivery -> delivery.arrival);

  private final boolean redelivered;
  private final BasicProperties properties;
  private final WireMessage message;
  private final String queue;
  private final boolean due;
  private final long arrival;
  private Hold hold; // guarded by this
  private boolean settled; // guarded by this
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile boolean comesAgain;
  private volatile @Nullable Instant begunAt;

  /** What the broker counts as unsettled, since a moment by {@link System#nanoTime}. */
  private record Hold(Channel channel, long tag, long since, Acks.@Nullable Ledger acks) {

    void ack() throws IOException {
      if (acks == null) {
        channel.basicAck(tag, false);
      } else {
        acks.ack(tag);
      }
    }

    void giveBack() throws IOException {
      if (acks == null) {
        channel.basicNack(tag, false, true);
      } else {
        acks.giveBack(tag);
      }
    }
  }

  /**
   * @param acks write its ack; null if it is to be written at once
   * @param queue the task queue that it belongs to
   * @param due it comes from its tasks that were put off, and goes ahead of new ones
   * @param arrival a number that grows with each delivery
   */
  Delivery(
      Channel channel,
      Acks.@Nullable Ledger acks,
      Envelope envelope,
      BasicProperties properties,
      byte[] body,
      String queue,
      boolean due,
      long arrival) {
    this.hold = new Hold(channel, envelope.getDeliveryTag(), System.nanoTime(), acks);
    this.redelivered = envelope.isRedeliver();
    this.properties = properties;
    this.message = AmqpMessages.read(properties, body);
    this.queue = queue;
    this.due = due;
    this.arrival = arrival;
  }

  WireMessage message() {
    return message;
  }

  BasicProperties properties() {
    return properties;
  }

  /** Properties for a copy, with some headers added. */
  BasicProperties copy(Map<String, Object> headers) {
    return Republishing.copy(properties, headers);
  }

  /** Whether a copy would be complete. */
  boolean canBeCopied() {
    return Republishing.keepsAll(properties);
  }

  /** The task queue that it belongs to, also if it was put off. */
  String queue() {
    return queue;
  }

  /** The queue that it came from. */
  String source() {
    return due ? Topology.due(queue) : queue;
  }

  /** Whether it comes from the tasks that were put off. */
  boolean isDue() {
    return due;
  }

  /** Whether the message was delivered before, on a channel that ended or requeued it. */
  boolean isRedelivered() {
    return redelivered;
  }

  /**
   * Why the broker threw it out of its task queue: {@code maxlen}, {@code expired}, {@code
   * rejected}; null if it did not.
   */
  @Nullable String thrownOut() {
    Map<?, ?> death = AmqpMessages.lastDeath(message);
    return death != null && queue.equals(String.valueOf(death.get("queue")))
        ? String.valueOf(death.get("reason"))
        : null;
  }

  /** Lost attempts that are counted in the message itself. */
  int lostAttempts() {
    return count(WireFormat.LOST_ATTEMPTS);
  }

  /** How often a busy worker offered it to others. */
  int offers() {
    return count(OFFERS);
  }

  /**
   * How long it waits for a slot before it is offered to others: twice as long each time it was
   * offered, up to 8 s, so that it does not go round among busy workers for nothing.
   */
  Duration patience() {
    return PATIENCE.multipliedBy(1L << Math.min(offers(), MOST_DOUBLINGS));
  }

  private int count(String header) { // which anybody can write
    return message.headers().get(header) instanceof Number n ? Math.max(0, n.intValue()) : 0;
  }

  /** Whether the delivery is still ours: its channel lives and it is not settled. */
  synchronized boolean isOpen() {
    return hold.channel().isOpen() && !settled;
  }

  /** Whether it is still ours, and has been unsettled for so long. */
  synchronized boolean isHeldFor(Duration time) {
    return isOpen() && System.nanoTime() - hold.since() >= time.toNanos();
  }

  /**
   * Another delivery of the same message takes its place, and this one is acked.
   *
   * @return false if this is not ours any more; the other one is then the caller's to settle
   */
  boolean moveTo(Channel channel, Envelope envelope) {
    Hold old;
    synchronized (this) {
      if (!isOpen()) {
        return false;
      }
      old = hold;
      hold = new Hold(channel, envelope.getDeliveryTag(), System.nanoTime(), null);
    }
    call(old, Hold::ack);
    return true;
  }

  /** Done with for good: the broker forgets it. */
  void ack() {
    settle(Hold::ack);
  }

  /** Its task begins to run. */
  void begins(Instant moment) {
    begunAt = moment;
  }

  /** When its task began to run; null if it has not. */
  @Nullable Instant begunAt() {
    return begunAt;
  }

  /** Whether its task runs, and has begun before a moment. */
  boolean hasRunSince(Instant moment) {
    Instant begun = begunAt;
    return begun != null && begun.isBefore(moment);
  }

  /** Its task goes round: it is acked without a reply, because another message goes on for it. */
  void willComeAgain() {
    comesAgain = true;
  }

  /** Whether its task comes again, to anybody, if this is settled. */
  boolean comesAgain() {
    return comesAgain;
  }

  /**
   * Not done: the broker delivers it again, to anybody, as redelivered. A task that did not run is
   * given back by {@link Forwarding}.
   */
  void giveBack() {
    willComeAgain();
    settle(Hold::giveBack);
  }

  /** Its channel is gone, and its work is over. */
  void abandon() {
    willComeAgain();
    settle(it -> {});
  }

  /** Completes when the delivery is settled. */
  CompletableFuture<Void> done() {
    return done;
  }

  /** What was put off goes first, then what has the higher priority, then what came first. */
  @Override
  public int compareTo(Delivery other) {
    return ORDER.compare(this, other);
  }

  private int priority() {
    Integer priority = properties.getPriority();
    return priority == null ? 0 : priority;
  }

  private void settle(Settling how) {
    Hold last;
    synchronized (this) {
      if (settled) {
        return;
      }
      settled = true;
      last = hold;
    }
    call(last, how);
    done.complete(null);
  }

  private static void call(Hold hold, Settling how) {
    try {
      if (hold.channel().isOpen()) {
        how.settle(hold);
      }
    } catch (IOException | AlreadyClosedException e) {
      log.debug("the channel closed before the settlement; the broker delivers again");
    }
  }

  @FunctionalInterface
  private interface Settling {
    void settle(Hold hold) throws IOException;
  }
}
