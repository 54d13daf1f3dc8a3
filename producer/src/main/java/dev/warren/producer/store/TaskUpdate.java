package dev.warren.producer.store;

import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * News of a task, as a worker's reply tells it.
 *
 * @param result the value as JSON text for SUCCESS, null otherwise
 * @param error why, for RETRY, FAILURE and REVOKED; null otherwise
 * @param attempt which execution this tells of; 1 is the first, 0 unknown
 * @param startedAt when this attempt began, or null
 * @param doneAt when it ended, or null
 */
public record TaskUpdate(
    UUID id,
    TaskStatus status,
    @Nullable String result,
    @Nullable TaskError error,
    @Nullable String worker,
    int attempt,
    @Nullable Instant startedAt,
    @Nullable Instant doneAt) {}
