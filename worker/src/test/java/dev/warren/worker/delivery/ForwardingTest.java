package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Envelope;
import dev.warren.WarrenSettings;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.Threads;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ForwardingTest {

  @AutoClose
  private final Broker broker =
      new Broker(
          new ConnectionFactory(),
          List.of(new Address("127.0.0.1", 1)),
          WarrenSettings.defaults(),
          "test");

  @AutoClose("shutdownNow")
  private final ScheduledExecutorService timer = Threads.scheduler("test");

  private final Forwarding forwarding = new Forwarding(broker, timer);

  @Test
  void aDeliveryWhoseChannelIsGoneIsNotOffered() {
    Delivery delivery = delivery(false);

    assertThat(forwarding.offer(delivery)).isCompletedWithValue(true);
    assertThat(delivery.done()).isCompleted();
  }

  @Test
  void aDeliveryThatCannotBeOfferedNowIsKept() {
    Delivery delivery = delivery(true);

    assertThat(forwarding.offer(delivery)).isCompletedWithValue(false);
    assertThat(delivery.done()).isNotDone();
  }

  private static Delivery delivery(boolean isOpen) {
    Channel channel =
        (Channel)
            Proxy.newProxyInstance(
                Channel.class.getClassLoader(),
                new Class<?>[] {Channel.class},
                (self, method, args) -> isOpen);
    Envelope envelope = new Envelope(1, false, "", "queue");
    return new Delivery(
        channel, null, envelope, new BasicProperties(), new byte[0], "queue", false, 1);
  }
}
