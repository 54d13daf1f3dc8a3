package dev.warren.producer.store;

import dev.warren.WarrenException;
import org.jspecify.annotations.Nullable;

/** The database does not answer, or refuses. */
public final class StoreUnavailableException extends WarrenException {

  private static final long serialVersionUID = 1L;

  private final boolean certain;

  /**
   * @param certain whether it is sure that nothing was written
   */
  public StoreUnavailableException(String message, @Nullable Throwable cause, boolean certain) {
    super(message, cause);
    this.certain = certain;
  }

  /** Whether it is sure that nothing was written. */
  public boolean isCertain() {
    return certain;
  }
}
