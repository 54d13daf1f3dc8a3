package dev.warren.worker.execute;

import dev.warren.wire.TaskMessage;
import dev.warren.worker.Isolation;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a task is run, as far as whoever calls it does not say.
 *
 * @param isolation where
 * @param softTimeLimit how long one attempt may run before it is asked to end; null for no rule
 * @param timeLimit how long one attempt may run; null for no rule
 * @param retries whether a failure is the end
 * @param quota how many at a time, and in a time; null for any
 */
public record TaskRules(
    Isolation isolation,
    @Nullable Duration softTimeLimit,
    @Nullable Duration timeLimit,
    RetryRules retries,
    @Nullable TaskQuota quota) {

  /** No rules. */
  public static final TaskRules NONE =
      new TaskRules(Isolation.DEFAULT, null, null, RetryRules.NONE, null);

  /** These rules, and where they say nothing, others. */
  TaskRules or(TaskRules others) {
    return new TaskRules(
        isolation == Isolation.DEFAULT ? others.isolation : isolation,
        softTimeLimit == null ? others.softTimeLimit : softTimeLimit,
        timeLimit == null ? others.timeLimit : timeLimit,
        retries.exist() ? retries : others.retries,
        quota == null ? others.quota : quota);
  }

  /** These rules for a chunk, which is not run again as a whole. */
  TaskRules withoutRetries() {
    return new TaskRules(isolation, softTimeLimit, timeLimit, RetryRules.NONE, quota);
  }

  /** These rules with other time limits. */
  TaskRules limitedTo(@Nullable Duration soft, @Nullable Duration hard) {
    return new TaskRules(isolation, soft, hard, retries, quota);
  }

  /** These rules with a quota whose rate can be changed. */
  TaskRules withQuota() {
    return quota != null
        ? this
        : new TaskRules(isolation, softTimeLimit, timeLimit, retries, TaskQuota.unlimited());
  }

  /** A message with the limits it has, or else these; a chunk may take them for each item. */
  TaskMessage limiting(TaskMessage task) {
    TaskMessage limited = task;
    if (task.softTimeLimit() == null && softTimeLimit != null) {
      limited = limited.softlyLimitedTo(softTimeLimit.multipliedBy(MapTask.items(task)));
    }
    if (task.timeLimit() == null && timeLimit != null) {
      limited = limited.limitedTo(timeLimit.multipliedBy(MapTask.items(task)));
    }
    return limited;
  }
}
