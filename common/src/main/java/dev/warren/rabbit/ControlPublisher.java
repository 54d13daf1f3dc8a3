package dev.warren.rabbit;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.wire.WireMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes commands, and answers to them, to named exchanges: transient, once, and confirmed one
 * after the other. They are few, and nobody's task depends on them; and an exchange that is not
 * there closes the channel, which must not be the one that tasks are published on. Thread-safe;
 * never blocks its caller.
 */
public final class ControlPublisher implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ControlPublisher.class);
  private static final int MOST_WAITING = 1_000;
  private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final BrokerLink link;
  private final ThreadPoolExecutor thread;
  private volatile @Nullable Channel channel; // written by the thread

  /** Publishes over a broker's publishing connection. */
  public ControlPublisher(Broker broker) {
    this.link = broker.publishing();
    this.thread =
        new ThreadPoolExecutor(
            0,
            1,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Threads.named("warren-control"));
  }

  /**
   * Publishes a message, soon and once.
   *
   * @param message makes the message, on the thread that publishes it
   * @return completes when the broker has taken it, whether or not anybody hears it; exceptionally
   *     if that is not known within seconds, or the message cannot be written
   */
  public CompletableFuture<Void> publish(
      String exchange, String routingKey, Supplier<WireMessage> message) {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            try {
              publishNow(exchange, routingKey, message.get());
              taken.complete(null);
            } catch (Throwable e) {
              taken.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      taken.completeExceptionally(
          new BrokerUnavailableException(MOST_WAITING + " commands wait for the broker", e));
    }
    return taken;
  }

  private void publishNow(String exchange, String routingKey, WireMessage message)
      throws IOException, TimeoutException, InterruptedException {
    Connection connection = link.connection();
    String blocked = link.blockedReason();
    if (blocked != null) {
      throw new BrokerUnavailableException("the broker takes no messages: " + blocked, true);
    }
    Channel open = channel;
    if (open == null || !open.isOpen() || open.getConnection() != connection) {
      open = BrokerLink.openChannel(connection, ControlPublisher::setUp);
      channel = open;
    }
    try {
      open.basicPublish(exchange, routingKey, AmqpMessages.properties(message), message.body());
      if (!open.waitForConfirms(CONFIRM_TIMEOUT.toMillis())) {
        throw new IOException("the broker refused the message");
      }
    } catch (IOException | TimeoutException | InterruptedException | RuntimeException e) {
      channel = null; // what it says later would be taken for the answer to the next message
      abort(open);
      throw e;
    }
  }

  private static void setUp(Channel fresh) throws IOException {
    Topology.declareControlExchange(fresh);
    fresh.confirmSelect();
  }

  /** Publishes what waits, for at most {@link #CLOSE_TIMEOUT}, and takes no more. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
    Channel open = channel;
    if (open != null) {
      abort(open);
    }
  }

  private static void abort(Channel open) {
    try {
      open.abort();
    } catch (IOException | RuntimeException e) {
      log.debug("aborting a channel: {}", e.toString());
    }
  }
}
