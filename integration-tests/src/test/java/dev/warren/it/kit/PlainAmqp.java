package dev.warren.it.kit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A client that knows nothing of Warren: puts any message anywhere and reads what is there. */
public final class PlainAmqp implements AutoCloseable {

  private static final long CONFIRM_MILLIS = 20_000;

  private final Connection connection;
  private final Channel channel;

  private PlainAmqp(Connection connection) throws IOException {
    this.connection = connection;
    this.channel = connection.createChannel();
    channel.confirmSelect();
  }

  /** Connects. */
  public static PlainAmqp to(String uri) {
    try {
      return new PlainAmqp(factory(uri).newConnection("plain-amqp"));
    } catch (IOException | TimeoutException e) {
      throw new IllegalStateException("cannot connect", e);
    }
  }

  static boolean answers(String uri) {
    try {
      factory(uri).newConnection("is-it-there").close();
      return true;
    } catch (IOException | TimeoutException e) {
      return false;
    }
  }

  private static ConnectionFactory factory(String uri) {
    try {
      ConnectionFactory factory = new ConnectionFactory();
      factory.setUri(uri);
      factory.setAutomaticRecoveryEnabled(false);
      return factory;
    } catch (URISyntaxException | GeneralSecurityException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Declares a durable queue. */
  public void declare(String queue, Map<String, Object> arguments) {
    run(() -> channel.queueDeclare(queue, true, false, false, arguments));
  }

  /** Declares a queue for replies that goes with this connection; returns its name. */
  public String replyQueue() {
    return call(() -> channel.queueDeclare("", false, true, true, Map.of()).getQueue());
  }

  /** Deletes a queue, whoever uses it. */
  public void delete(String queue) {
    run(() -> channel.queueDelete(queue));
  }

  /** Puts a message on a queue and waits for the broker's confirm. */
  public void put(String queue, BasicProperties properties, byte[] body) {
    run(
        () -> {
          channel.basicPublish("", queue, true, properties, body);
          channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
          return true;
        });
  }

  /** Publishes a message to an exchange, whether or not anybody gets it; waits for the confirm. */
  public void publish(String exchange, BasicProperties properties, byte[] body) {
    publish(exchange, "", properties, body);
  }

  /** As above, with a routing key. */
  public void publish(String exchange, String key, BasicProperties properties, byte[] body) {
    run(
        () -> {
          channel.basicPublish(exchange, key, properties, body);
          channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
          return true;
        });
  }

  /** Puts messages on a queue in one go and waits for the broker's confirms. */
  public void putAll(String queue, BasicProperties properties, List<byte[]> bodies) {
    run(
        () -> {
          for (byte[] body : bodies) {
            channel.basicPublish("", queue, true, properties, body);
          }
          channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
          return true;
        });
  }

  /** Removes all messages that wait in a queue. */
  public void purge(String queue) {
    run(() -> channel.queuePurge(queue));
  }

  /** Whether there is such a queue. */
  public boolean exists(String queue) {
    return call(
        () -> {
          Channel own = connection.createChannel(); // a queue that is not found closes it
          try {
            own.queueDeclarePassive(queue);
            own.close();
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }

  /** Messages that wait in a queue. */
  public long count(String queue) {
    return call(() -> channel.messageCount(queue));
  }

  /** Who consumes from a queue; none if there is no such queue. */
  public long consumers(String queue) {
    return exists(queue) ? call(() -> channel.consumerCount(queue)) : 0;
  }

  /** Takes one message out of a queue, or returns null if there is none. */
  public @Nullable GetResponse take(String queue) {
    return call(() -> channel.basicGet(queue, true));
  }

  /** Takes one message out of a queue as soon as there is one. */
  public GetResponse awaitOne(String queue, Duration limit) {
    return Deadline.awaitValue("a message in " + queue, limit, () -> take(queue));
  }

  /** Takes all messages out of a queue. */
  public List<GetResponse> takeAll(String queue) {
    List<GetResponse> all = new ArrayList<>();
    for (GetResponse next = take(queue); next != null; next = take(queue)) {
      all.add(next);
    }
    return all;
  }

  @Override
  public void close() {
    connection.abort();
  }

  private interface BrokerCall<T extends @Nullable Object> {
    T call() throws Exception;
  }

  private static <T extends @Nullable Object> T call(BrokerCall<T> call) {
    try {
      return call.call();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void run(BrokerCall<?> call) {
    call(call);
  }
}
