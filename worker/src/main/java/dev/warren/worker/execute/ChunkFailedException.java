package dev.warren.worker.execute;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An item of a chunk failed; carries the values of the items before it. */
final class ChunkFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Throwable failure;
  private final transient List<@Nullable Object> values;

  /**
   * @param failure what the item threw
   */
  ChunkFailedException(Throwable failure, List<@Nullable Object> values) {
    super(null, failure, false, false);
    this.failure = failure;
    this.values = values;
  }

  Throwable failure() {
    return failure;
  }

  List<@Nullable Object> values() {
    return values;
  }
}
