package dev.warren.wire;

import org.jspecify.annotations.Nullable;

/**
 * Why a task has no result. All of it is data from another process: nothing here is ever turned
 * back into an exception of that type.
 *
 * @param type simple name of the exception, as {@code IllegalStateException}
 * @param message its message; may be empty
 * @param trace its stack trace as text, or null
 */
public record TaskError(String type, String message, @Nullable String trace) {}
