package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.warren.WarrenException.BrokerUnavailableException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes events to Celery's exchange for them: transient, and not confirmed, because they tell
 * of what happens and nothing depends on them. On a channel of its own, because a broker without
 * the exchange, or the right to it, closes the channel. For one thread.
 */
public final class EventPublisher {

  /** The topic exchange for events, with Celery's name and arguments. */
  public static final String EXCHANGE = "celeryev";

  private static final Logger log = LoggerFactory.getLogger(EventPublisher.class);
  private static final int TRANSIENT = 1;

  private final BrokerLink link;
  private @Nullable Channel channel;

  /** Publishes over a broker's publishing connection. */
  public EventPublisher(Broker broker) {
    this.link = broker.publishing();
  }

  /**
   * Sees to it that {@link #publish} can publish.
   *
   * @return whether the channel is a new one
   * @throws BrokerUnavailableException if the broker is away, or takes no messages
   * @throws IOException if the broker does not let this user publish events; {@link Reason} tells
   */
  public boolean open() throws IOException, TimeoutException {
    Connection connection = link.connection();
    String blocked = link.blockedReason();
    if (blocked != null) {
      throw new BrokerUnavailableException("the broker takes no messages: " + blocked, true);
    }
    Channel open = channel;
    if (open != null && open.getConnection() == connection) {
      if (open.isOpen()) {
        return false;
      }
      channel = null; // and once more later: what the broker says now is of the last publish
      throw new IOException(open.getCloseReason());
    }
    channel = BrokerLink.openChannel(connection, EventPublisher::setUp);
    return true;
  }

  private static void setUp(Channel fresh) throws IOException {
    fresh.exchangeDeclare(EXCHANGE, "topic", true, false, Map.of());
  }

  /**
   * Publishes once, without an answer.
   *
   * @param body JSON
   */
  public void publish(String routingKey, String worker, byte[] body) throws IOException {
    Channel open = channel;
    if (open == null) {
      throw new IllegalStateException("not open");
    }
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .contentEncoding("utf-8")
            .deliveryMode(TRANSIENT)
            .headers(Map.of("hostname", worker))
            .build();
    open.basicPublish(EXCHANGE, routingKey, properties, body);
  }

  /** Closes the channel, after what was published. Blocks for a call to the broker. */
  public void close() {
    Channel open = channel;
    if (open != null) {
      try {
        open.abort();
      } catch (IOException | RuntimeException e) {
        log.debug("aborting a channel: {}", e.toString());
      }
    }
  }
}
