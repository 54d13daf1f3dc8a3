package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Connection;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes persistent, mandatory messages to queues and tells for each what the broker said, with
 * many in flight at once. Thread-safe; never blocks its caller.
 *
 * <ul>
 *   <li>C1: every publish that was admitted completes: with an outcome, or with {@link
 *       BrokerUnavailableException} if nothing of it was written.
 *   <li>C2: FULL is said only for a {@code basic.nack} that the broker sent. A channel that ends,
 *       or an answer that does not come in time, is UNKNOWN.
 *   <li>C3: one thread writes to the channel, the writer's: no caller ever waits for a socket.
 *   <li>C4: memory is bounded: past {@value #MOST_IN_FLIGHT} messages in flight none is admitted.
 *   <li>C5: that the broker takes no messages is known within about a second, also while nothing is
 *       published: an idle publisher sends an empty message to nowhere, which comes back.
 * </ul>
 *
 * Futures are completed on the connection's reader thread: what depends on them must not block.
 *
 * @see <a href="https://www.rabbitmq.com/docs/confirms">RabbitMQ: confirms</a>
 */
public final class ConfirmedPublisher implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ConfirmedPublisher.class);
  private static final int MOST_IN_FLIGHT = 200_000;

  /** Messages that are flushed at once. */
  private static final int MOST_TOGETHER = 64;

  private static final Duration SWEEP = Duration.ofMillis(250);

  /** The broker says that it is blocked only to those who publish; so an idle publisher asks. */
  private static final Duration PROBE = Duration.ofSeconds(1);

  /** What fits into a frame, less what is added here. */
  private static final int LARGEST_PROPERTIES = AmqpMessages.FRAME_MAX - 1_024;

  /** A queue that nobody declares: what is published to it comes back. */
  private static final String NOWHERE = "warren.nowhere";

  private final BrokerLink link;
  private final long confirmTimeoutNanos;
  private final BlockingQueue<Outgoing> toWrite = new LinkedBlockingQueue<>(MOST_IN_FLIGHT);
  private final Thread writer;
  private final ScheduledExecutorService sweeper = Threads.scheduler("warren-confirm-timeout");
  private final BrokerLink.Opener opener = this::open;

  /** Messages that were admitted and have no outcome yet. */
  private final AtomicInteger inFlight = new AtomicInteger();

  private volatile @Nullable ConfirmChannel channel; // written by the link's supervisor
  private volatile boolean closed;

  ConfirmedPublisher(BrokerLink link, Duration confirmTimeout) {
    this.link = link;
    this.confirmTimeoutNanos = confirmTimeout.toNanos();
    this.writer = Threads.named("warren-publisher").newThread(this::writeAll);
    writer.start();
    sweeper.scheduleWithFixedDelay(
        this::expire, SWEEP.toMillis(), SWEEP.toMillis(), TimeUnit.MILLISECONDS);
    sweeper.scheduleWithFixedDelay(
        this::probe, PROBE.toMillis(), PROBE.toMillis(), TimeUnit.MILLISECONDS);
    link.keepOpen(opener);
  }

  /**
   * Publishes one message to a queue, through the default exchange.
   *
   * @param properties delivery mode and message id are set here
   * @return what the broker said; or {@link BrokerUnavailableException} if the connection is down
   *     or blocked, at once, or the broker did not take the message off our hands in time; or
   *     {@link EncodingException} if the properties cannot be written, which never changes
   */
  public CompletableFuture<PublishOutcome> publish(
      String queue, BasicProperties properties, byte[] body) {
    return publish("", queue, properties, body);
  }

  /**
   * As above, through an exchange, which has to be there: else the broker closes the channel, and
   * the outcome of all that is in flight is unknown.
   */
  CompletableFuture<PublishOutcome> publish(
      String exchange, String routingKey, BasicProperties properties, byte[] body) {
    Outgoing message =
        new Outgoing(
            exchange, routingKey, properties, body, System.nanoTime() + confirmTimeoutNanos);
    inFlight.incrementAndGet();
    message.outcome().whenComplete((outcome, failure) -> inFlight.decrementAndGet());
    String blocked = link.blockedReason();
    EncodingException unwritable = unwritable(routingKey, properties);
    if (unwritable != null) {
      message.outcome().completeExceptionally(unwritable);
    } else if (blocked != null) {
      message.refuse("the broker takes no messages: " + blocked, true);
    } else if (closed || !isOpen()) {
      message.refuse("the broker cannot be reached", false);
    } else if (inFlight.get() > MOST_IN_FLIGHT || !toWrite.offer(message)) {
      message.refuse(MOST_IN_FLIGHT + " messages wait for the broker already", false);
    } else if (closed && message.claim()) {
      message.refuse("this connection was closed", false);
    }
    return message.outcome();
  }

  /**
   * Why these properties cannot go onto the wire, or null. Asked before, because a failure in the
   * middle of writing costs the channel, and with it the answers to all that is in flight.
   */
  private static @Nullable EncodingException unwritable(String queue, BasicProperties properties) {
    if (!AmqpMessages.fitsShortString(queue)) {
      return new EncodingException("a queue's name has at most 255 bytes", null);
    }
    if (AmqpMessages.surelyFits(properties, LARGEST_PROPERTIES)) {
      return null;
    }
    try {
      int size = AmqpMessages.size(properties);
      return size <= LARGEST_PROPERTIES
          ? null
          : new EncodingException(
              "the message's headers have %d bytes, more than %d"
                  .formatted(size, LARGEST_PROPERTIES),
              null);
    } catch (EncodingException e) {
      return e;
    }
  }

  /** Whether a message can be written right now. */
  boolean isOpen() {
    ConfirmChannel open = channel;
    return open != null && open.isOpen();
  }

  /** Admits no more; what has no outcome yet is UNKNOWN, or refused if it was not written. */
  @Override
  public void close() {
    closed = true;
    link.forget(opener);
    sweeper.shutdownNow();
    writer.interrupt();
    toWrite.stream()
        .filter(Outgoing::claim)
        .forEach(m -> m.refuse("this connection was closed", false));
    ConfirmChannel open = channel;
    if (open != null) {
      open.abandon("this connection was closed");
    }
  }

  // --- supervisor ------------------------------------------------------------------------------

  private void open(Connection connection) throws IOException, TimeoutException {
    BrokerLink.openChannel(
        connection,
        fresh -> {
          ConfirmChannel opened = new ConfirmChannel(fresh, this::lost);
          fresh.confirmSelect();
          channel = opened;
        });
  }

  /** The channel is of no use any more, while its connection may live. */
  private void lost() {
    if (!closed) {
      link.reopen(opener);
    }
  }

  // --- writer ----------------------------------------------------------------------------------

  private void writeAll() {
    while (!closed) {
      try {
        write(toWrite.take());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (Throwable e) {
        log.error("the publisher goes on after", e);
      }
    }
  }

  /** And with it those that wait behind it. What waits stays in the queue, where it is swept. */
  private void write(Outgoing first) {
    ConfirmChannel open = channel;
    if (open == null) {
      if (first.claim()) { // else its time ran out before it was written
        first.refuse("the broker cannot be reached", false);
      }
      return;
    }
    open.together(
        () -> {
          Outgoing next = first;
          for (int n = 1; next != null; n++) {
            if (next.claim()) {
              open.write(next);
            }
            next = n < MOST_TOGETHER ? toWrite.poll() : null;
          }
        });
  }

  // --- sweeper ---------------------------------------------------------------------------------

  private void expire() {
    try {
      long now = System.nanoTime();
      Outgoing next = toWrite.peek();
      while (next != null && next.isLate(now)) { // the queue is in order of deadlines
        if (next.claim()) {
          next.refuse("the broker takes no messages, its connection is stuck", false);
        }
        toWrite.remove(next); // or its body would stay in memory for as long as the writer is stuck
        next = toWrite.peek();
      }
      ConfirmChannel open = channel;
      if (open != null) {
        open.expire(now);
      }
    } catch (Throwable e) {
      log.error("the sweeper goes on after", e);
    }
  }

  private void probe() {
    if (inFlight.get() == 0 && link.isUp() && link.blockedReason() == null) {
      publish(NOWHERE, new BasicProperties(), new byte[0]);
    }
  }
}
