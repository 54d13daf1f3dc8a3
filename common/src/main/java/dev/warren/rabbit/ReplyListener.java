package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warren.wire.ControlReply;
import dev.warren.wire.ReplyBundle;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes the replies to one client, from a durable queue of its own: replies that arrive while
 * the client is cut off from the broker, or the broker restarts, are there when it is back.
 */
public final class ReplyListener implements AutoCloseable {

  /** What becomes of replies. Called on one thread, which must not be blocked. */
  public interface Handler {
    /**
     * A reply; acked soon after this returns. One that cannot be read, but whose correlation id
     * tells the task, comes as a FAILURE of type {@code UnreadableReply}.
     */
    void onReply(ReplyMessage reply);

    /** A worker's answer to a command; ignored unless overridden. */
    default void onControlReply(ControlReply reply) {}

    /** The queue had gone, with all replies that were in it or were sent meanwhile. */
    void onRepliesLost(String why);
  }

  private static final Logger log = LoggerFactory.getLogger(ReplyListener.class);
  private static final int PREFETCH = 500;

  private final BrokerLink link;
  private final ReplyReader reader;
  private final Handler handler;
  private final String queue = "warren.reply." + UUID.randomUUID();
  private final Acks acks = new Acks("warren-reply-acks");
  private final BrokerLink.Opener opener = this::open;
  private final CompletableFuture<Void> first;
  private boolean declared; // supervisor only
  private boolean lost; // supervisor only: the queue was gone, and the handler was not told yet
  private volatile boolean closed;

  /** Starts listening, in the background. */
  public ReplyListener(Broker broker, WireFormat wire, Handler handler) {
    this.link = broker.consuming();
    this.reader = new ReplyReader(wire);
    this.handler = handler;
    this.first = link.keepOpen(opener);
  }

  /**
   * Waits until the queue exists, up to 30 s; while the broker is away it does not wait.
   *
   * @return this
   */
  public ReplyListener awaitOpen() {
    try {
      if (link.isUp()) {
        first.get(Broker.DECLARE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException | TimeoutException e) {
      log.warn("reply queue {} is not there yet: {}", queue, Reason.of(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return this;
  }

  /** The queue to name in a task's {@code replyTo}. */
  public String queue() {
    return queue;
  }

  /** Stops listening and deletes the queue: nobody waits for what is still on its way to it. */
  @Override
  public void close() {
    closed = true;
    link.forget(opener);
    acks.close();
    try (Channel channel = link.connection().createChannel()) {
      channel.queueDelete(queue);
    } catch (IOException | TimeoutException | RuntimeException e) {
      log.debug("reply queue {} is left to expire: {}", queue, Reason.of(e));
    }
  }

  private void open(Connection connection) throws IOException, TimeoutException {
    lost |= !Topology.declareReplyQueue(connection, queue, declared);
    declared = true;
    BrokerLink.openChannel(
        connection,
        channel -> {
          channel.basicQos(PREFETCH);
          channel.basicConsume(queue, false, new ReplyConsumer(channel));
        });
    if (lost) {
      lost = false;
      lost("the reply queue was deleted or had expired");
    }
  }

  private void lost(String why) {
    log.warn("replies are lost: {}", why);
    try {
      handler.onRepliesLost(why);
    } catch (RuntimeException e) {
      log.error("the handler of lost replies failed", e);
    }
  }

  private void handle(BasicProperties properties, byte[] body) {
    try {
      WireMessage message = AmqpMessages.read(properties, body);
      if (WireFormat.isControlReply(message)) {
        ControlReply answer = reader.controlReply(message);
        if (answer != null) {
          handler.onControlReply(answer);
        }
        return;
      }
      if (ReplyBundle.is(message)) {
        ReplyBundle.read(message).forEach(this::handle);
      } else {
        handle(message);
      }
    } catch (Throwable e) {
      log.error("the handler of a reply failed", e);
    }
  }

  private void handle(WireMessage message) {
    try {
      ReplyMessage reply = reader.reply(message);
      if (reply != null) {
        handler.onReply(reply);
      }
    } catch (Throwable e) { // which is no reason to drop its neighbours
      log.error("the handler of a reply failed", e);
    }
  }

  private final class ReplyConsumer extends DefaultConsumer {

    private final Acks.Ledger handled;

    ReplyConsumer(Channel channel) {
      super(channel);
      this.handled = acks.of(channel, PREFETCH);
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      handled.delivered(envelope.getDeliveryTag());
      handle(properties, body);
      handled.ack(envelope.getDeliveryTag());
    }

    /** The queue was deleted. */
    @Override
    public void handleCancel(String consumerTag) throws IOException {
      if (closed) {
        return;
      }
      log.warn("reply queue {} is gone; declaring it again", queue);
      getChannel().abort();
      link.reopen(opener);
    }

    @Override
    public void handleShutdownSignal(String consumerTag, ShutdownSignalException cause) {
      if (!closed && !cause.isHardError() && !cause.isInitiatedByApplication()) {
        link.reopen(opener);
      }
    }
  }
}
