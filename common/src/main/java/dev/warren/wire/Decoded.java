package dev.warren.wire;

import org.jspecify.annotations.Nullable;

/**
 * What reading a message gave: a value, or the reason why there is none. Exactly one of {@code
 * value} and {@code reason} is set.
 *
 * @param value what was read
 * @param reason why nothing was, for machines
 * @param detail the same for people; null with a value
 */
public record Decoded<T>(@Nullable T value, @Nullable Reason reason, @Nullable String detail) {

  /** Why a message cannot be understood; {@link #code()} is what travels. */
  public enum Reason {
    UNREADABLE_PROPERTIES("unreadable-properties"),
    TOO_LARGE("too-large"),
    UNSUPPORTED_CONTENT_TYPE("unsupported-content-type"),
    UNSUPPORTED_ENCODING("unsupported-encoding"),
    NO_TASK_NAME("no-task-name"),
    NO_ID("no-id"),
    BAD_HEADER("bad-header"),
    NOT_JSON("not-json"),
    TOO_DEEP("too-deep"),
    BAD_SHAPE("bad-shape"),
    UNSUPPORTED_FEATURE("unsupported-feature"),
    CANNOT_BE_HANDLED("cannot-be-handled");

    private final String code;

    Reason(String code) {
      this.code = code;
    }

    /** The reason as it stands in a header. */
    public String code() {
      return code;
    }
  }

  static <T> Decoded<T> of(T value) {
    return new Decoded<>(value, null, null);
  }

  /** The same reason for a value of another type. */
  <U> Decoded<U> cast() {
    return new Decoded<>(null, reason, detail);
  }

  /**
   * No value.
   *
   * @param detail may quote the message: it is cut to a length, and to one line
   */
  public static <T> Decoded<T> failed(Reason reason, String detail) {
    return new Decoded<>(null, reason, OneLine.of(detail));
  }
}
