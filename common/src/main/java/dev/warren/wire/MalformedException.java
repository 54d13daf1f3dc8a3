package dev.warren.wire;

import dev.warren.wire.Decoded.Reason;

/** Leaves the reading of a message early; never leaves this package. */
final class MalformedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final String detail;

  MalformedException(Reason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
    this.detail = detail;
  }

  <T> Decoded<T> decoded() {
    return Decoded.failed(reason, detail);
  }
}
