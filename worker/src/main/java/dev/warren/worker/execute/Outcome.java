package dev.warren.worker.execute;

import dev.warren.wire.TaskError;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt ended. Task code may throw anything: above the executor there are only these
 * values.
 *
 * @param kind what happened
 * @param value what the task returned; of a chunk that failed the values of the items before the
 *     failing one, if they are wanted; null otherwise
 * @param error why it did not succeed; null if it did
 * @param retryAfter of RETRY how long to wait; null otherwise
 */
public record Outcome(
    Kind kind, @Nullable Object value, @Nullable TaskError error, @Nullable Duration retryAfter) {

  /** One that is not retried. */
  public Outcome(Kind kind, @Nullable Object value, @Nullable TaskError error) {
    this(kind, value, error, null);
  }

  /**
   * This failure, by the rules of its task: retried, or the end of its retries. A time limit that
   * has passed is a {@link TimeoutException}, whatever the task threw then.
   *
   * @param thrown what it is for these rules otherwise
   * @param retries how often the task was retried already
   */
  Outcome retried(RetryRules rules, Throwable thrown, int retries) {
    if (kind != Kind.FAILED || !rules.exist()) {
      return this;
    }
    Throwable cause = isTimeLimitExceeded() ? new TimeoutException() : thrown;
    Duration wait = rules.before(cause, retries);
    return wait != null
        ? new Outcome(Kind.RETRY, null, error, wait)
        : retries > 0 ? new Outcome(Kind.GAVE_UP, null, error) : this;
  }

  /** What happened. */
  public enum Kind {
    /** Ran and returned. */
    SUCCEEDED,
    /** Ran and threw, or its arguments did not fit. */
    FAILED,
    /** Did not run: this worker knows no such task. */
    UNKNOWN_TASK,
    /** Did not run: its caller no longer wants it. */
    EXPIRED,
    /** Did not run, or was interrupted: its caller has given it up. */
    REVOKED,
    /** Was interrupted because the worker shuts down; must run again, elsewhere. */
    ABANDONED,
    /** Ran and threw; it is to run again after a while. */
    RETRY,
    /** Ran and threw, and has no retries left. */
    GAVE_UP,
    /** Its child was lost while it ran. */
    LOST,
    /** Did not run: no child could be started. */
    NOT_STARTED
  }

  private static final String TIME_LIMIT_EXCEEDED = "TimeLimitExceeded";
  private static final String SOFT_TIME_LIMIT_EXCEEDED = "SoftTimeLimitExceeded";
  private static final int LONGEST_MESSAGE = 4_000;
  private static final int LONGEST_TRACE = 16_000;

  static Outcome succeeded(@Nullable Object value) {
    return new Outcome(Kind.SUCCEEDED, value, null);
  }

  /**
   * A failure told by an exception's simple name, message and stack trace, all bounded.
   *
   * @param partial the values that a chunk has, or null
   */
  static Outcome failed(Throwable thrown, @Nullable Object partial) {
    return new Outcome(Kind.FAILED, partial, describe(thrown));
  }

  /**
   * Its child was lost while it ran it.
   *
   * @param how how the child ended, and what it said last
   */
  public static Outcome lost(String how) {
    return new Outcome(Kind.LOST, null, new TaskError("WorkerLostError", bounded(how), null));
  }

  /** No child could be started. */
  public static Outcome notStarted(@Nullable String why) {
    return new Outcome(
        Kind.NOT_STARTED,
        null,
        new TaskError("WorkerLostError", bounded(String.valueOf(why)), null));
  }

  private static String bounded(String text) {
    return text(text, LONGEST_MESSAGE);
  }

  /** The task was killed at its time limit. */
  public static Outcome timeLimitExceeded(Duration limit) {
    return timeLimitExceeded(limit, null, null);
  }

  /** Whether the task ran for longer than it may. */
  boolean isTimeLimitExceeded() {
    return kind == Kind.FAILED
        && error != null
        && (error.type().equals(TIME_LIMIT_EXCEEDED)
            || error.type().equals(SOFT_TIME_LIMIT_EXCEEDED));
  }

  /** The task ran for longer than it may, ignores its interrupt, and goes on. */
  static Outcome stuck(Duration limit) {
    Outcome exceeded = timeLimitExceeded(limit);
    TaskError error = Objects.requireNonNull(exceeded.error());
    String message = error.message() + "; it ignores its interrupt, and goes on in its worker";
    return new Outcome(Kind.FAILED, null, new TaskError(error.type(), message, null));
  }

  /** This loss of a child, which was the last that is allowed. */
  public Outcome lostForGood(int times) {
    String how = error == null ? "" : error.message();
    String message =
        "the process that ran it was lost, %s, and it ends here: %s"
            .formatted(times == 1 ? "once" : times + " times", how);
    return new Outcome(Kind.FAILED, null, new TaskError("WorkerLostError", bounded(message), null));
  }

  /** Its worker was lost while it had the task, so often that it does not run again. */
  public static Outcome workerLost(int times) {
    String message =
        "its worker was lost while it had the task, %s: killed, cut off, or past the broker's consumer_timeout; it ends here so that it takes no more workers with it"
            .formatted(times == 1 ? "once" : times + " times");
    return new Outcome(Kind.FAILED, null, new TaskError("WorkerLostError", message, null));
  }

  /**
   * The task ran for longer than it may, however it ended then.
   *
   * @param thrown what it threw; null if it returned
   * @param partial the values that a chunk has, or null
   */
  static Outcome timeLimitExceeded(
      Duration limit, @Nullable Throwable thrown, @Nullable Object partial) {
    return exceeded(TIME_LIMIT_EXCEEDED, "time limit", limit, thrown, partial);
  }

  /** The task was asked to end at its soft limit, and ended by that interrupt. */
  static Outcome softTimeLimitExceeded(Duration limit, Throwable thrown, @Nullable Object partial) {
    return exceeded(SOFT_TIME_LIMIT_EXCEEDED, "soft time limit", limit, thrown, partial);
  }

  private static Outcome exceeded(
      String type,
      String what,
      Duration limit,
      @Nullable Throwable thrown,
      @Nullable Object partial) {
    String seconds = BigDecimal.valueOf(limit.toMillis(), 3).stripTrailingZeros().toPlainString();
    String message = "it ran for longer than its " + what + " of " + seconds + " s";
    String trace = thrown == null ? null : describe(thrown).trace();
    return new Outcome(Kind.FAILED, partial, new TaskError(type, message, trace));
  }

  static Outcome unknownTask(String message) {
    return new Outcome(Kind.UNKNOWN_TASK, null, new TaskError("NotRegistered", message, null));
  }

  /** The tasks before a chord's callback have not all succeeded: it is not run. */
  public static Outcome chordFailed(String why) {
    return new Outcome(Kind.FAILED, null, new TaskError("ChordError", bounded(why), null));
  }

  /** The task's {@code expires} has passed. */
  public static Outcome expired() {
    return new Outcome(Kind.EXPIRED, null, new TaskError("TaskRevokedError", "expired", null));
  }

  /** The task was revoked before it began. */
  public static Outcome revoked() {
    return new Outcome(Kind.REVOKED, null, new TaskError("TaskRevokedError", "revoked", null));
  }

  /** The task was revoked while it ran, and ended by its interrupt. */
  public static Outcome terminated() {
    return new Outcome(Kind.REVOKED, null, new TaskError("TaskRevokedError", "terminated", null));
  }

  /** The worker stops. */
  public static Outcome abandoned() {
    return new Outcome(
        Kind.ABANDONED, null, new TaskError("WorkerShutdown", "the worker shut down", null));
  }

  private static TaskError describe(Throwable thrown) {
    try {
      String message = thrown.getMessage();
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      return new TaskError(
          simpleName(thrown.getClass()),
          text(message == null ? "" : message, LONGEST_MESSAGE),
          text(trace.toString(), LONGEST_TRACE));
    } catch (Throwable broken) { // an exception's own methods are task code, too
      return new TaskError(simpleName(thrown.getClass()), "", null);
    }
  }

  private static String simpleName(Class<?> type) {
    String name = type.getName();
    return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
  }

  /** Cut to length, and without the lone surrogates that JSON cannot carry. */
  private static String text(String text, int longest) {
    String cut = text.length() <= longest ? text : text.substring(0, longest) + "…";
    return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
