package dev.warren.rabbit;

/**
 * Looks through the bytes of a message's properties without reading their values, for those that
 * are so plain that the AMQP client can surely read them. It says no whenever it is not sure: what
 * it does not know, or deeper than {@value #DEEPEST} tables.
 *
 * @see <a href="https://www.rabbitmq.com/amqp-0-9-1-errata">AMQP 0-9-1, field types as RabbitMQ has
 *     them</a>
 */
final class PlainProperties {

  private static final int BASIC = 60;

  /** Class id, weight, body size. */
  private static final int FLAGS_AT = 12;

  /** A second word of flags, or a property that is not defined. */
  private static final int UNKNOWN_FLAGS = 0b11;

  private static final int DEEPEST = 8;

  /** The properties in their order: short strings, the table of headers, bytes, and the time. */
  private static final char[] KINDS = "SShbbSSSStSSSS".toCharArray();

  private final byte[] bytes;
  private int at;

  private PlainProperties(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Whether the client can read them.
   *
   * @param payload of a header frame
   * @return true if that is sure
   */
  static boolean areSurelyReadable(byte[] payload) {
    return payload.length >= FLAGS_AT + 2 && new PlainProperties(payload).isReadable();
  }

  private boolean isReadable() {
    int flags = twoBytes(FLAGS_AT);
    if (twoBytes(0) != BASIC || (flags & UNKNOWN_FLAGS) != 0) {
      return false;
    }
    at = FLAGS_AT + 2;
    for (int i = 0; i < KINDS.length; i++) {
      boolean isThere = (flags & (1 << (15 - i))) != 0;
      if (isThere && !property(KINDS[i])) {
        return false;
      }
    }
    return at == bytes.length;
  }

  private boolean property(char kind) {
    return switch (kind) {
      case 'S' -> shortString(bytes.length);
      case 'h' -> table(bytes.length, 0);
      case 'b' -> skip(1, bytes.length);
      default -> skip(Long.BYTES, bytes.length);
    };
  }

  /** Goes behind a table that ends before a place. */
  private boolean table(int before, int depth) {
    int end = end(before);
    while (at < end) {
      if (!shortString(end) || !value(end, depth)) {
        return false;
      }
    }
    return at == end && depth <= DEEPEST;
  }

  private boolean array(int before, int depth) {
    int end = end(before);
    while (at < end) {
      if (!value(end, depth)) {
        return false;
      }
    }
    return at == end && depth <= DEEPEST;
  }

  private boolean value(int before, int depth) {
    if (at >= before) {
      return false;
    }
    return switch (bytes[at++]) {
      case 'S', 'x' -> {
        int end = end(before);
        at = Math.max(at, end);
        yield end >= 0;
      }
      case 'I', 'f' -> skip(Integer.BYTES, before);
      case 'l', 'd', 'T' -> skip(Long.BYTES, before);
      case 'D' -> skip(1 + Integer.BYTES, before);
      case 's', 'u' -> skip(Short.BYTES, before);
      case 'b', 't' -> skip(1, before);
      case 'V' -> true;
      case 'F' -> depth < DEEPEST && table(before, depth + 1);
      case 'A' -> depth < DEEPEST && array(before, depth + 1);
      default -> false;
    };
  }

  /** Where what begins here with its length ends; -1 if that is not before a place. */
  private int end(int before) {
    if (before - at < Integer.BYTES) {
      return -1;
    }
    int length = (twoBytes(at) << 16) | twoBytes(at + 2);
    at += Integer.BYTES;
    return length >= 0 && length <= before - at ? at + length : -1;
  }

  private boolean shortString(int before) {
    return at < before && skip(1 + (bytes[at] & 0xff), before);
  }

  private boolean skip(int count, int before) {
    at += count;
    return at <= before;
  }

  private int twoBytes(int index) {
    return ((bytes[index] & 0xff) << 8) | (bytes[index + 1] & 0xff);
  }
}
