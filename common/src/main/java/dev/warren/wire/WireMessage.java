package dev.warren.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message in the broker's terms, without the broker's types: what {@link WireFormat} makes and
 * reads. The body is not copied; nobody changes it.
 *
 * @param headers application headers; strings, numbers, booleans, lists, maps and nulls
 * @param priority 0 to 255, higher goes first in a queue that has priorities; null for none, which
 *     is as 0
 */
public record WireMessage(
    @Nullable String contentType,
    @Nullable String contentEncoding,
    @Nullable String correlationId,
    @Nullable String replyTo,
    Map<String, @Nullable Object> headers,
    byte[] body,
    @Nullable Integer priority) {

  /** A message without a priority. */
  public WireMessage(
      @Nullable String contentType,
      @Nullable String contentEncoding,
      @Nullable String correlationId,
      @Nullable String replyTo,
      Map<String, @Nullable Object> headers,
      byte[] body) {
    this(contentType, contentEncoding, correlationId, replyTo, headers, body, null);
  }
}
