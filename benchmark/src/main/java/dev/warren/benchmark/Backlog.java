package dev.warren.benchmark;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.warren.WarrenSettings;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A client of one queue that keeps no handles: it publishes task messages as Warren writes them,
 * persistent and confirmed, and only counts the replies.
 */
final class Backlog implements AutoCloseable {

  private static final int BATCH = 1000;
  private static final long CONFIRM_MILLIS = 60_000;
  private static final long SILENCE_SECONDS = 120;

  private final WireFormat wire = new WireFormat(WarrenSettings.defaults().maxMessageBytes());
  private final Connection connection;
  private final String queue;

  Backlog(String broker, String queue) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(broker);
    this.connection = factory.newConnection("warren-benchmark");
    this.queue = queue;
  }

  /** Publishes so many tasks to the queue, which exists, and is emptied first. */
  void fill(long tasks, String replies) throws Exception {
    try (Channel channel = connection.createChannel()) {
      channel.queueDeclare(replies, true, false, false, null);
      channel.queuePurge(replies);
      channel.queuePurge(queue);
      channel.confirmSelect();
      for (long sent = 0; sent < tasks; ) {
        for (int i = 0; i < BATCH && sent < tasks; i++, sent++) {
          publish(channel, replies);
        }
        channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
      }
      channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
      long waiting = channel.messageCount(queue);
      if (waiting != tasks) {
        throw new IllegalStateException(waiting + " of " + tasks + " tasks wait in " + queue);
      }
    }
  }

  private void publish(Channel channel, String replies) throws IOException {
    TaskMessage task =
        TaskMessage.of(
            UUID.randomUUID().toString(), NothingWorker.NOTHING.name(), List.of(1), Map.of());
    WireMessage message = wire.writeTask(task.replyingTo(replies));
    BasicProperties properties = AmqpMessages.properties(message).builder().deliveryMode(2).build();
    channel.basicPublish("", queue, true, properties, message.body());
  }

  /** What is done at the moment of a mark; marks come one after the other. */
  interface AtMark {
    void reached(int mark, long nanos);
  }

  /**
   * Counts replies until there are as many as the last mark says.
   *
   * @param marks numbers of replies, in ascending order
   */
  void drain(String replies, long[] marks, AtMark atMark) throws Exception {
    BlockingQueue<Long> moments = new LinkedBlockingQueue<>();
    try (Channel asking = connection.createChannel();
        Channel channel = connection.createChannel()) {
      channel.basicQos(BATCH);
      channel.basicConsume(replies, false, new Counter(channel, marks, moments));
      for (int mark = 0; mark < marks.length; mark++) {
        Long moment = null;
        for (long seen = -1; moment == null; ) {
          moment = moments.poll(SILENCE_SECONDS, TimeUnit.SECONDS);
          long left = asking.messageCount(queue);
          if (moment == null && left == seen) {
            throw new IllegalStateException("nothing comes any more; " + left + " tasks are left");
          }
          seen = left;
        }
        atMark.reached(mark, moment);
      }
    }
  }

  /** Its fields belong to the connection's consumer thread. */
  private static final class Counter extends DefaultConsumer {
    private final long[] marks;
    private final BlockingQueue<Long> moments;
    private long count;
    private int next;

    Counter(Channel channel, long[] marks, BlockingQueue<Long> moments) {
      super(channel);
      this.marks = marks;
      this.moments = moments;
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) throws IOException {
      count++;
      boolean isMark = next < marks.length && count == marks[next];
      if (isMark) {
        moments.add(System.nanoTime());
        next++;
      }
      if (isMark || count % (BATCH / 2) == 0) {
        getChannel().basicAck(envelope.getDeliveryTag(), true);
      }
    }
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
