package dev.warren.queue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import dev.warren.rabbit.Broker;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Takes items for good: an item is acked as it is given to its call.
 *
 * <ul>
 *   <li>P1: it consumes only while a call waits, with prefetch 1, and stops before the ack that
 *       serves the last of them: the broker never sends an item that nobody waits for, save to a
 *       call whose time runs out in that moment.
 *   <li>P2: it looks into the queue only when it has stopped and all deliveries that were on their
 *       way have been dealt with: an item that is on its way, or given back, is not overtaken.
 * </ul>
 */
final class PushIntake<T> extends Intake<T> {

  private @Nullable Deliveries consumer; // the intake's thread's
  private boolean stopping; // the same: told to stop, and deliveries may still be on their way

  PushIntake(Broker broker, ItemQueue queue, WireFormat wire) {
    super(broker, queue, wire);
  }

  @Override
  void serve(Channel open) throws IOException {
    if (consumer != null) {
      rest(open); // served when it has stopped
      return;
    }
    while (someoneWaits()) {
      GetResponse got = open.basicGet(queue().name(), false);
      if (got == null) {
        sawNothing();
        break;
      }
      hand(new ItemDelivery(open, got.getEnvelope()), got.getProps(), got.getBody());
    }
    if (someoneWaits()) {
      Deliveries fresh = new Deliveries(open);
      fresh.tag = open.basicConsume(queue().name(), false, fresh);
      consumer = fresh;
    }
  }

  @Override
  void rest(Channel open) throws IOException {
    Deliveries current = consumer;
    if (current != null && !stopping) {
      open.basicCancel(current.tag);
      stopping = true;
    }
  }

  @Override
  void received(ItemDelivery delivery) {}

  @Override
  void taken(ItemDelivery delivery, Taker<T> taker) {
    settle(delivery, true);
  }

  @Override
  public void lost() {
    consumer = null;
    stopping = false;
  }

  private void delivered(
      Deliveries from, ItemDelivery delivery, BasicProperties properties, byte[] body) {
    if (from != consumer || !delivery.isOpen()) {
      return; // its channel is gone, and the item back in the queue
    }
    channel()
        .attempt(
            () -> {
              if (countWaiting() <= 1) {
                rest(channel().channel());
              }
              hand(delivery, properties, body);
              return true;
            });
  }

  private void stopped(Deliveries gone) {
    if (gone == consumer) {
      consumer = null;
      stopping = false;
      serve();
    }
  }

  /** Runs on the channel's own thread, and leaves it at once. */
  private final class Deliveries extends DefaultConsumer {

    private String tag = ""; // the intake's thread's; getConsumerTag() is known only later

    Deliveries(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      ItemDelivery delivery = new ItemDelivery(getChannel(), envelope);
      channel().post(() -> delivered(this, delivery, properties, body));
    }

    /** Told to stop; all that was delivered has been handed over above. */
    @Override
    public void handleCancelOk(String consumerTag) {
      channel().post(() -> stopped(this));
    }

    /** The queue was deleted: the next look finds out, and declares it again. */
    @Override
    public void handleCancel(String consumerTag) {
      channel().post(() -> stopped(this));
    }
  }
}
