package dev.warren.worker.delivery;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Envelope;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Deliveries on a channel that is open and does nothing. */
final class TestDeliveries {

  private TestDeliveries() {}

  static Delivery delivery(String queue, long arrival) {
    return delivery(queue, false, null, arrival, Map.of());
  }

  static Delivery delivery(
      String queue,
      boolean due,
      @Nullable Integer priority,
      long arrival,
      Map<String, Object> headers) {
    Channel channel =
        (Channel)
            Proxy.newProxyInstance(
                Channel.class.getClassLoader(),
                new Class<?>[] {Channel.class},
                (self, method, args) -> true);
    return new Delivery(
        channel,
        null,
        new Envelope(arrival, false, "", queue),
        new BasicProperties.Builder().priority(priority).headers(headers).build(),
        new byte[0],
        queue,
        due,
        arrival);
  }
}
