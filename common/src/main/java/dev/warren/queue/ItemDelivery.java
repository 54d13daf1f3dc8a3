package dev.warren.queue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import dev.warren.rabbit.Reason;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An item as the broker handed it out; the one place where items are acked or given back. Settled
 * once, by the thread of its {@link Intake}, on the channel it came on. A channel that is dead has
 * given it back already.
 */
final class ItemDelivery {

  private static final Logger log = LoggerFactory.getLogger(ItemDelivery.class);

  private final Channel channel;
  private final long tag;

  ItemDelivery(Channel channel, Envelope envelope) {
    this.channel = channel;
    this.tag = envelope.getDeliveryTag();
  }

  /** Whether it can still be settled. */
  boolean isOpen() {
    return channel.isOpen();
  }

  /** The item is done with. */
  void ack() {
    try {
      channel.basicAck(tag, false);
    } catch (IOException | RuntimeException e) {
      log.warn("an item that was taken may come again: {}", Reason.of(e));
    }
  }

  /** The item goes back to its place in the queue. */
  void giveBack() {
    try {
      channel.basicNack(tag, false, true);
    } catch (IOException | RuntimeException e) {
      log.debug("the broker has the item back already: {}", Reason.of(e));
    }
  }
}
