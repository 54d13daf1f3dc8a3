package dev.warren.producer.store;

/**
 * What a caller says to make a repeated request the same request.
 *
 * @param key the caller's {@code Idempotency-Key}, with whatever sets callers apart before it; at
 *     most 512 characters
 * @param fingerprint SHA-256 of the request, hexadecimal: the same key with another request is an
 *     error
 */
public record Idempotency(String key, String fingerprint) {}
