package dev.warren.producer.security;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.AccessDeniedException;

/** A request that is refused for what it is, whoever sends it. The message is for the caller. */
public final class RefusedException extends AccessDeniedException {

  @Serial private static final long serialVersionUID = 1L;

  private final @Nullable Duration retryAfter;

  private RefusedException(String message, @Nullable Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  static RefusedException forGood(String message) {
    return new RefusedException(message, null);
  }

  static RefusedException tooOften(String message, Duration retryAfter) {
    return new RefusedException(message, retryAfter);
  }

  /** When it would pass: the caller comes too often. Null if it never would. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
