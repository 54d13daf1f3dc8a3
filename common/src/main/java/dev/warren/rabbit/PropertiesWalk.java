package dev.warren.rabbit;

/**
 * Looks at the bytes of a message's properties without making anything of them, and tells whether
 * the AMQP client is sure to read them. It may be wrong in one way only: "not sure" of what is
 * readable, because it has types that are rare, is nested deep or has bytes to spare.
 *
 * @see <a href="https://www.rabbitmq.com/amqp-0-9-1-errata#section_3">RabbitMQ's field types</a>
 */
final class PropertiesWalk {

  private static final int BASIC = 60;
  private static final int FLAGS_AT = 12;
  private static final int VALUES_AT = 14;

  /** The client's own limit is 32. */
  private static final int DEEPEST = 8;

  private static final int UNSURE = -1;

  // The flags, in the order of their values; all others are short strings.
  private static final int HIGHEST = 1 << 15;
  private static final int HEADERS = 1 << 13;
  private static final int DELIVERY_MODE = 1 << 12;
  private static final int PRIORITY = 1 << 11;
  private static final int TIMESTAMP = 1 << 6;
  private static final int LOWEST = 1 << 2;

  private final byte[] bytes;

  private PropertiesWalk(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Whether the client can read a header frame for sure.
   *
   * @param payload the frame's
   */
  static boolean isSurelyReadable(byte[] payload) {
    return payload.length >= VALUES_AT && new PropertiesWalk(payload).isReadable();
  }

  private boolean isReadable() {
    int flags = unsignedShort(FLAGS_AT);
    if (unsignedShort(0) != BASIC || (flags & (LOWEST - 1)) != 0) {
      return false;
    }
    int at = VALUES_AT;
    for (int flag = HIGHEST; flag >= LOWEST && at != UNSURE; flag >>= 1) {
      if ((flags & flag) != 0) {
        at = skipProperty(flag, at);
      }
    }
    return at == bytes.length;
  }

  private int skipProperty(int flag, int at) {
    return switch (flag) {
      case HEADERS -> skipTable(at, bytes.length, 0);
      case DELIVERY_MODE, PRIORITY -> skip(1, at, bytes.length);
      case TIMESTAMP -> skip(Long.BYTES, at, bytes.length);
      default -> skipShortString(at, bytes.length);
    };
  }

  // Each of these gives the index behind what it has skipped, or UNSURE.

  private int skip(int count, int at, int end) {
    return count <= end - at ? at + count : UNSURE;
  }

  private int skipShortString(int at, int end) {
    return at < end ? skip(bytes[at] & 0xFF, at + 1, end) : UNSURE;
  }

  private int skipLongString(int at, int end) {
    if (end - at < Integer.BYTES) {
      return UNSURE;
    }
    int length = signedInt(at);
    return length < 0 ? UNSURE : skip(length, at + Integer.BYTES, end);
  }

  private int skipTable(int at, int end, int depth) {
    int tableEnd = skipLongString(at, end);
    if (tableEnd == UNSURE || depth > DEEPEST) {
      return UNSURE;
    }
    int next = at + Integer.BYTES;
    while (next < tableEnd) {
      next = skipShortString(next, tableEnd);
      if (next == UNSURE) {
        return UNSURE;
      }
      next = skipValue(next, tableEnd, depth);
      if (next == UNSURE) {
        return UNSURE;
      }
    }
    return tableEnd;
  }

  private int skipList(int at, int end, int depth) {
    int listEnd = skipLongString(at, end);
    if (listEnd == UNSURE || depth > DEEPEST) {
      return UNSURE;
    }
    int next = at + Integer.BYTES;
    while (next < listEnd) {
      next = skipValue(next, listEnd, depth);
      if (next == UNSURE) {
        return UNSURE;
      }
    }
    return listEnd;
  }

  private int skipValue(int at, int end, int depth) {
    if (at >= end) {
      return UNSURE;
    }
    int value = at + 1;
    return switch (bytes[at]) {
      case 'V' -> value;
      case 't', 'b', 'B' -> skip(1, value, end);
      case 's', 'u' -> skip(Short.BYTES, value, end);
      case 'I', 'i', 'f' -> skip(Integer.BYTES, value, end);
      case 'l', 'd', 'T' -> skip(Long.BYTES, value, end);
      case 'S', 'x' -> skipLongString(value, end);
      case 'F' -> skipTable(value, end, depth + 1);
      case 'A' -> skipList(value, end, depth + 1);
      default -> UNSURE;
    };
  }

  private int unsignedShort(int at) {
    return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
  }

  private int signedInt(int at) {
    return unsignedShort(at) << 16 | unsignedShort(at + 2);
  }
}
