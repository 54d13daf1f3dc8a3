package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel in confirm mode, with the messages on it that have no answer yet. A message gets its
 * answer from the broker, from the sweeper, or from the end of the channel, whichever comes first.
 */
final class ConfirmChannel implements ConfirmListener {

  private static final Logger log = LoggerFactory.getLogger(ConfirmChannel.class);

  private final Channel channel;
  private final Runnable whenLost;

  /** By sequence number; put by the writer, removed by whoever completes the message. */
  private final ConcurrentNavigableMap<Long, Outgoing> unconfirmed = new ConcurrentSkipListMap<>();

  /**
   * @param whenLost called when the channel is of no use any more while its connection lives
   */
  ConfirmChannel(Channel channel, Runnable whenLost) {
    this.channel = channel;
    this.whenLost = whenLost;
    channel.addConfirmListener(this);
    channel.addReturnListener(this::returned);
    channel.addShutdownListener(this::closed);
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** Writes several messages, which are flushed when all are written. The writer's thread only. */
  void together(Runnable writes) {
    try {
      FrameGuard.together(channel.getConnection(), writes);
    } catch (IOException e) {
      log.debug(
          "flushing: {}", Reason.of(e)); // the connection ends, and with it what is unconfirmed
    }
  }

  /** Writes a message that the caller has claimed. The writer's thread only. */
  void write(Outgoing message) {
    long sequence = channel.getNextPublishSeqNo();
    BasicProperties properties =
        message
            .properties()
            .builder()
            .deliveryMode(2)
            .messageId(Long.toString(sequence)) // by which a return is known
            .build();
    unconfirmed.put(sequence, message);
    try {
      channel.basicPublish(
          message.exchange(), message.routingKey(), true, properties, message.body());
    } catch (AlreadyClosedException e) {
      unconfirmed.remove(sequence);
      message.refuse("the broker cannot be reached", false);
    } catch (IOException e) {
      message.complete(PublishOutcome.UNKNOWN);
    } catch (RuntimeException e) {
      // Nothing was written, but the client has counted the message: from here on its numbers and
      // the broker's differ, so this channel must not be used any more.
      unconfirmed.remove(sequence);
      message.outcome().completeExceptionally(e);
      abort("a message could not be written: " + e.getMessage());
    }
    if (!channel.isOpen()) {
      abandon("the channel closed"); // it may have closed before this message was put
    }
  }

  /** What got no answer in time is UNKNOWN. */
  void expire(long now) {
    unconfirmed.forEach(
        (sequence, message) -> {
          if (message.isLate(now) && unconfirmed.remove(sequence, message)) {
            message.complete(PublishOutcome.UNKNOWN);
          }
        });
  }

  /** What has no answer now gets none any more. */
  void abandon(String why) {
    int count = unconfirmed.size();
    if (count > 0) {
      log.warn("{}: {} publishes have no answer, their outcome is unknown", why, count);
    }
    unconfirmed.forEach(
        (sequence, message) -> {
          unconfirmed.remove(sequence);
          message.complete(PublishOutcome.UNKNOWN);
        });
  }

  private void abort(String why) {
    abandon(why);
    try {
      FrameGuard.apart(channel::abort); // it waits for an answer to what would not be flushed
    } catch (IOException e) {
      log.debug("aborting a channel: {}", Reason.of(e));
    }
    whenLost.run();
  }

  // --- on the connection's reader thread; a message's return comes before its ack --------------

  @Override
  public void handleAck(long sequence, boolean multiple) {
    answer(sequence, multiple, PublishOutcome.ACCEPTED);
  }

  @Override
  public void handleNack(long sequence, boolean multiple) {
    answer(sequence, multiple, PublishOutcome.FULL);
  }

  private void returned(Return unroutable) {
    Outgoing message =
        unconfirmed.remove(Long.parseLong(unroutable.getProperties().getMessageId()));
    if (message != null) {
      message.complete(PublishOutcome.UNROUTABLE);
    }
  }

  private void answer(long sequence, boolean multiple, PublishOutcome outcome) {
    if (multiple) {
      var upTo = unconfirmed.headMap(sequence, true);
      for (var entry = upTo.pollFirstEntry(); entry != null; entry = upTo.pollFirstEntry()) {
        entry.getValue().complete(outcome);
      }
    } else {
      Outgoing message = unconfirmed.remove(sequence);
      if (message != null) {
        message.complete(outcome);
      }
    }
  }

  private void closed(ShutdownSignalException cause) {
    abandon(Reason.of(cause));
    if (!cause.isHardError() && !cause.isInitiatedByApplication()) {
      whenLost.run();
    }
  }
}
