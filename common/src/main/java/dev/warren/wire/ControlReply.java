package dev.warren.wire;

import org.jspecify.annotations.Nullable;

/**
 * One worker's answer to a {@link ControlRequest}.
 *
 * @param ticket the request's
 * @param worker the worker's name
 * @param value the answer: any object that Jackson can write, a {@code JsonNode} when read
 */
public record ControlReply(String ticket, String worker, @Nullable Object value) {}
