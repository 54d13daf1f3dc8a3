package dev.warren.producer.store;

import dev.warren.Progress;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Instant;
import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What news do to a task. Pure.
 *
 * <p>The states form a lattice, {@code SCHEDULED < QUEUED < STARTED(1) < RETRYING(1) < STARTED(2) <
 * … <} any finished one, and news from below are ignored, so that late, doubled or shuffled replies
 * do no harm.
 *
 * <ol>
 *   <li><b>I1</b> The first finished state wins; nothing changes afterwards.
 *   <li><b>I2</b> Each failed attempt uses up one retry, however often its reply comes. That needs
 *       the message of a retry to count higher than every attempt before it: its header {@code
 *       retries} is the task's {@link StoredTask#attempts}.
 *   <li><b>I3</b> A task that failed and has retries left is due again; {@link StoredTask#dueAt}
 *       tells when.
 * </ol>
 *
 * What is particular to parts of groups is in {@link PartLattice}.
 */
final class TaskLattice {

  /** What a task that was cancelled has for an error; Celery's name for it. */
  static final TaskError CANCELLED = new TaskError("TaskRevokedError", "cancelled", null);

  private static final String NOT_REGISTERED = "NotRegistered";
  private static final String EXPIRED = "expired";
  private static final int GENERATIONS = 0xFFFF;

  /** What an unfinished task keeps of a text from a worker. */
  static final int LONGEST_NOTE = 1000;

  private static final int LONGEST_NAME = 255;

  private static final Instant EARLIEST = Instant.EPOCH;
  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  private static final Pattern CURRENT = number("current");
  private static final Pattern TOTAL = number("total");

  private TaskLattice() {}

  /**
   * A task after news of it; the same object if they say nothing new.
   *
   * @param now when a task that finishes has finished, if the worker did not tell; and what the
   *     wait before a retry begins with
   * @param jitter from 0 to 1, for {@link RetryBackoff}
   */
  static StoredTask after(StoredTask task, TaskUpdate news, Instant now, DoubleSupplier jitter) {
    return after(task, news, now, jitter, true);
  }

  /** As above, and whether it may be run again: not if it was cancelled while it ran. */
  static StoredTask after(
      StoredTask task, TaskUpdate news, Instant now, DoubleSupplier jitter, boolean mayRunAgain) {
    GroupPart part = task.part();
    if (task.state().isFinished()
        || part != null && news.generation() != (part.generation() & GENERATIONS)) {
      return task;
    }
    return switch (news.status()) {
      case STARTED, PROGRESS -> started(task, news);
      case RETRY -> putOff(task, news);
      case FAILURE ->
          isOldFailure(task, news) ? task : failed(task, news, now, jitter, mayRunAgain);
      case SUCCESS ->
          part == null
              ? finished(task, news, TaskState.SUCCEEDED, now)
              : PartLattice.succeeded(task, part, news, now, mayRunAgain);
      case REVOKED -> finished(task, news, revoked(news), now);
    };
  }

  private static StoredTask started(StoredTask task, TaskUpdate news) {
    boolean running = task.state() == TaskState.STARTED;
    int next = running ? task.attempts() : task.attempts() + 1;
    int attempt = news.attempt() > 0 ? news.attempt() : next;
    if (attempt < next) {
      return task;
    }
    boolean progress = news.status() == TaskStatus.PROGRESS;
    boolean sameAttempt = running && attempt == task.attempts();
    TaskDraft draft = new TaskDraft(task);
    draft.state = TaskState.STARTED;
    draft.attempts = attempt;
    draft.dueAt = null;
    draft.worker = worker(task, news);
    draft.startedAt =
        progress && sameAttempt ? startedAt(task, news, attempt) : moment(news.startedAt());
    draft.progress = progress ? progress(news.result()) : null;
    draft.error = null;
    return draft.done();
  }

  /** A worker could not run it now; the message is still with the broker, and will come again. */
  private static StoredTask putOff(StoredTask task, TaskUpdate news) {
    int attempt = news.attempt() > 0 ? news.attempt() : Math.max(1, task.attempts());
    boolean known =
        task.state() == TaskState.RETRYING && task.retries() > 0 && attempt == task.attempts();
    if (attempt < task.attempts() || known) {
      return task;
    }
    TaskDraft draft = heard(task, news, attempt);
    draft.state = TaskState.RETRYING;
    draft.error = brief(news.error());
    return draft.done();
  }

  /** Whether the attempt that failed is one that has been followed by another already (I2). */
  private static boolean isOldFailure(StoredTask task, TaskUpdate news) {
    if (task.options().maxRetries() == 0) {
      return false;
    }
    boolean retrying = task.state() == TaskState.RETRYING && task.retries() > 0;
    if (news.attempt() == 0) {
      return retrying && task.dueAt() != null;
    }
    return retrying ? news.attempt() <= task.attempts() : news.attempt() < task.attempts();
  }

  private static StoredTask failed(
      StoredTask task, TaskUpdate news, Instant now, DoubleSupplier jitter, boolean mayRunAgain) {
    GroupPart part = task.part();
    if (part != null) {
      return PartLattice.failed(task, part, news, now, jitter, mayRunAgain);
    }
    if (!mayRunAgain || !isRetried(task, news, task.retries())) {
      return finished(task, news, TaskState.FAILED, now);
    }
    TaskDraft draft = heard(task, news, attempt(task, news));
    retry(draft, news, task.retries(), now, jitter);
    return draft.done();
  }

  private static StoredTask finished(
      StoredTask task, TaskUpdate news, TaskState state, Instant now) {
    boolean ran = news.status() != TaskStatus.REVOKED;
    TaskDraft draft = heard(task, news, ran ? attempt(task, news) : task.attempts());
    finish(draft, state, news, now);
    if (news.status() == TaskStatus.SUCCESS) {
      draft.result = news.result() == null ? "null" : news.result();
    } else {
      draft.error = whole(news.error());
    }
    return draft.done();
  }

  // --- what parts need, too --------------------------------------------------------------------

  /** The task with what every reply that ends an attempt tells. */
  static TaskDraft heard(StoredTask task, TaskUpdate news, int attempt) {
    TaskDraft draft = new TaskDraft(task);
    draft.startedAt = startedAt(task, news, attempt);
    draft.attempts = attempt;
    draft.worker = worker(task, news);
    draft.dueAt = null;
    draft.progress = null;
    draft.error = null;
    return draft;
  }

  /** The attempt that ended. */
  static int attempt(StoredTask task, TaskUpdate news) {
    return Math.max(Math.max(1, task.attempts()), news.attempt());
  }

  static void finish(TaskDraft draft, TaskState state, TaskUpdate news, Instant now) {
    Instant doneAt = moment(news.doneAt());
    draft.state = state;
    draft.finishedAt = doneAt == null ? now : doneAt;
  }

  /** Whether a failure is followed by another attempt, after so many retries. */
  static boolean isRetried(StoredTask task, TaskUpdate news, int retries) {
    TaskError error = news.error();
    return retries < task.options().maxRetries()
        && (error == null || !error.type().equals(NOT_REGISTERED));
  }

  static void retry(
      TaskDraft draft, TaskUpdate news, int retries, Instant now, DoubleSupplier jitter) {
    draft.state = TaskState.RETRYING;
    draft.retries = retries + 1;
    draft.dueAt = now.plus(RetryBackoff.before(retries + 1, jitter.getAsDouble()));
    draft.error = brief(news.error());
  }

  /** What an unfinished task keeps of an error. */
  static @Nullable TaskError brief(@Nullable TaskError error) {
    return error == null
        ? null
        : new TaskError(name(error.type()), shortened(error.message(), LONGEST_NOTE), null);
  }

  /** What a finished task keeps of an error. */
  static @Nullable TaskError whole(@Nullable TaskError error) {
    return error == null ? null : new TaskError(name(error.type()), error.message(), error.trace());
  }

  static String shortened(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }

  // --- what workers tell -----------------------------------------------------------------------

  private static TaskState revoked(TaskUpdate news) {
    return news.error() != null && news.error().message().equals(EXPIRED)
        ? TaskState.EXPIRED
        : TaskState.REVOKED;
  }

  /** The news' own, or the known one if it is of the same attempt. */
  private static @Nullable Instant startedAt(StoredTask task, TaskUpdate news, int attempt) {
    Instant told = moment(news.startedAt());
    return told != null || attempt != task.attempts() ? told : task.startedAt();
  }

  private static @Nullable String worker(StoredTask task, TaskUpdate news) {
    return news.worker() == null ? task.worker() : name(news.worker());
  }

  private static String name(String text) {
    return shortened(text, LONGEST_NAME);
  }

  /** A worker may tell any moment; the database cannot keep each. */
  static @Nullable Instant moment(@Nullable Instant told) {
    return told == null || told.isBefore(EARLIEST) || told.isAfter(LATEST)
        ? null
        : Moments.micros(told);
  }

  private static @Nullable Progress progress(@Nullable String json) {
    return json == null ? null : new Progress(find(CURRENT, json), find(TOTAL, json));
  }

  private static long find(Pattern number, String json) {
    Matcher found = number.matcher(json);
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  private static Pattern number(String name) {
    return Pattern.compile("\"" + name + "\"\\s*:\\s*(-?\\d{1,18})");
  }
}
