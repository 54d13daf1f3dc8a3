package dev.warren.producer.api;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a page of a list ends: the id of its last entry, in a form that callers do not take apart.
 * It holds nothing that the caller may not know, and does not wear out.
 */
final class Cursor {

  private static final int BYTES = 16;

  private Cursor() {}

  static String behind(UUID last) {
    byte[] bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(last.getMostSignificantBits())
            .putLong(last.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * The id in a cursor; null if there is none.
   *
   * @throws ProblemException {@code invalid-parameter} if it is not one that {@link #behind} made
   */
  static @Nullable UUID read(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (bytes.length == BYTES) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        UUID id = new UUID(buffer.getLong(), buffer.getLong());
        if (behind(id).equals(text)) { // the decoder takes paddings and stray bits as well
          return id;
        }
      }
    } catch (IllegalArgumentException e) {
      // as any other text
    }
    throw new ProblemException(
            Problem.INVALID_PARAMETER, "a cursor is what an earlier page gave as 'next'")
        .with("parameter", "cursor");
  }
}
