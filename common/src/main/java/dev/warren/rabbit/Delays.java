package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.BuiltinExchangeType;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds messages on the broker for as long as is asked, and then puts them into a {@code
 * <queue>.due}. Thread-safe; never blocks.
 *
 * <p>There are {@value #LEVELS} levels, each an exchange and a queue of one name; what is in the
 * queue of level n stays for 2<sup>n</sup> units and goes on to the exchange of the level below. A
 * delay is a number of units, and its binary digits are the routing key: at each level where the
 * digit is 1 the exchange routes into the queue, else past it. So all messages in a queue stay for
 * the same time, none blocks another, and any delay takes at most {@value #LEVELS} steps. The
 * queues are quorum queues that dead-letter at least once: nothing is lost on the way.
 *
 * <p>A level hands on only so many messages at a time, so one that finds no queue at its end would
 * hold up those behind it, of whatever queue, for ever. What was delayed for a queue that is gone
 * comes to {@value #DEAD} instead, and stays there for {@link #DEAD_TTL}.
 *
 * <p>Never early; late by less than a unit and the steps. A delay that is longer than {@link
 * #LONGEST} is cut: whoever gets the message then has to delay it once more.
 *
 * @see <a href="https://docs.particular.net/transports/rabbitmq/delayed-delivery">NServiceBus, from
 *     where this comes</a>
 */
public final class Delays {

  private static final Logger log = LoggerFactory.getLogger(Delays.class);

  /** The shortest delay, and what all others are a multiple of. */
  static final Duration UNIT = Duration.ofMillis(250);

  /** RabbitMQ's longest time to live is 2^32 - 1 ms, some 50 days. */
  static final int LEVELS = 25;

  /** The longest delay, some 97 days. */
  static final Duration LONGEST = UNIT.multipliedBy((1L << LEVELS) - 1);

  private static final String LEVEL = "warren.delay.";
  private static final String DUE = "warren.delay.due";
  private static final String DEAD = "warren.delay.dead";
  private static final Duration DEAD_TTL = Duration.ofDays(7);

  private final BrokerLink link;
  private final ConfirmedPublisher publisher;
  private final Set<String> declared = ConcurrentHashMap.newKeySet();

  /**
   * @param link to declare on
   * @param publisher to publish with
   */
  Delays(BrokerLink link, ConfirmedPublisher publisher) {
    this.link = link;
    this.publisher = publisher;
  }

  /**
   * Publishes a message that comes to a queue's {@code .due} when the delay is over.
   *
   * @return as {@link ConfirmedPublisher#publish}; or fails with a {@link
   *     dev.warren.WarrenException} if the levels cannot be declared
   */
  public CompletableFuture<PublishOutcome> publish(
      String queue, Duration delay, BasicProperties properties, byte[] body) {
    long units = units(delay);
    if (units == 0) {
      return publisher.publish(Topology.due(queue), properties, body);
    }
    int first = Long.SIZE - 1 - Long.numberOfLeadingZeros(units);
    return declare(queue)
        .thenCompose(done -> publisher.publish(LEVEL + first, key(units, queue), properties, body))
        .whenComplete(
            (outcome, failure) -> {
              if (outcome != PublishOutcome.ACCEPTED) {
                declared.remove(queue); // somebody may have deleted them
              }
            });
  }

  /** Rounded up, because nothing may be early. */
  static long units(Duration delay) {
    if (delay.isNegative() || delay.isZero()) {
      return 0;
    }
    if (delay.compareTo(LONGEST) >= 0) {
      return (1L << LEVELS) - 1;
    }
    return (delay.toNanos() + UNIT.toNanos() - 1) / UNIT.toNanos();
  }

  /** The digits, the highest first, each a word; then the queue. */
  static String key(long units, String queue) {
    StringBuilder key = new StringBuilder();
    for (int level = LEVELS - 1; level >= 0; level--) {
      key.append(units >> level & 1).append('.');
    }
    return key.append(queue).toString();
  }

  private CompletableFuture<Void> declare(String queue) {
    if (declared.contains(queue)) {
      return CompletableFuture.completedFuture(null);
    }
    BrokerLink.Opener opener = connection -> declareAll(connection, queue);
    return link.keepOpen(opener)
        .whenComplete(
            (done, failure) -> {
              link.forget(opener);
              if (failure == null) {
                declared.add(queue);
              }
            });
  }

  private static void declareAll(Connection connection, String queue)
      throws IOException, TimeoutException {
    try {
      BrokerLink.openChannel(connection, Delays::declareLevels).close();
    } catch (IOException e) {
      if (!Topology.isRefused(e)) {
        throw e;
      }
      // Who runs a pool of his own need not have the right to declare, and with it to delete, what
      // all share.
      log.info("the delay levels are not this user's to declare: they are taken as they are");
    }
    BrokerLink.openChannel(connection, channel -> bind(channel, queue)).close();
  }

  /** A queue was declared: if it was one with delayed messages, they have to find it again. */
  void bindAgain(Connection connection, String queue) throws IOException, TimeoutException {
    if (declared.remove(queue)) {
      BrokerLink.openChannel(connection, channel -> bind(channel, queue)).close();
      declared.add(queue);
    }
  }

  private static void bind(Channel channel, String queue) throws IOException {
    channel.queueBind(Topology.due(queue), DUE, "*.".repeat(LEVELS) + queue);
  }

  private static void declareLevels(Channel channel) throws IOException {
    channel.exchangeDeclare(DEAD, BuiltinExchangeType.FANOUT, true);
    channel.queueDeclare(
        DEAD,
        true,
        false,
        false,
        Map.of("x-queue-type", "quorum", "x-message-ttl", DEAD_TTL.toMillis()));
    channel.queueBind(DEAD, DEAD, "");
    channel.exchangeDeclare(
        DUE, BuiltinExchangeType.TOPIC, true, false, Map.of("alternate-exchange", DEAD));
    for (int level = 0; level < LEVELS; level++) {
      String name = LEVEL + level;
      String below = level == 0 ? DUE : LEVEL + (level - 1);
      channel.exchangeDeclare(name, BuiltinExchangeType.TOPIC, true);
      channel.queueDeclare(
          name, true, false, false, Topology.waiting(UNIT.toMillis() << level, below, null));
      channel.queueBind(name, name, pattern(level, '1'));
      channel.exchangeBind(below, name, pattern(level, '0'));
    }
  }

  /** Keys whose digit of a level is this one. */
  private static String pattern(int level, char digit) {
    return "*.".repeat(LEVELS - 1 - level) + digit + ".#";
  }
}
