package dev.warren.producer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warren.producer.api.TaskView.ErrorView;
import dev.warren.producer.store.Attempt;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task's executions as callers see them. */
record AttemptsView(List<AttemptView> attempts) {

  /**
   * One execution.
   *
   * @param error there if it has failed, without a trace
   */
  record AttemptView(
      int number,
      @Nullable String worker,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ErrorView error) {}

  static AttemptsView of(List<Attempt> attempts) {
    return new AttemptsView(attempts.stream().map(AttemptsView::of).toList());
  }

  private static AttemptView of(Attempt attempt) {
    String type = attempt.errorType();
    return new AttemptView(
        attempt.number(),
        attempt.worker(),
        attempt.startedAt(),
        attempt.endedAt(),
        type == null
            ? null
            : new ErrorView(
                type, attempt.errorMessage() == null ? "" : attempt.errorMessage(), null));
  }
}
