package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AMQP.Queue.DeclareOk;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warren.QueueType;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replies of the tasks of one chord, which wait in a queue of their own for the chord's
 * callback.
 *
 * <p>The queue is the chord's lock, too. Who has taken the replies is its only consumer, keeps them
 * unacked while the callback runs, and deletes the queue when that has ended for good. If it dies
 * before, the broker gives all of them to the next one; a second message for the same callback
 * finds the queue taken, or gone. Not thread-safe.
 */
public final class ChordReplies implements AutoCloseable {

  /** What was found. */
  public enum State {
    /** There is no such queue: the callback has run. */
    GONE,
    /** Somebody else has the replies. */
    TAKEN,
    /** Not all tasks have ended. */
    WAITING,
    /** All replies are here, and nobody else gets them until this is closed. */
    COMPLETE,
    /** They are larger than a message may be. */
    TOO_LARGE
  }

  /** How long the queue, and the replies in it, outlive their last use. */
  public static final Duration EXPIRY = Duration.ofDays(8);

  private static final Logger log = LoggerFactory.getLogger(ChordReplies.class);
  private static final Duration QUIET = Duration.ofSeconds(5);
  private static final String PREFIX = "warren.chord.";

  private final String queue;
  private final WireFormat wire;
  private final Set<String> parts;
  private final long maxBytes;
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final Map<String, ReplyMessage> replies = new HashMap<>();
  private @Nullable Channel channel; // null if the replies are not held
  private State state = State.WAITING;
  private int ready;

  /** A message, or with null the end of them. */
  private record Arrival(long tag, BasicProperties properties, byte @Nullable [] body) {}

  private ChordReplies(String queue, WireFormat wire, Set<String> parts, long maxBytes) {
    this.queue = queue;
    this.wire = wire;
    this.parts = parts;
    this.maxBytes = maxBytes;
  }

  /** A name for the queue of a new chord. */
  public static String newQueue() {
    return PREFIX + UUID.randomUUID();
  }

  /** Whether a queue is one of a chord. */
  public static boolean isOne(String queue) {
    return queue.startsWith(PREFIX);
  }

  /** Declares the queue of a new chord; it goes when nobody has used it for {@link #EXPIRY}. */
  public static void declare(Connection connection, String queue, @Nullable QueueType type)
      throws IOException, TimeoutException {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("x-queue-type", (type == null ? QueueType.CLASSIC : type).argument());
    arguments.put("x-expires", EXPIRY.toMillis());
    if (type == QueueType.QUORUM) {
      arguments.put("x-delivery-limit", 1_000_000_000); // each look gives back what is there
    }
    BrokerLink.openChannel(
            connection, fresh -> fresh.queueDeclare(queue, true, false, false, arguments))
        .close();
  }

  /**
   * Takes the replies, if all of them are there and nobody else has them. Blocks for a few calls to
   * the broker, and while the replies come.
   *
   * @param parts the ids of the chord's tasks
   * @param maxBytes the most that the replies may have together
   */
  public static ChordReplies take(
      Connection connection, WireFormat wire, String queue, List<String> parts, long maxBytes)
      throws IOException, TimeoutException, InterruptedException {
    ChordReplies replies = new ChordReplies(queue, wire, Set.copyOf(parts), maxBytes);
    replies.state = replies.look(connection);
    return replies;
  }

  private State look(Connection connection)
      throws IOException, TimeoutException, InterruptedException {
    AtomicReference<@Nullable DeclareOk> found = new AtomicReference<>();
    Channel fresh;
    try {
      fresh = BrokerLink.openChannel(connection, it -> found.set(it.queueDeclarePassive(queue)));
    } catch (IOException e) {
      if (Topology.isNotFound(e)) {
        return State.GONE;
      }
      throw e;
    }
    channel = fresh;
    State seen = State.WAITING;
    try {
      DeclareOk declared = found.get();
      ready = declared == null ? 0 : declared.getMessageCount();
      if (declared != null && declared.getConsumerCount() > 0) {
        seen = State.TAKEN;
      } else if (ready >= parts.size()) {
        seen = collect(fresh);
      }
      return seen;
    } finally {
      if (seen != State.COMPLETE) {
        giveBack();
      }
    }
  }

  private State collect(Channel fresh) throws IOException, InterruptedException {
    try {
      fresh.basicConsume(queue, false, "", false, true, Map.of(), new Collector(fresh));
    } catch (IOException e) {
      if (Topology.isRefused(e)) { // another one was faster
        return State.TAKEN;
      }
      throw e;
    }
    long bytes = 0;
    while (replies.size() < parts.size()) {
      Arrival next = arrivals.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS);
      if (next == null || next.body() == null) {
        return State.WAITING;
      }
      if (isNew(next)) {
        bytes += next.body().length;
      } else {
        fresh.basicAck(next.tag(), false);
      }
      if (bytes > maxBytes) {
        return State.TOO_LARGE;
      }
    }
    return State.COMPLETE;
  }

  /** Whether it is the end of a task whose end was not known. */
  private boolean isNew(Arrival arrival) {
    byte[] body = arrival.body();
    ReplyMessage reply =
        body == null ? null : wire.readReply(AmqpMessages.read(arrival.properties(), body)).value();
    return reply != null
        && reply.status().isTerminal()
        && parts.contains(reply.taskId())
        && replies.putIfAbsent(reply.taskId(), reply) == null;
  }

  /** What was found. */
  public State state() {
    return state;
  }

  /** How many messages waited; about as many tasks have ended. */
  public int ready() {
    return Math.min(ready, parts.size());
  }

  /** How a task ended, once all have; null for one that is not of this chord. */
  public @Nullable ReplyMessage reply(String id) {
    return replies.get(id);
  }

  /** The callback has ended for good: nobody needs the replies any more. Blocks for a few calls. */
  public static void delete(Connection connection, String queue)
      throws IOException, TimeoutException {
    BrokerLink.openChannel(connection, fresh -> fresh.queueDelete(queue)).close();
  }

  /** Gives the replies to whoever takes them next. Blocks for a call. */
  @Override
  public void close() {
    giveBack();
  }

  private void giveBack() {
    Channel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.abort();
      } catch (IOException | RuntimeException e) {
        log.debug("aborting a channel: {}", e.toString());
      }
    }
  }

  /** Runs on the channel's own thread. */
  private final class Collector extends DefaultConsumer {

    Collector(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      arrivals.add(new Arrival(envelope.getDeliveryTag(), properties, body));
    }

    @Override
    public void handleCancel(String consumerTag) {
      arrivals.add(new Arrival(0, new BasicProperties(), null));
    }

    @Override
    public void handleShutdownSignal(String consumerTag, ShutdownSignalException cause) {
      arrivals.add(new Arrival(0, new BasicProperties(), null));
    }
  }
}
