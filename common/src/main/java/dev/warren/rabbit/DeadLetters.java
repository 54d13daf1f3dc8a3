package dev.warren.rabbit;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import dev.warren.QueueType;
import dev.warren.WarrenException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.NoSuchQueueException;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks into a queue's quarantine, {@code <queue>.dead}, and takes messages out of it. Thread-safe;
 * every method blocks for the broker, {@link #PATIENCE} and a few calls at most.
 *
 * <ol>
 *   <li><b>I1</b> A message is acked only when it is to be dropped, or when the broker has
 *       confirmed its copy: a crash leaves two of it rather than none.
 *   <li><b>I2</b> Whatever else was looked at is given back, in its order (of a quorum queue with
 *       more than {@value #MOST} messages, behind the others). The broker marks it as redelivered,
 *       which means nothing here: what leaves the quarantine is a new message.
 *   <li><b>I3</b> One call at a time is at a queue's quarantine in this process. What another
 *       process holds meanwhile is not seen.
 * </ol>
 */
public final class DeadLetters {

  /** How many messages a call looks at, from the oldest one on. */
  public static final int MOST = 10_000;

  /** After this long a call ends with what it has. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration AFTERGLOW = Duration.ofSeconds(2);
  private static final Duration ASK_AGAIN = Duration.ofMillis(20);
  private static final int BATCH = 100;
  private static final int BATCH_BYTES = 8 * 1024 * 1024;
  private static final int KEY_BYTES = 16;

  /** What the broker counts by itself, and so would change a message's key. */
  private static final Set<String> COUNTERS = Set.of("x-delivery-count", "x-acquired-count");

  private final Broker broker;
  private final Set<String> busy = ConcurrentHashMap.newKeySet();

  /** For one broker. */
  public DeadLetters(Broker broker) {
    this.broker = broker;
  }

  /** Somebody else is at this quarantine. */
  public static final class BusyException extends WarrenException {
    private static final long serialVersionUID = 1L;

    BusyException(String message) {
      super(message);
    }
  }

  /**
   * What a call did with many messages.
   *
   * @param messages how many it requeued, or dropped
   * @param left how many are still there
   * @param failure why it did not go on, or null
   */
  public record Moved(int messages, long left, @Nullable WarrenException failure) {}

  /**
   * The oldest messages, the oldest one first.
   *
   * @param limit at most so many; at most {@link #MOST}
   * @param bodyBytes at most so much of each body
   * @throws BusyException if somebody else is at it
   * @throws NoSuchQueueException if there is no such quarantine
   * @throws BrokerUnavailableException if the broker does not answer
   */
  public List<DeadLetter> list(String queue, int limit, int bodyBytes) {
    return browse(
        queue,
        look -> {
          List<DeadLetter> found = new ArrayList<>();
          for (GetResponse next = look.next(); next != null; next = look.next()) {
            found.add(letter(next, bodyBytes));
            if (found.size() >= limit) {
              break;
            }
          }
          return found;
        });
  }

  /**
   * One message; null if it is not among the first {@link #MOST}. Throws as {@link #list}.
   *
   * @param bodyBytes at most so much of its body
   */
  public @Nullable DeadLetter find(String queue, String key, int bodyBytes) {
    return browse(
        queue,
        look -> {
          GetResponse found = look.find(key);
          return found == null ? null : letter(found, bodyBytes);
        });
  }

  /**
   * Puts a message into {@code <queue>.due}, which has no bound, without what was added to it in
   * quarantine, as if no attempt of it had been made. Throws as {@link #list}.
   *
   * @return whether it was there
   * @throws EncodingException if its properties are too large to be published again
   */
  public boolean requeue(String queue, String key) {
    return browse(
        queue,
        look -> {
          GetResponse found = look.find(key);
          if (found == null) {
            return false;
          }
          await(queue, publish(queue, found));
          look.ack(found);
          return true;
        });
  }

  /**
   * Removes a message for good. Throws as {@link #list}.
   *
   * @return whether it was there
   */
  public boolean drop(String queue, String key) {
    return browse(
        queue,
        look -> {
          GetResponse found = look.find(key);
          if (found != null) {
            look.ack(found);
          }
          return found != null;
        });
  }

  /**
   * Requeues the oldest messages, as {@link #requeue}; of those that are there now, so that one
   * which comes back to quarantine at once is not requeued for ever. Throws as {@link #list}.
   *
   * @param limit at most so many; at most {@link #MOST}
   */
  public Moved requeueAll(String queue, int limit) {
    return browse(queue, look -> requeueAll(queue, Math.min(limit, look.atBegin), look));
  }

  /**
   * Drops the oldest messages. Throws as {@link #list}.
   *
   * @param limit at most so many; at most {@link #MOST}
   */
  public Moved dropAll(String queue, int limit) {
    return browse(
        queue,
        look -> {
          int dropped = 0;
          while (dropped < Math.min(limit, look.atBegin)) {
            GetResponse next = look.next();
            if (next == null) {
              break;
            }
            look.ack(next);
            dropped++;
          }
          return new Moved(dropped, look.left, null);
        });
  }

  private Moved requeueAll(String queue, int limit, Look look) throws IOException {
    int requeued = 0;
    while (requeued < limit) {
      List<GetResponse> batch = look.batch(limit - requeued);
      if (batch.isEmpty()) {
        break;
      }
      List<CompletableFuture<PublishOutcome>> copies = new ArrayList<>(batch.size());
      batch.forEach(message -> copies.add(publish(queue, message)));
      WarrenException failure = null;
      for (int i = 0; i < copies.size(); i++) {
        try {
          await(queue, copies.get(i));
          look.ack(batch.get(i));
          requeued++;
        } catch (WarrenException e) {
          failure = e;
        }
      }
      if (failure != null) {
        return new Moved(requeued, look.left + look.unsettled(), failure);
      }
    }
    return new Moved(requeued, look.left, null);
  }

  // --- messages --------------------------------------------------------------------------------

  private static DeadLetter letter(GetResponse response, int bodyBytes) {
    byte[] body = response.getBody();
    WireMessage whole = AmqpMessages.read(response.getProps(), body);
    WireMessage cut =
        new WireMessage(
            whole.contentType(),
            whole.contentEncoding(),
            whole.correlationId(),
            whole.replyTo(),
            whole.headers(),
            body.length <= bodyBytes ? body : Arrays.copyOf(body, bodyBytes));
    return new DeadLetter(key(response), cut, body.length, response.getProps().getMessageId());
  }

  private static String key(GetResponse response) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      BasicProperties original = response.getProps();
      BasicProperties stable =
          original.builder().headers(headers(original, COUNTERS::contains)).build();
      digest.update(stable.toFrame(0, 0).getPayload());
      digest.update(response.getBody());
      return HexFormat.of().formatHex(digest.digest(), 0, KEY_BYTES);
    } catch (NoSuchAlgorithmException | IOException e) {
      throw new IllegalStateException(e); // every JDK has it, and what was read can be written
    }
  }

  private static @Nullable Map<String, Object> headers(
      BasicProperties properties, Predicate<String> without) {
    Map<String, Object> headers = properties.getHeaders();
    if (headers == null) {
      return null;
    }
    Map<String, Object> kept = new TreeMap<>(headers);
    kept.keySet().removeIf(without);
    return kept;
  }

  /** As the message was before it came here. */
  private static BasicProperties released(BasicProperties properties) {
    return properties
        .builder()
        .messageId(null)
        .headers(headers(properties, DeadLetters::isAboutQuarantine))
        .build();
  }

  private static boolean isAboutQuarantine(String header) {
    return header.startsWith("x-warren-")
        || header.equals(WireFormat.LOST_ATTEMPTS) // or it would be back at once
        || header.equals("was-message-id")
        || header.equals("x-death")
        || header.equals("was-x-death")
        || header.startsWith("x-first-death-")
        || header.startsWith("x-last-death-")
        || COUNTERS.contains(header)
        || header.equals("was-x-delivery-count");
  }

  private CompletableFuture<PublishOutcome> publish(String queue, GetResponse message) {
    BasicProperties released = released(message.getProps());
    if (!Republishing.keepsAll(released)) {
      return CompletableFuture.failedFuture(
          new EncodingException(
              "the message's properties are too large to be published again; it can be dropped",
              null));
    }
    return broker
        .publisher()
        .publish(Topology.due(queue), Republishing.copy(released, Map.of()), message.getBody());
  }

  /** Returns once the broker has the copy; throws otherwise. */
  private void await(String queue, CompletableFuture<PublishOutcome> copy) {
    switch (outcome(copy)) {
      case ACCEPTED -> {}
      case UNROUTABLE -> {
        broker.redeclare(queue);
        throw new NoSuchQueueException(Topology.due(queue));
      }
      case FULL ->
          throw new BrokerUnavailableException(
              "the broker takes no message into '%s'; it has a bound by a policy"
                  .formatted(Topology.due(queue)),
              (Throwable) null);
      case UNKNOWN ->
          throw new BrokerUnavailableException(
              "the broker did not confirm in time; the message stays in quarantine, and may be in '%s' too"
                  .formatted(Topology.due(queue)),
              (Throwable) null);
    }
  }

  private PublishOutcome outcome(CompletableFuture<PublishOutcome> copy) {
    try {
      long limit = broker.settings().confirmTimeout().plus(PATIENCE).toMillis();
      return copy.get(limit, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof WarrenException known
          ? known
          : new BrokerUnavailableException("the message was not published", e.getCause());
    } catch (TimeoutException e) {
      return PublishOutcome.UNKNOWN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return PublishOutcome.UNKNOWN;
    }
  }

  // --- looking ---------------------------------------------------------------------------------

  private interface Work<T extends @Nullable Object> {
    T on(Look look) throws IOException;
  }

  private <T extends @Nullable Object> T browse(String queue, Work<T> work) {
    if (!busy.add(queue)) {
      throw new BusyException("another call is at the quarantine of queue '" + queue + "'");
    }
    boolean quorum = broker.settings().queue(queue).type() == QueueType.QUORUM;
    try (Look look = Look.open(queue, quorum, broker.consuming().connection())) {
      T result = work.on(look);
      look.end();
      return result;
    } catch (WarrenException e) {
      throw e;
    } catch (IOException | TimeoutException | RuntimeException e) {
      if (Topology.isNotFound(e)) {
        throw new NoSuchQueueException(Topology.dead(queue));
      }
      throw new BrokerUnavailableException(
          "the broker did not show the quarantine of queue '%s': %s".formatted(queue, Reason.of(e)),
          e);
    } finally {
      busy.remove(queue);
    }
  }

  /** One look into a quarantine; what it took and did not ack goes back in the end. */
  private static final class Look implements AutoCloseable {

    private final String dead;
    private final boolean quorum;
    private final Channel channel;
    private final int atBegin;
    private final long deadline = System.nanoTime() + PATIENCE.toNanos();
    private int taken;
    private int settled;
    private long left;

    private Look(String dead, boolean quorum, Channel channel, int atBegin) {
      this.dead = dead;
      this.quorum = quorum;
      this.channel = channel;
      this.atBegin = atBegin;
      this.left = atBegin;
    }

    static Look open(String queue, boolean quorum, Connection connection)
        throws IOException, TimeoutException {
      String dead = Topology.dead(queue);
      AtomicInteger messages = new AtomicInteger();
      Channel channel =
          BrokerLink.openChannel(
              connection, opened -> messages.set(unconsumed(opened, dead).getMessageCount()));
      return new Look(dead, quorum, channel, messages.get());
    }

    /** A quorum queue counts who looked into it as a consumer for a moment after that. */
    private static AMQP.Queue.DeclareOk unconsumed(Channel channel, String dead)
        throws IOException {
      long deadline = System.nanoTime() + AFTERGLOW.toNanos();
      AMQP.Queue.DeclareOk found = channel.queueDeclarePassive(dead);
      while (found.getConsumerCount() > 0) {
        if (System.nanoTime() - deadline > 0) {
          throw new BusyException(
              "%d consumers take messages out of '%s'; stop them first"
                  .formatted(found.getConsumerCount(), dead));
        }
        LockSupport.parkNanos(ASK_AGAIN.toNanos());
        found = channel.queueDeclarePassive(dead);
      }
      return found;
    }

    /** The next message, or null if there is none, or this has taken long enough. */
    @Nullable GetResponse next() throws IOException {
      if (taken >= MOST || System.nanoTime() - deadline > 0) {
        return null;
      }
      GetResponse response = channel.basicGet(dead, false);
      if (response != null) {
        taken++;
        left = response.getMessageCount();
      }
      return response;
    }

    @Nullable GetResponse find(String key) throws IOException {
      for (GetResponse next = next(); next != null; next = next()) {
        if (key(next).equals(key)) {
          return next;
        }
      }
      return null;
    }

    List<GetResponse> batch(int limit) throws IOException {
      List<GetResponse> batch = new ArrayList<>();
      long bytes = 0;
      while (batch.size() < Math.min(limit, BATCH) && bytes < BATCH_BYTES) {
        GetResponse next = next();
        if (next == null) {
          break;
        }
        batch.add(next);
        bytes += next.getBody().length;
      }
      return batch;
    }

    void ack(GetResponse response) throws IOException {
      channel.basicAck(response.getEnvelope().getDeliveryTag(), false);
      settled++;
    }

    /** How many were taken and go back. */
    int unsettled() {
      return taken - settled;
    }

    /**
     * Gives back what was not acked, and waits until it is there again. By a nack, which a quorum
     * queue from RabbitMQ 4.3 on does not count as a failed delivery; the end of the channel it
     * would. A quorum queue puts it behind all others: it keeps its order if all are put there.
     */
    void end() throws IOException, TimeoutException {
      if (unsettled() > 0) {
        while (quorum && next() != null) {
          // to its end
        }
        channel.basicNack(0, true, true);
        awaitReturn();
      }
      channel.close();
    }

    /** A quorum queue takes it back a moment later. */
    private void awaitReturn() throws IOException {
      long limit = System.nanoTime() + AFTERGLOW.toNanos();
      while (channel.messageCount(dead) < atBegin - settled && System.nanoTime() - limit < 0) {
        LockSupport.parkNanos(ASK_AGAIN.toNanos());
      }
    }

    @Override
    public void close() throws IOException {
      if (channel.isOpen()) {
        channel.abort();
      }
    }
  }
}
