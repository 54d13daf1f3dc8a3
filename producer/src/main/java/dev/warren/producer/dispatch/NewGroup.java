package dev.warren.producer.dispatch;

import dev.warren.producer.store.TaskOptions;

/**
 * Many calls of one task that a caller asks for, without the calls; checked, but not submitted.
 *
 * @param task the name under which workers register it
 * @param queue one of the configured queues
 * @param options how each part is run
 * @param star whether an item is the list of a call's arguments rather than the only one
 * @param chunkSize at most so many items travel in one message
 */
public record NewGroup(
    String task, String queue, TaskOptions options, boolean star, int chunkSize) {}
