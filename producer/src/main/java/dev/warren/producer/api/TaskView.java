package dev.warren.producer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.warren.Progress;
import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskState;
import dev.warren.wire.TaskError;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A task as callers see it.
 *
 * @param result the value as JSON text; there only if the task has succeeded, and is neither one of
 *     a list nor a part of a group, whose results the group has
 * @param error there if the task, or its latest attempt, has failed
 * @param options there if any were given
 * @param progress there if the task has told of any
 * @param dueAt there if it waits for a moment
 * @param group there if it is a part of one
 */
record TaskView(
    UUID id,
    String task,
    String queue,
    TaskState state,
    @JsonRawValue @JsonInclude(Include.NON_NULL) @Nullable String result,
    @JsonInclude(Include.NON_NULL) @Nullable ErrorView error,
    @JsonInclude(Include.NON_NULL) @Nullable OptionsView options,
    @JsonInclude(Include.NON_NULL) @Nullable ProgressView progress,
    int attempts,
    int retries,
    @Nullable String worker,
    Instant submittedAt,
    @JsonInclude(Include.NON_NULL) @Nullable Instant dueAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @JsonInclude(Include.NON_NULL) @Nullable PartView group) {

  /** Why there is no result. */
  record ErrorView(
      String type, String message, @JsonInclude(Include.NON_NULL) @Nullable String trace) {}

  /**
   * The options that were given; a countdown is shown as the moment it leads to.
   *
   * @param softTimeLimit in seconds
   * @param timeLimit in seconds
   */
  @JsonInclude(Include.NON_NULL)
  record OptionsView(
      @Nullable Integer priority,
      @Nullable Instant eta,
      @Nullable Instant expires,
      @Nullable BigDecimal softTimeLimit,
      @Nullable BigDecimal timeLimit,
      @Nullable Integer maxRetries) {

    static @Nullable OptionsView of(TaskOptions options) {
      return options.equals(TaskOptions.NONE)
          ? null
          : new OptionsView(
              options.priority(),
              options.eta(),
              options.expires(),
              seconds(options.softTimeLimit()),
              seconds(options.timeLimit()),
              options.maxRetries() == 0 ? null : options.maxRetries());
    }

    private static @Nullable BigDecimal seconds(@Nullable Duration time) {
      if (time == null) {
        return null;
      }
      BigDecimal seconds = BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros();
      return seconds.scale() < 0 ? seconds.setScale(0) : seconds; // 100, not 1E+2
    }
  }

  /** How far it has come; {@code total} is 0 or less if that is not known. */
  record ProgressView(long current, long total, double fraction) {

    static @Nullable ProgressView of(@Nullable Progress progress) {
      return progress == null
          ? null
          : new ProgressView(progress.current(), progress.total(), progress.fraction());
    }
  }

  /** Which items of which group it computes, and how many of these have an outcome. */
  record PartView(UUID id, int first, int items, int done, int failed) {

    static @Nullable PartView of(@Nullable GroupPart part) {
      return part == null
          ? null
          : new PartView(part.group(), part.first(), part.items(), part.done(), part.failed());
    }
  }

  static TaskView of(StoredTask task) {
    TaskError error = task.error();
    return new TaskView(
        task.id(),
        task.task(),
        task.queue(),
        task.state(),
        task.part() == null ? task.result() : null,
        error == null ? null : new ErrorView(error.type(), error.message(), error.trace()),
        OptionsView.of(task.options()),
        ProgressView.of(task.progress()),
        task.attempts(),
        task.retries(),
        task.worker(),
        task.submittedAt(),
        task.dueAt(),
        task.startedAt(),
        task.finishedAt(),
        PartView.of(task.part()));
  }
}
