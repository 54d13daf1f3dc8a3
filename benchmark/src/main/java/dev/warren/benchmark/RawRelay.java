package dev.warren.benchmark;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The limit: as little as a program over the plain AMQP client can do with the same promises.
 * Persistent messages of 256 bytes, confirms on both hops, each task acked after the confirm of its
 * reply, each reply acked when it has come; two connections on either side, prefetch 100.
 */
final class RawRelay {

  /** The argument with which this program is the worker. */
  static final String ROLE = "raw-worker";

  /** What tables call it. */
  static final String TITLE = "raw relay";

  private static final int BYTES = 256;
  private static final int PREFETCH = 100;
  private static final Duration START = Duration.ofMinutes(2);

  private RawRelay() {}

  /** Works for ever. */
  static void work(String broker, String queue, String type) throws Exception {
    Connection consuming = connect(broker);
    Connection publishing = connect(broker);
    Channel in = consuming.createChannel();
    Channel out = publishing.createChannel();
    out.confirmSelect();
    in.queueDeclare(queue, true, false, false, Map.of("x-queue-type", type));
    in.basicQos(PREFETCH);
    ConcurrentNavigableMap<Long, Long> unconfirmed = new ConcurrentSkipListMap<>();
    out.addConfirmListener(
        new ConfirmListener() {
          @Override
          public void handleAck(long sequence, boolean multiple) throws IOException {
            var upTo =
                multiple
                    ? unconfirmed.headMap(sequence, true)
                    : unconfirmed.subMap(sequence, true, sequence, true);
            for (var one = upTo.pollFirstEntry(); one != null; one = upTo.pollFirstEntry()) {
              in.basicAck(one.getValue(), false);
            }
          }

          @Override
          public void handleNack(long sequence, boolean multiple) {
            throw new IllegalStateException("the broker refused a reply");
          }
        });
    in.basicConsume(
        queue,
        false,
        (tag, task) -> {
          unconfirmed.put(out.getNextPublishSeqNo(), task.getEnvelope().getDeliveryTag());
          out.basicPublish(
              "",
              task.getProperties().getReplyTo(),
              true,
              properties(task.getProperties().getCorrelationId(), null),
              task.getBody());
        },
        tag -> {});
    new CountDownLatch(1).await();
  }

  /** What a broker says that it is. */
  static String brokerVersion(String broker) throws Exception {
    try (Connection connection = connect(broker)) {
      Map<String, Object> properties = connection.getServerProperties();
      return properties.get("product") + " " + properties.get("version");
    }
  }

  /** Waits until somebody works on a queue, for up to two minutes. */
  static void awaitConsumer(String broker, String queue) throws Exception {
    try (Connection connection = connect(broker)) {
      for (long end = System.nanoTime() + START.toNanos(); System.nanoTime() - end < 0; ) {
        Channel channel = connection.createChannel();
        try {
          if (channel.consumerCount(queue) > 0) {
            return;
          }
        } catch (IOException e) {
          // it is not there yet, and the channel is closed
        }
        Thread.sleep(200);
      }
    }
    throw new IllegalStateException("nobody works on " + queue + "; see the workers' logs");
  }

  /** Calls {@link #work}. */
  static final class Client implements Caller {

    private final byte[] body = new byte[BYTES];
    private final Connection consuming;
    private final Connection publishing;
    private final Channel out;
    private final String replies = "bench.reply." + UUID.randomUUID();
    private final Map<String, Call> calls = new ConcurrentHashMap<>();
    private final ConcurrentNavigableMap<Long, Call> unconfirmed = new ConcurrentSkipListMap<>();
    private long number;

    /** A call, which ends when it was confirmed and answered. */
    private static final class Call {
      private final Done done;
      private int steps = 2; // guarded by this

      Call(Done done) {
        this.done = done;
      }

      void step() {
        synchronized (this) {
          if (--steps > 0) {
            return;
          }
        }
        done.end(null);
      }
    }

    Client(String broker) throws Exception {
      consuming = connect(broker);
      publishing = connect(broker);
      out = publishing.createChannel();
      out.confirmSelect();
      out.addConfirmListener(
          new ConfirmListener() {
            @Override
            public void handleAck(long sequence, boolean multiple) {
              var upTo =
                  multiple
                      ? unconfirmed.headMap(sequence, true)
                      : unconfirmed.subMap(sequence, true, sequence, true);
              for (var one = upTo.pollFirstEntry(); one != null; one = upTo.pollFirstEntry()) {
                one.getValue().step();
              }
            }

            @Override
            public void handleNack(long sequence, boolean multiple) {
              throw new IllegalStateException("the broker refused a task");
            }
          });
      Channel in = consuming.createChannel();
      in.queueDeclare(replies, true, false, true, Map.of("x-queue-type", "classic"));
      in.basicConsume(
          replies,
          false,
          (tag, reply) -> {
            in.basicAck(reply.getEnvelope().getDeliveryTag(), false);
            Call call = calls.remove(reply.getProperties().getCorrelationId());
            if (call != null) {
              call.step();
            }
          },
          tag -> {});
    }

    @Override
    public void call(String queue, Done done) throws IOException {
      String id = Long.toString(number++);
      Call call = new Call(done);
      calls.put(id, call);
      unconfirmed.put(out.getNextPublishSeqNo(), call);
      out.basicPublish("", queue, true, properties(id, replies), body);
    }

    @Override
    public void close() throws IOException {
      publishing.close();
      consuming.close();
    }
  }

  private static BasicProperties properties(String id, @Nullable String replyTo) {
    return new BasicProperties.Builder().deliveryMode(2).correlationId(id).replyTo(replyTo).build();
  }

  private static Connection connect(String broker) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(broker);
    return factory.newConnection();
  }
}
