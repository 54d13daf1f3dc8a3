package dev.warren.producer.store;

import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one task.
 *
 * @param task the registered name
 * @param attempts executions that were begun, as far as workers told; 0 before the first
 * @param worker the worker that spoke last of it, or null
 * @param startedAt when the latest attempt began, by the worker's clock; null if not known
 * @param finishedAt when it reached its last state, by the worker's clock if it told; null before
 * @param result the value as JSON text ({@code null} of the task's is the text "null"); null unless
 *     {@link TaskState#SUCCEEDED}
 * @param error why the task, or its latest attempt, has no result; null otherwise
 */
public record StoredTask(
    UUID id,
    String task,
    String queue,
    TaskState state,
    int attempts,
    @Nullable String worker,
    Instant submittedAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable String result,
    @Nullable TaskError error) {

  /**
   * What an unfinished task may keep of a text from a worker: unfinished tasks are never evicted.
   */
  private static final int LONGEST_NOTE = 1000;

  private static final int LONGEST_NAME = 255;

  /** A task that is about to be published. */
  public static StoredTask queued(UUID id, String task, String queue, Instant submittedAt) {
    return new StoredTask(
        id, task, queue, TaskState.QUEUED, 0, null, submittedAt, null, null, null, null);
  }

  /**
   * This task after news of it; itself if they say nothing new. The states form a lattice: {@code
   * QUEUED < STARTED(1) < RETRYING(1) < STARTED(2) < … <} any finished one, and news from below are
   * ignored, so that late, doubled or shuffled replies do no harm. The first finished state wins.
   *
   * @param now when a task that finishes has finished, if the worker did not tell
   */
  public StoredTask after(TaskUpdate news, Instant now) {
    if (state.isFinished()) {
      return this;
    }
    return switch (news.status()) {
      case STARTED, PROGRESS -> started(news);
      case RETRY -> retrying(news);
      case SUCCESS, FAILURE, REVOKED -> finished(news, now);
    };
  }

  /** This task, failed for a reason that no worker told; itself if it is finished. */
  public StoredTask failed(TaskError why, Instant now) {
    return state.isFinished()
        ? this
        : new StoredTask(
            id,
            task,
            queue,
            TaskState.FAILED,
            attempts,
            worker,
            submittedAt,
            startedAt,
            now,
            null,
            why);
  }

  private StoredTask started(TaskUpdate news) {
    int next = state == TaskState.STARTED ? attempts : attempts + 1;
    int attempt = news.attempt() > 0 ? news.attempt() : next;
    if (attempt < next) {
      return this;
    }
    return new StoredTask(
        id,
        task,
        queue,
        TaskState.STARTED,
        attempt,
        worker(news),
        submittedAt,
        news.startedAt(),
        null,
        null,
        null);
  }

  private StoredTask retrying(TaskUpdate news) {
    int attempt = news.attempt() > 0 ? news.attempt() : Math.max(1, attempts);
    if (attempt < attempts) {
      return this;
    }
    return new StoredTask(
        id,
        task,
        queue,
        TaskState.RETRYING,
        attempt,
        worker(news),
        submittedAt,
        startedAt(news, attempt),
        null,
        null,
        brief(news.error()));
  }

  private StoredTask finished(TaskUpdate news, Instant now) {
    boolean ran = news.status() != TaskStatus.REVOKED;
    int attempt = ran ? Math.max(Math.max(1, attempts), news.attempt()) : attempts;
    return new StoredTask(
        id,
        task,
        queue,
        state(news),
        attempt,
        worker(news),
        submittedAt,
        startedAt(news, attempt),
        news.doneAt() == null ? now : news.doneAt(),
        news.status() == TaskStatus.SUCCESS ? news.result() : null,
        news.error());
  }

  /** The news' own, or the known one if it is of the same attempt. */
  private @Nullable Instant startedAt(TaskUpdate news, int attempt) {
    return news.startedAt() != null || attempt != attempts ? news.startedAt() : startedAt;
  }

  private @Nullable String worker(TaskUpdate news) {
    return news.worker() == null ? worker : shortened(news.worker(), LONGEST_NAME);
  }

  private static TaskState state(TaskUpdate news) {
    return switch (news.status()) {
      case SUCCESS -> TaskState.SUCCEEDED;
      case REVOKED ->
          news.error() != null && news.error().message().equals("expired")
              ? TaskState.EXPIRED
              : TaskState.REVOKED;
      default -> TaskState.FAILED;
    };
  }

  private static @Nullable TaskError brief(@Nullable TaskError error) {
    return error == null
        ? null
        : new TaskError(
            shortened(error.type(), LONGEST_NAME), shortened(error.message(), LONGEST_NOTE), null);
  }

  private static String shortened(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }
}
