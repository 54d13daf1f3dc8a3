package dev.warren.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message in the broker's terms, without the broker's types: what {@link WireFormat} makes and
 * reads. The body is not copied; nobody changes it.
 *
 * @param headers application headers; strings, numbers, booleans, lists, maps and nulls
 */
public record WireMessage(
    @Nullable String contentType,
    @Nullable String contentEncoding,
    @Nullable String correlationId,
    @Nullable String replyTo,
    Map<String, @Nullable Object> headers,
    byte[] body) {}
