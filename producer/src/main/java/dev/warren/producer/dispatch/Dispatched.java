package dev.warren.producer.dispatch;

import dev.warren.producer.store.StoredTask;
import dev.warren.rabbit.PublishOutcome;

/**
 * What became of a task that was published. Only ACCEPTED and UNKNOWN leave it in the store.
 *
 * @param task as it is known now: a fast worker may have finished it
 */
public record Dispatched(StoredTask task, PublishOutcome outcome) {}
