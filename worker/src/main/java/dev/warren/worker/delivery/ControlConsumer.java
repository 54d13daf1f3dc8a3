package dev.warren.worker.delivery;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.BrokerLink;
import dev.warren.rabbit.Topology;
import dev.warren.wire.ControlRequest;
import dev.warren.wire.Decoded;
import dev.warren.wire.OneLine;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears the commands to this worker, from a queue of its own that goes with its connection: what is
 * said while the worker is not connected it does not hear. No message stops it.
 */
final class ControlConsumer {

  private static final Logger log = LoggerFactory.getLogger(ControlConsumer.class);
  private static final Set<String> REVOCATIONS = Set.of("revoke", "terminate");

  /** Celery's clients wait for a second, and theirs may be another second. */
  private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);

  private final BrokerLink link;
  private final WireFormat wire;
  private final String worker;
  private final Consumer<ControlRequest> commands;
  private final Clock clock;
  private final BrokerLink.Opener opener = this::open;
  private volatile @Nullable Channel channel; // written by the link's supervisor
  private volatile boolean stopped;

  /**
   * @param commands takes each command that is for this worker; called on the channel's own thread
   */
  ControlConsumer(
      Broker broker,
      WireFormat wire,
      String worker,
      Consumer<ControlRequest> commands,
      Clock clock) {
    this.clock = clock;
    this.link = broker.consuming();
    this.wire = wire;
    this.worker = worker;
    this.commands = commands;
  }

  void start() {
    link.keepOpen(opener);
  }

  /** Hears no more. Blocks for a call to the broker, and for as long as a socket is stuck. */
  void stop() {
    stopped = true;
    link.forget(opener);
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

  private void open(Connection connection) throws IOException, TimeoutException {
    channel =
        BrokerLink.openChannel(
            connection,
            fresh -> {
              String queue = Topology.declareControlQueue(fresh);
              fresh.basicConsume(queue, true, new CommandConsumer(fresh));
            });
  }

  private void handle(BasicProperties properties, byte[] body) {
    try {
      Decoded<ControlRequest> decoded = wire.readControl(AmqpMessages.read(properties, body));
      ControlRequest command = decoded.value();
      if (command == null) {
        log.debug("a command cannot be read: {}", decoded.detail());
      } else if (isTooLate(command)) {
        log.debug("nobody waits for command {} any more", OneLine.of(command.method()));
      } else if (command.isFor(worker)) {
        commands.accept(command);
      } else {
        log.debug("command {} is for other workers", OneLine.of(command.method()));
      }
    } catch (Throwable e) {
      log.error("a command failed", e);
    }
  }

  /** What is revoked stays so. */
  private boolean isTooLate(ControlRequest command) {
    Instant expires = command.expires();
    return expires != null
        && !REVOCATIONS.contains(command.method())
        && clock.instant().isAfter(expires.plus(CLOCKS_DIFFER));
  }

  private final class CommandConsumer extends DefaultConsumer {

    CommandConsumer(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      handle(properties, body);
    }

    /** The queue was deleted. */
    @Override
    public void handleCancel(String consumerTag) {
      abort(getChannel());
      reopen();
    }

    @Override
    public void handleShutdownSignal(String consumerTag, ShutdownSignalException cause) {
      if (!cause.isHardError() && !cause.isInitiatedByApplication()) {
        reopen();
      }
    }

    private void reopen() {
      if (!stopped) {
        link.reopen(opener);
      }
    }
  }
}
