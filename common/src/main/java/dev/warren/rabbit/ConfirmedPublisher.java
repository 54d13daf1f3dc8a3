package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warren.WarrenException.BrokerUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private static final Duration SWEEP = Duration.ofMillis(250);

  /** The broker says that it is blocked only to those who publish; so an idle publisher asks. */
  private static final Duration PROBE = Duration.ofSeconds(1);

  /** A queue that nobody declares: what is published to it comes back. */
  private static final String NOWHERE = "warren.nowhere";

  private final BrokerLink link;
  private final long confirmTimeoutNanos;
  private final BlockingQueue<Message> toWrite = new LinkedBlockingQueue<>(MOST_IN_FLIGHT);
  private final Thread writer;
  private final ScheduledExecutorService sweeper = Threads.scheduler("warren-confirm-timeout");
  private final BrokerLink.Opener opener = this::open;

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
   *     or blocked, at once, or the broker did not take the message off our hands in time
   */
  public CompletableFuture<PublishOutcome> publish(
      String queue, BasicProperties properties, byte[] body) {
    Message message = new Message(queue, properties, body, System.nanoTime() + confirmTimeoutNanos);
    inFlight.incrementAndGet();
    message.outcome.whenComplete((outcome, failure) -> inFlight.decrementAndGet());
    String blocked = link.blockedReason();
    ConfirmChannel open = channel;
    if (blocked != null) {
      message.refuse("the broker takes no messages: " + blocked, true);
    } else if (closed || open == null || !open.channel.isOpen()) {
      message.refuse("the broker cannot be reached", false);
    } else if (inFlight.get() > MOST_IN_FLIGHT || !toWrite.offer(message)) {
      message.refuse(MOST_IN_FLIGHT + " messages wait for the broker already", false);
    } else if (closed && message.claim()) {
      message.refuse("this connection was closed", false);
    }
    return message.outcome;
  }

  /** Messages that were admitted and have no outcome yet. */
  public int inFlight() {
    return inFlight.get();
  }

  /** Admits no more; what has no outcome yet is UNKNOWN, or refused if it was not written. */
  @Override
  public void close() {
    closed = true;
    link.forget(opener);
    sweeper.shutdownNow();
    writer.interrupt();
    toWrite.stream()
        .filter(Message::claim)
        .forEach(m -> m.refuse("this connection was closed", false));
    ConfirmChannel open = channel;
    if (open != null) {
      open.abandon("this connection was closed");
    }
  }

  // --- supervisor ------------------------------------------------------------------------------

  private void open(Connection connection) throws IOException {
    Channel fresh = connection.createChannel();
    if (fresh == null) {
      throw new IOException("the broker allows no more channels on this connection");
    }
    ConfirmChannel opened = new ConfirmChannel(fresh);
    fresh.confirmSelect();
    channel = opened;
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

  private void write(Message message) {
    ConfirmChannel open = channel;
    if (!message.claim()) {
      return; // its time ran out before it was written
    }
    if (open == null) {
      message.refuse("the broker cannot be reached", false);
      return;
    }
    open.write(message);
  }

  // --- sweeper ---------------------------------------------------------------------------------

  private void expire() {
    try {
      long now = System.nanoTime();
      for (Message message : toWrite) {
        if (message.deadlineNanos - now > 0) {
          break; // the queue is in order of deadlines
        }
        if (message.claim()) {
          message.refuse("the broker takes no messages, its connection is stuck", false);
        }
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
    if (inFlight() == 0 && link.isUp() && link.blockedReason() == null) {
      publish(NOWHERE, new BasicProperties(), new byte[0]);
    }
  }

  /** One channel in confirm mode, with the messages on it that have no answer yet. */
  private final class ConfirmChannel implements ConfirmListener {
    private final Channel channel;

    /** By sequence number; put by the writer, removed by whoever completes the message. */
    private final ConcurrentNavigableMap<Long, Message> unconfirmed = new ConcurrentSkipListMap<>();

    ConfirmChannel(Channel channel) {
      this.channel = channel;
      channel.addConfirmListener(this);
      channel.addReturnListener(this::returned);
      channel.addShutdownListener(this::lost);
    }

    /** Writer's thread. */
    void write(Message message) {
      long sequence = channel.getNextPublishSeqNo();
      BasicProperties properties =
          message.properties.builder().deliveryMode(2).messageId(Long.toString(sequence)).build();
      unconfirmed.put(sequence, message);
      try {
        channel.basicPublish("", message.queue, true, properties, message.body);
      } catch (AlreadyClosedException e) {
        unconfirmed.remove(sequence);
        message.refuse("the broker cannot be reached", false);
      } catch (IOException e) {
        message.complete(PublishOutcome.UNKNOWN);
      } catch (RuntimeException e) {
        // Nothing was written, but the client has counted the message: from here on its numbers
        // and the broker's differ, so this channel must not be used any more.
        unconfirmed.remove(sequence);
        message.outcome.completeExceptionally(e);
        abandon("a message could not be written: " + e.getMessage());
        abort();
        link.reopen(opener);
      }
      if (!channel.isOpen()) {
        abandon("the channel closed"); // it may have closed before this message was put
      }
    }

    private void abort() {
      try {
        channel.abort();
      } catch (IOException e) {
        log.debug("aborting a channel: {}", BrokerLink.reason(e));
      }
    }

    void expire(long now) {
      unconfirmed.forEach(
          (sequence, message) -> {
            if (message.deadlineNanos - now <= 0 && unconfirmed.remove(sequence, message)) {
              message.complete(PublishOutcome.UNKNOWN);
            }
          });
    }

    void abandon(String why) {
      int count = unconfirmed.size();
      if (count > 0) {
        log.warn("{}: {} publishes have no answer, their outcome is unknown", why, count);
      }
      unconfirmed.forEach(
          (sequence, message) -> {
            unconfirmed.remove(sequence);
            message.complete(PublishOutcome.UNKNOWN);
          });
    }

    // --- reader's thread; a return comes before the ack of the same message ---

    @Override
    public void handleAck(long sequence, boolean multiple) {
      answer(sequence, multiple, PublishOutcome.ACCEPTED);
    }

    @Override
    public void handleNack(long sequence, boolean multiple) {
      answer(sequence, multiple, PublishOutcome.FULL);
    }

    private void returned(Return unroutable) {
      Message message =
          unconfirmed.remove(Long.parseLong(unroutable.getProperties().getMessageId()));
      if (message != null) {
        message.complete(PublishOutcome.UNROUTABLE);
      }
    }

    private void answer(long sequence, boolean multiple, PublishOutcome outcome) {
      if (multiple) {
        var upTo = unconfirmed.headMap(sequence, true);
        for (var entry = upTo.pollFirstEntry(); entry != null; entry = upTo.pollFirstEntry()) {
          entry.getValue().complete(outcome);
        }
      } else {
        Message message = unconfirmed.remove(sequence);
        if (message != null) {
          message.complete(outcome);
        }
      }
    }

    private void lost(ShutdownSignalException cause) {
      abandon(BrokerLink.reason(cause));
      if (!closed && !cause.isHardError()) {
        link.reopen(opener);
      }
    }
  }

  /**
   * A message on its way. Whoever claims it decides its fate: the writer, who writes it, or the
   * sweeper, who says that it was not written. Never both.
   */
  private static final class Message {
    private final String queue;
    private final BasicProperties properties;
    private final byte[] body;
    private final long deadlineNanos;
    private final CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();
    private final AtomicBoolean claimed = new AtomicBoolean();

    Message(String queue, BasicProperties properties, byte[] body, long deadlineNanos) {
      this.queue = queue;
      this.properties = properties;
      this.body = body;
      this.deadlineNanos = deadlineNanos;
    }

    boolean claim() {
      return claimed.compareAndSet(false, true);
    }

    void complete(PublishOutcome answer) {
      try {
        outcome.complete(answer);
      } catch (RuntimeException e) {
        log.error("a dependent of a publish to {} failed", queue, e);
      }
    }

    void refuse(String why, boolean blocked) {
      outcome.completeExceptionally(new BrokerUnavailableException(why, blocked));
    }
  }
}
