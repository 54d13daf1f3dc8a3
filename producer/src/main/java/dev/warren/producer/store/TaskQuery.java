package dev.warren.producer.store;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks to list; newest first.
 *
 * @param states only tasks in one of these; empty for all
 * @param task only tasks of this name, or null
 * @param queue only tasks of this queue, or null
 * @param group only parts of this group, or null
 * @param before only tasks older than this one: ids are ordered by time (UUIDv7); null for all
 * @param limit at most so many
 */
public record TaskQuery(
    Set<TaskState> states,
    @Nullable String task,
    @Nullable String queue,
    @Nullable UUID group,
    @Nullable UUID before,
    int limit) {}
