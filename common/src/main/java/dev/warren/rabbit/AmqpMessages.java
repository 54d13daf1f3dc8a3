package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.LongString;
import dev.warren.WarrenException.EncodingException;
import dev.warren.wire.WireMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns messages from the broker's types into plain ones and back. */
public final class AmqpMessages {

  /** RabbitMQ's frame_max: a message's properties have to fit into one frame. */
  public static final int FRAME_MAX = 131_072;

  private static final int LONGEST_SHORT_STRING = 255;

  /** Of one char in UTF-8, at most: what takes four bytes is two chars. */
  private static final long BYTES_OF_A_CHAR = 3;

  private AmqpMessages() {}

  /** Whether a text can be a queue's name or a property: it has at most 255 bytes. */
  public static boolean fitsShortString(String text) {
    return text.length() * BYTES_OF_A_CHAR <= LONGEST_SHORT_STRING
        || text.length() <= LONGEST_SHORT_STRING && utf8(text) <= LONGEST_SHORT_STRING;
  }

  /**
   * Whether properties can be written for sure, and have at most so many bytes then. Costs no
   * encoding; "no" only means that {@link #size} has to tell.
   */
  public static boolean surelyFits(BasicProperties properties, int mostBytes) {
    return PropertiesBound.of(properties) <= mostBytes;
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * Bytes that properties take on the wire.
   *
   * @throws EncodingException if they cannot be written at all
   */
  public static int size(BasicProperties properties) {
    try {
      return properties.toFrame(0, 0).getPayload().length;
    } catch (IOException | RuntimeException e) {
      throw new EncodingException(
          "the message's properties cannot be written: " + e.getMessage(), e);
    }
  }

  /** A delivery in plain types: long strings become strings, in nested tables and lists too. */
  public static WireMessage read(BasicProperties properties, byte[] body) {
    return new WireMessage(
        properties.getContentType(),
        properties.getContentEncoding(),
        properties.getCorrelationId(),
        properties.getReplyTo(),
        plainTable(properties.getHeaders()),
        body,
        properties.getPriority());
  }

  /**
   * What the broker noted when it moved a message to another queue last: {@code queue}, {@code
   * reason}, {@code time} and more; null if it did not.
   */
  public static @Nullable Map<?, ?> lastDeath(WireMessage message) {
    return message.headers().get("x-death") instanceof List<?> deaths
            && !deaths.isEmpty()
            && deaths.get(0) instanceof Map<?, ?> last
        ? last
        : null;
  }

  /** The properties that a message travels with. */
  public static BasicProperties properties(WireMessage message) {
    return new BasicProperties.Builder()
        .contentType(message.contentType())
        .contentEncoding(message.contentEncoding())
        .correlationId(message.correlationId())
        .replyTo(message.replyTo())
        .priority(message.priority())
        .headers(message.headers().isEmpty() ? null : message.headers())
        .build();
  }

  private static Map<String, @Nullable Object> plainTable(
      @Nullable Map<String, ? extends @Nullable Object> table) {
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    if (table != null) {
      table.forEach((name, value) -> plain.put(name, plain(value)));
    }
    return plain;
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof LongString text) {
      return text.toString();
    }
    if (value instanceof Map<?, ?> table) {
      Map<String, @Nullable Object> plain = new LinkedHashMap<>();
      table.forEach((name, entry) -> plain.put(String.valueOf(name), plain(entry)));
      return plain;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> plain = new ArrayList<>(list.size());
      list.forEach(entry -> plain.add(plain(entry)));
      return plain;
    }
    return value;
  }
}
