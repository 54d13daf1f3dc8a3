package dev.warren.producer.store;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a task is to be run.
 *
 * @param priority 0 to 255, higher first, on a queue that has priorities; null for none
 * @param eta not to be started before this moment, or null
 * @param expires not to be started after this moment, or null
 * @param softTimeLimit how long one attempt may run before it is asked to end, or null for no limit
 * @param timeLimit how long one attempt may run, or null for no limit
 * @param maxRetries how often an attempt that failed is followed by another; 0 is never
 */
public record TaskOptions(
    @Nullable Integer priority,
    @Nullable Instant eta,
    @Nullable Instant expires,
    @Nullable Duration softTimeLimit,
    @Nullable Duration timeLimit,
    int maxRetries) {

  /** Nothing special. */
  public static final TaskOptions NONE = new TaskOptions(null, null, null, null, null, 0);
}
