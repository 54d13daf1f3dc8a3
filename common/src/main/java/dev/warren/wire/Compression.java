package dev.warren.wire;

import dev.warren.wire.Decoded.Reason;
import java.io.ByteArrayOutputStream;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Bodies that kombu has compressed. What it calls gzip is zlib's format (RFC 1950).
 *
 * @see <a href="https://github.com/celery/kombu/blob/main/kombu/compression.py">compression.py</a>
 */
final class Compression {

  private static final Set<String> ZLIB = Set.of("application/x-gzip", "gzip", "zlib");
  private static final int BUFFER = 8 * 1024;

  private Compression() {}

  /**
   * A body as it was before.
   *
   * @param header the message's header {@code compression}; null for none
   * @param maxBytes the largest body: what is larger is given up as soon as that is known
   */
  static byte[] expand(byte[] body, @Nullable Object header, int maxBytes) {
    if (header == null) {
      return body;
    }
    if (!ZLIB.contains(header.toString())) {
      throw new MalformedException(
          Reason.UNSUPPORTED_ENCODING,
          "bodies compressed as '%s' are not supported: use zlib".formatted(header));
    }
    Inflater inflater = new Inflater();
    try {
      return inflate(inflater, body, maxBytes);
    } catch (DataFormatException e) {
      throw broken();
    } finally {
      inflater.end();
    }
  }

  private static byte[] inflate(Inflater inflater, byte[] body, int maxBytes)
      throws DataFormatException {
    inflater.setInput(body);
    ByteArrayOutputStream expanded = new ByteArrayOutputStream(body.length * 2);
    byte[] buffer = new byte[BUFFER];
    while (!inflater.finished()) {
      int count = inflater.inflate(buffer);
      if (count == 0 && !inflater.finished()) { // cut off, or with a dictionary that nobody has
        throw broken();
      }
      expanded.write(buffer, 0, count);
      if (expanded.size() > maxBytes) {
        throw new MalformedException(
            Reason.TOO_LARGE,
            "the body has more bytes when expanded than warren.max-message-bytes allows (%d)"
                .formatted(maxBytes));
      }
    }
    return expanded.toByteArray();
  }

  private static MalformedException broken() {
    return new MalformedException(
        Reason.UNSUPPORTED_ENCODING, "the body is not compressed as its header says");
  }
}
