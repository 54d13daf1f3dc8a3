package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import java.lang.reflect.Proxy;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeliveryTest {

  @Test
  void whatWasPutOffGoesFirstThenTheHigherPriorityThenWhatCameFirst() {
    Delivery plain = delivery(false, null, 1);
    Delivery zero = delivery(false, 0, 2);
    Delivery high = delivery(false, 9, 3);
    Delivery due = delivery(true, null, 4);
    Delivery dueAndHigh = delivery(true, 9, 5);
    PriorityBlockingQueue<Delivery> waiting = new PriorityBlockingQueue<>();
    Stream.of(zero, due, high, plain, dueAndHigh).forEach(waiting::add);

    assertThat(Stream.generate(waiting::poll).limit(5))
        .containsExactly(dueAndHigh, due, high, plain, zero);
  }

  private static Delivery delivery(boolean due, @Nullable Integer priority, long arrival) {
    Channel channel =
        (Channel)
            Proxy.newProxyInstance(
                Channel.class.getClassLoader(),
                new Class<?>[] {Channel.class},
                (self, method, args) -> true);
    BasicProperties properties = new BasicProperties.Builder().priority(priority).build();
    return new Delivery(
        channel, new Envelope(arrival, false, "", "q"), properties, new byte[0], due, arrival);
  }
}
