package dev.warren.producer.api;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a page of a list ends: the id of its last entry, in a form that callers do not take apart.
 * It holds nothing that the caller may not know, and does not wear out.
 */
final class Cursor {

  private static final int BYTES = 16;

  private Cursor() {}

  /**
   * A page.
   *
   * @param entries what is on it
   * @param next the cursor of the next page; null if this is the last one
   */
  record Page<T>(List<T> entries, @Nullable String next) {}

  /**
   * The first entries of what was found, which is one more than a page has if there is another one.
   */
  static <T> Page<T> page(List<T> found, int limit, Function<T, UUID> id) {
    if (found.size() <= limit) {
      return new Page<>(found, null);
    }
    return new Page<>(found.subList(0, limit), behind(id.apply(found.get(limit - 1))));
  }

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
