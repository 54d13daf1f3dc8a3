package dev.warren.worker.delivery;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.BrokerLink;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.rabbit.Topology;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps tasks that run for long from the broker's {@code consumer_timeout} (30 min unless it is
 * told otherwise), after which it would close their channel and deliver them to another worker
 * beside this one.
 *
 * <p>Such a message is delivered anew: a copy goes to a queue that only this worker consumes, and
 * when it has arrived the old delivery is acked and the new one takes its place. At every moment
 * the broker has at least one of the two. If the worker is lost, so is the consumer of its queue,
 * and the broker moves the copies in it to the task queue's {@code .due}; each says that a worker
 * was lost.
 *
 * @see <a href="https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout">RabbitMQ: delivery
 *     acknowledgement timeout</a>
 */
final class Renewals {

  private static final Logger log = LoggerFactory.getLogger(Renewals.class);

  /** Header of a copy that tells whose it is. */
  private static final String TICKET = "warren_renewal";

  private final Broker broker;
  private final Duration after;
  private final Map<String, OwnQueue> queues = new HashMap<>(); // of the calling thread

  /** A queue of this worker's, for the copies of one task queue's messages. */
  private record OwnQueue(String name, Channel channel) {}

  private final Map<String, Delivery> expected = new ConcurrentHashMap<>();

  /**
   * @param after how long a delivery may be unsettled before it is renewed
   */
  Renewals(Broker broker, Duration after) {
    this.broker = broker;
    this.after = after;
  }

  /**
   * Renews those of some deliveries for which it is time. Blocks for calls to the broker; for one
   * thread only.
   */
  void renew(Iterable<Delivery> running) {
    queues.forEach(this::expectNothingOfTheClosed);
    for (Delivery delivery : running) {
      if (delivery.isHeldFor(after)
          && delivery.canBeCopied()
          && !expected.containsValue(delivery)) {
        try {
          renew(delivery);
        } catch (IOException | TimeoutException | RuntimeException e) {
          log.warn("task {} is not renewed yet: {}", taskId(delivery), e.toString());
        }
      }
    }
  }

  private void renew(Delivery delivery) throws IOException, TimeoutException {
    OwnQueue own = queue(delivery.queue());
    String ticket = UUID.randomUUID().toString();
    Map<String, Object> headers = new LinkedHashMap<>();
    headers.put(TICKET, ticket);
    headers.put(WireFormat.LOST_ATTEMPTS, LostAttempts.of(delivery) + 1);
    expected.put(ticket, delivery);
    broker
        .publisher()
        .publish(own.name(), delivery.copy(headers), delivery.message().body())
        .whenComplete(
            (outcome, failure) -> {
              if (outcome != PublishOutcome.ACCEPTED) {
                expected.remove(ticket);
                log.warn("task {} is not renewed yet: {}", taskId(delivery), outcome);
              }
            });
  }

  /** A copy that was on its way to it comes to another worker, and is settled there. */
  private void expectNothingOfTheClosed(String taskQueue, OwnQueue own) {
    if (!own.channel().isOpen()) {
      expected.values().removeIf(delivery -> delivery.queue().equals(taskQueue));
    }
  }

  private OwnQueue queue(String taskQueue) throws IOException, TimeoutException {
    OwnQueue own = queues.get(taskQueue);
    if (own == null || !own.channel().isOpen()) {
      expected.values().removeIf(delivery -> delivery.queue().equals(taskQueue));
      own = open(taskQueue);
      queues.put(taskQueue, own);
    }
    return own;
  }

  /** Under another name each time: what is in the last one is on its way to other workers. */
  private OwnQueue open(String taskQueue) throws IOException, TimeoutException {
    String name = Topology.newRunningQueue();
    Channel channel =
        BrokerLink.openChannel(
            broker.consuming().connection(),
            fresh -> {
              Topology.declareRunning(fresh, name, taskQueue);
              fresh.basicConsume(name, false, new Arrivals(fresh));
            });
    return new OwnQueue(name, channel);
  }

  private static @Nullable String taskId(Delivery delivery) {
    return WireFormat.taskId(delivery.message());
  }

  /** Runs on the channel's own thread. */
  private final class Arrivals extends DefaultConsumer {

    Arrivals(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body)
        throws IOException {
      Delivery delivery = expected.remove(String.valueOf(properties.getHeaders().get(TICKET)));
      if (delivery != null && delivery.moveTo(getChannel(), envelope)) {
        log.info("task {} runs for long: its message is renewed", taskId(delivery));
      } else {
        getChannel().basicAck(envelope.getDeliveryTag(), false); // settled, or still held
      }
    }

    /** The queue was deleted: the next renewal makes another one. */
    @Override
    public void handleCancel(String consumerTag) throws IOException {
      getChannel().abort();
    }
  }
}
