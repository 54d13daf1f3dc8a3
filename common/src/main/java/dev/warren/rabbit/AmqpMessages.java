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
  private static final int MOST_BYTES_OF_A_CHAR = 3;
  private static final int DEEPEST = 8;
  private static final long NOT_SURE = Integer.MAX_VALUE;

  private AmqpMessages() {}

  /** Whether a text can be a queue's name or a property: it has at most 255 bytes. */
  public static boolean fitsShortString(String text) {
    return text.length() <= LONGEST_SHORT_STRING / MOST_BYTES_OF_A_CHAR
        || text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_SHORT_STRING;
  }

  /**
   * Whether properties can be written and have at most so many bytes, as far as that is seen
   * without writing them.
   *
   * @return false if they do not fit, or if it is not sure
   */
  static boolean surelyFit(BasicProperties properties, int bytes) {
    long most = 64; // flags, numbers and lengths
    for (String text :
        new String[] {
          properties.getContentType(),
          properties.getContentEncoding(),
          properties.getCorrelationId(),
          properties.getReplyTo(),
          properties.getExpiration(),
          properties.getMessageId(),
          properties.getType(),
          properties.getUserId(),
          properties.getAppId(),
          properties.getClusterId()
        }) {
      most += text == null ? 0 : mostBytesOfName(text);
    }
    Map<String, Object> headers = properties.getHeaders();
    return most + (headers == null ? 0 : mostBytes(headers, 0)) <= bytes;
  }

  private static long mostBytes(@Nullable Object value, int depth) {
    if (value == null
        || value instanceof Boolean
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte
        || value instanceof Double
        || value instanceof Float) {
      return 1 + Long.BYTES;
    }
    if (value instanceof String text) {
      return 5 + (long) MOST_BYTES_OF_A_CHAR * text.length();
    }
    if (value instanceof LongString text) {
      return 5 + text.length();
    }
    long most = 5;
    if (value instanceof Map<?, ?> table && depth < DEEPEST) {
      for (Map.Entry<?, ?> entry : table.entrySet()) {
        most +=
            entry.getKey() instanceof String name
                ? mostBytesOfName(name) + mostBytes(entry.getValue(), depth + 1)
                : NOT_SURE;
      }
      return most;
    }
    if (value instanceof List<?> list && depth < DEEPEST) {
      for (Object entry : list) {
        most += mostBytes(entry, depth + 1);
      }
      return most;
    }
    return NOT_SURE;
  }

  private static long mostBytesOfName(String text) {
    return fitsShortString(text) ? 1 + (long) MOST_BYTES_OF_A_CHAR * text.length() : NOT_SURE;
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
