package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.LongString;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what a message's properties take on the wire at most, without writing them. What it does
 * not know, or could be refused, has no bound.
 */
final class PropertiesBound {

  /** More than any limit; sums of it do not overflow. */
  private static final long NONE = 1L << 40;

  private static final int LONGEST_SHORT_STRING = 255;

  /** Of one char in UTF-8: what takes four bytes is two chars. */
  private static final int BYTES_OF_A_CHAR = 3;

  /** Class, weight, body size, flags, delivery mode, priority and timestamp. */
  private static final int FIXED = 2 + 2 + 8 + 2 + 1 + 1 + 8;

  private static final int TYPE = 1;
  private static final int DEEPEST = 8;

  private PropertiesBound() {}

  /** Bytes at most; a very large number if that is not known. */
  static long of(BasicProperties properties) {
    return FIXED
        + shortString(properties.getContentType())
        + shortString(properties.getContentEncoding())
        + shortString(properties.getCorrelationId())
        + shortString(properties.getReplyTo())
        + shortString(properties.getExpiration())
        + shortString(properties.getMessageId())
        + shortString(properties.getType())
        + shortString(properties.getUserId())
        + shortString(properties.getAppId())
        + shortString(properties.getClusterId())
        + (properties.getHeaders() == null ? 0 : table(properties.getHeaders(), 0));
  }

  private static long shortString(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    long most = (long) text.length() * BYTES_OF_A_CHAR;
    return most <= LONGEST_SHORT_STRING ? 1 + most : NONE;
  }

  private static long table(Map<?, ?> table, int depth) {
    if (depth > DEEPEST) {
      return NONE;
    }
    long sum = Integer.BYTES;
    for (Map.Entry<?, ?> entry : table.entrySet()) {
      sum += entry.getKey() instanceof String name ? shortString(name) : NONE;
      sum += value(entry.getValue(), depth);
      if (sum >= NONE) {
        return NONE;
      }
    }
    return sum;
  }

  private static long list(List<?> list, int depth) {
    if (depth > DEEPEST) {
      return NONE;
    }
    long sum = Integer.BYTES;
    for (Object entry : list) {
      sum += value(entry, depth);
      if (sum >= NONE) {
        return NONE;
      }
    }
    return sum;
  }

  private static long value(@Nullable Object value, int depth) {
    if (value == null) {
      return TYPE;
    }
    if (value instanceof String text) {
      return TYPE + Integer.BYTES + (long) text.length() * BYTES_OF_A_CHAR;
    }
    if (value instanceof LongString text) {
      return TYPE + Integer.BYTES + text.length();
    }
    if (value instanceof byte[] bytes) {
      return TYPE + Integer.BYTES + bytes.length;
    }
    if (value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte
        || value instanceof Boolean
        || value instanceof Double
        || value instanceof Float
        || value instanceof Date) {
      return TYPE + Long.BYTES;
    }
    if (value instanceof Map<?, ?> table) {
      return TYPE + table(table, depth + 1);
    }
    if (value instanceof List<?> list) {
      return TYPE + list(list, depth + 1);
    }
    return NONE;
  }
}
