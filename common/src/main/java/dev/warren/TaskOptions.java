package dev.warren;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may choose for one task.
 *
 * @param expires a worker that gets the task after this moment does not run it: the handle fails
 *     with {@link WarrenException.TaskRevokedException}. Null: never
 */
public record TaskOptions(@Nullable Instant expires) {

  /** Nothing chosen. */
  public static final TaskOptions NONE = new TaskOptions(null);

  /** A task that is of no use any more after {@code moment}. */
  public static TaskOptions expiresAt(Instant moment) {
    return new TaskOptions(moment);
  }
}
