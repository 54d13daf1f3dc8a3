package dev.warren.producer.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a task.
 *
 * @param number 1 is the first
 * @param worker who ran it, or null if not known
 * @param startedAt when it began, by the worker's clock; null if not known
 * @param endedAt when it ended; null if it runs, or if nobody told
 * @param errorType why it failed; null if it did not, or runs
 * @param errorMessage as errorType
 */
public record Attempt(
    int number,
    @Nullable String worker,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String errorType,
    @Nullable String errorMessage) {}
