package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.WarrenException.EncodingException;
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
public final class Republishing {

  private static final Set<String> ACTED_UPON = Set.of("CC", "BCC", "x-death", "x-delivery-count");

  private static final int LARGEST_HEADERS = AmqpMessages.FRAME_MAX - 4_096;

  /** As long as the few short headers of {@link #keepsAll} together. */
  private static final Map<String, Object> ROOM = Map.of("x", "x".repeat(255));

  private Republishing() {}

  /** The original's properties, or where those cannot be sent on, only what is added. */
  public static BasicProperties copy(BasicProperties original, Map<String, Object> added) {
    BasicProperties copy = full(original, added);
    if (canBeSentOn(copy)) {
      return copy;
    }
    Map<String, @Nullable Object> few = new LinkedHashMap<>(added);
    few.put("x-warren-properties-dropped", "the original ones cannot be sent on: too large");
    return new BasicProperties.Builder().headers(few).build();
  }

  private static BasicProperties full(BasicProperties original, Map<String, Object> added) {
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
    return original.builder().expiration(null).userId(null).headers(headers).build();
  }

  /** Whether a copy has all that the original has, if only a few short headers are added. */
  public static boolean keepsAll(BasicProperties original) {
    return canBeSentOn(full(original, ROOM));
  }

  private static boolean canBeSentOn(BasicProperties properties) {
    try {
      return AmqpMessages.size(properties) <= LARGEST_HEADERS;
    } catch (EncodingException e) {
      return false;
    }
  }
}
