package dev.warren.worker.delivery;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.BrokerLink;
import dev.warren.rabbit.Topology;
import dev.warren.wire.ControlRequest;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was revoked while this worker was not connected: clients write each revocation into a
 * stream, too, which keeps it for days. It is read on each new connection, before tasks are taken,
 * so that a task that was cancelled before it began does not begin, whichever workers have been
 * started since.
 *
 * <p>How far to read is told by a marker, which this writes itself. A stream that cannot be read is
 * tried again, and does not keep the worker from its tasks meanwhile.
 */
final class RevocationLog {

  private static final Logger log = LoggerFactory.getLogger(RevocationLog.class);

  private static final String MARKER = "warren_marker";
  private static final int PREFETCH = 500;
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** By so much the connection that publishes may be opened later than this one. */
  private static final Duration OTHER_CONNECTION = Duration.ofSeconds(5);

  private static final Duration LOOK = Duration.ofMillis(20);

  /** By so much the clocks of broker and worker may differ. */
  private static final Duration OVERLAP = Duration.ofMinutes(5);

  private final Broker broker;
  private final WireFormat wire;
  private final Consumer<ControlRequest> revoke;
  private final BrokerLink.Opener opener = this::read;
  private @Nullable Date from; // the link's supervisor's; null for the stream's beginning
  private boolean told; // likewise: that it cannot be read

  /**
   * @param revoke takes each revocation; called on a channel's own thread
   */
  RevocationLog(Broker broker, WireFormat wire, Consumer<ControlRequest> revoke) {
    this.broker = broker;
    this.wire = wire;
    this.revoke = revoke;
  }

  /** From now on it is read on each new connection, before what is opened after it. */
  void start() {
    broker.consuming().keepOpen(opener);
  }

  void stop() {
    broker.consuming().forget(opener);
  }

  private void read(Connection connection) throws IOException, TimeoutException {
    Date begin = new Date(System.currentTimeMillis() - OVERLAP.toMillis());
    try {
      Topology.declareRevocations(connection);
      Channel channel = BrokerLink.openChannel(connection, fresh -> fresh.basicQos(PREFETCH));
      try {
        awaitPublisher();
        readToMarker(channel);
        from = begin;
        told = false;
      } finally {
        channel.abort();
      }
    } catch (IOException | TimeoutException | ExecutionException | RuntimeException e) {
      if (!told) {
        log.warn("what was revoked while this worker was away is not known yet: {}", e.toString());
        told = true;
      }
      throw new IOException(e); // and tried again
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Or the marker would be refused, and tasks taken before this is tried again. */
  private void awaitPublisher() throws InterruptedException {
    long deadline = System.nanoTime() + OTHER_CONNECTION.toNanos();
    while (broker.state() == Broker.State.DOWN && System.nanoTime() - deadline < 0) {
      Thread.sleep(LOOK.toMillis());
    }
  }

  private void readToMarker(Channel channel)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    String marker = UUID.randomUUID().toString();
    CountDownLatch read = new CountDownLatch(1);
    broker
        .publisher()
        .publish(
            Topology.REVOCATIONS,
            new BasicProperties.Builder().headers(Map.of(MARKER, marker)).build(),
            new byte[0])
        .get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    channel.basicConsume(
        Topology.REVOCATIONS,
        false,
        Map.of("x-stream-offset", from == null ? "first" : from),
        new DefaultConsumer(channel) {
          @Override
          public void handleDelivery(
              String consumerTag, Envelope envelope, BasicProperties properties, byte[] body)
              throws IOException {
            if (read.getCount() == 0) {
              return; // what comes after the marker is told to this worker directly, too
            }
            Object mark =
                properties.getHeaders() == null ? null : properties.getHeaders().get(MARKER);
            if (mark != null && marker.equals(mark.toString())) {
              read.countDown(); // the channel may be closed from now on
              return;
            }
            if (mark == null) {
              take(properties, body);
            }
            getChannel().basicAck(envelope.getDeliveryTag(), false);
          }
        });
    if (!read.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new TimeoutException("the stream was not read within " + LONGEST);
    }
  }

  private void take(BasicProperties properties, byte[] body) {
    try {
      ControlRequest request = wire.readControl(AmqpMessages.read(properties, body)).value();
      if (request != null && request.method().equals("revoke")) {
        revoke.accept(request);
      }
    } catch (RuntimeException e) {
      log.debug("a revocation cannot be read", e);
    }
  }
}
