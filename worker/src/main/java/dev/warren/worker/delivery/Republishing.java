package dev.warren.worker.delivery;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Properties for publishing a message again as it came, with some headers added.
 *
 * <p>What the broker would act on is left out, or kept under another name: {@code expiration} would
 * make the copy vanish, {@code user-id} have it refused, {@code CC} and {@code BCC} send it to
 * further queues, {@code x-death} have it dropped as a cycle.
 */
final class Republishing {

  private static final Set<String> ACTED_UPON = Set.of("CC", "BCC", "x-death", "x-delivery-count");

  /** RabbitMQ's frame_max; a message's properties have to fit into one frame. */
  private static final int LARGEST_HEADERS = 131_072 - 4_096;

  private Republishing() {}

  /** The original's properties, or where those cannot be sent on, only what is added. */
  static BasicProperties copy(BasicProperties original, Map<String, Object> added) {
    Map<String, @Nullable Object> headers = new LinkedHashMap<>();
    if (original.getHeaders() != null) {
      original
          .getHeaders()
          .forEach((name, v) -> headers.put(ACTED_UPON.contains(name) ? "was-" + name : name, v));
    }
    if (original.getMessageId() != null) {
      headers.put("was-message-id", original.getMessageId()); // the publisher sets its own
    }
    headers.putAll(added);
    BasicProperties copy =
        original.builder().expiration(null).userId(null).headers(headers).build();
    if (size(copy) <= LARGEST_HEADERS) {
      return copy;
    }
    Map<String, @Nullable Object> few = new LinkedHashMap<>(added);
    few.put("x-warren-properties-dropped", "the original ones cannot be sent on: too large");
    return new BasicProperties.Builder().headers(few).build();
  }

  private static int size(BasicProperties properties) {
    try {
      return properties.toFrame(0, 0).getPayload().length;
    } catch (IOException | RuntimeException e) {
      return Integer.MAX_VALUE; // what cannot be written again is left out
    }
  }
}
