package dev.warren.producer.dispatch;

import dev.warren.producer.store.StoredTask;

/**
 * A task that is accepted.
 *
 * @param task as it is known now: a fast worker may have finished it
 * @param repeated whether an earlier request with the same idempotency key had submitted it
 */
public record Submitted(StoredTask task, boolean repeated) {}
