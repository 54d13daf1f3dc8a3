package dev.warren.wire;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One task, as {@link WireFormat} writes and reads it. Values of {@code args} and {@code kwargs}
 * are any objects that Jackson can write; in a task that was read they are {@code JsonNode}s.
 *
 * @param id the task's id, a UUID for all that Warren sends
 * @param task the registered name
 * @param args positional arguments
 * @param kwargs keyword arguments
 * @param replyTo queue that the reply goes to, or null for none
 * @param correlationId what the reply carries as its correlation id; the task's id by default
 * @param retries attempts that were made and put off before this one
 * @param expires not to be run after this moment, or null
 * @param ignoreResult whether the caller wants no reply
 * @param trackStarted whether the caller wants a STARTED reply (header {@code
 *     warren_track_started})
 * @param unknownSince when a worker first saw that it does not know this task, or null (header
 *     {@code warren_unknown_since})
 * @param wantsPartial whether a chunk that fails is to tell the values of the items before the
 *     failing one (header {@code warren_partial})
 * @param lostAttempts attempts before this one whose worker was lost (header {@code
 *     warren_lost_attempts})
 * @param softTimeLimit how long one attempt may run before it is asked to end, or null; longer than
 *     zero (header {@code timelimit}, with the next)
 * @param timeLimit how long one attempt may run before it counts as failed, or null; longer than
 *     zero
 * @param eta not to be run before this moment, or null
 * @param priority 0 to 255, higher goes first in a queue that has priorities; null for none, which
 *     is as 0
 * @param bundledReplies whether who gets the reply understands several in one message, as {@link
 *     ReplyBundle} has them (header {@code warren_bundled_replies})
 * @param canvas where it stands among other tasks, and what follows it
 */
public record TaskMessage(
    String id,
    String task,
    List<? extends @Nullable Object> args,
    Map<String, ? extends @Nullable Object> kwargs,
    @Nullable String replyTo,
    String correlationId,
    int retries,
    @Nullable Instant expires,
    boolean ignoreResult,
    boolean trackStarted,
    @Nullable Instant unknownSince,
    boolean wantsPartial,
    int lostAttempts,
    @Nullable Duration softTimeLimit,
    @Nullable Duration timeLimit,
    @Nullable Instant eta,
    @Nullable Integer priority,
    boolean bundledReplies,
    Canvas canvas) {

  private static final int HIGHEST_PRIORITY = 255;

  /** Checks what would be wrong on the wire. */
  public TaskMessage {
    requirePositive("soft time limit", softTimeLimit);
    requirePositive("time limit", timeLimit);
    if (priority != null && (priority < 0 || priority > HIGHEST_PRIORITY)) {
      throw new IllegalArgumentException("a priority is 0 to 255: " + priority);
    }
  }

  private static void requirePositive(String what, @Nullable Duration limit) {
    if (limit != null && (limit.isNegative() || limit.isZero())) {
      throw new IllegalArgumentException("a " + what + " is longer than 0: " + limit);
    }
  }

  /** A new task. */
  public static TaskMessage of(
      String id,
      String task,
      List<? extends @Nullable Object> args,
      Map<String, ? extends @Nullable Object> kwargs) {
    return new TaskMessage(
        id,
        task,
        args,
        kwargs,
        null,
        id,
        0,
        null,
        false,
        false,
        null,
        false,
        0,
        null,
        null,
        null,
        null,
        false,
        Canvas.NONE);
  }

  /** This task, answered to a queue. */
  public TaskMessage replyingTo(String queue) {
    Copy copy = new Copy(this);
    copy.replyTo = queue;
    return copy.message();
  }

  /** This task, answered to somebody who understands several replies in one message. */
  public TaskMessage bundlingReplies() {
    Copy copy = new Copy(this);
    copy.bundledReplies = true;
    return copy.message();
  }

  /** This task, not to be run after a moment. */
  public TaskMessage expiringAt(@Nullable Instant moment) {
    Copy copy = new Copy(this);
    copy.expires = moment;
    return copy.message();
  }

  /** This task, not to be run before a moment. */
  public TaskMessage notBefore(@Nullable Instant moment) {
    Copy copy = new Copy(this);
    copy.eta = moment;
    return copy.message();
  }

  /** This task, with a STARTED reply when a worker begins. */
  public TaskMessage trackingStart() {
    Copy copy = new Copy(this);
    copy.trackStarted = true;
    return copy.message();
  }

  /** This chunk, which is to tell the values it has when an item fails. */
  public TaskMessage wantingPartial() {
    Copy copy = new Copy(this);
    copy.wantsPartial = true;
    return copy.message();
  }

  /** This task, an attempt of which fails when it runs for longer. */
  public TaskMessage limitedTo(@Nullable Duration limit) {
    Copy copy = new Copy(this);
    copy.timeLimit = limit;
    return copy.message();
  }

  /** This task, which is asked to end when it runs for longer. */
  public TaskMessage softlyLimitedTo(@Nullable Duration limit) {
    Copy copy = new Copy(this);
    copy.softTimeLimit = limit;
    return copy.message();
  }

  /** This task, with a priority of 0 to 255, or none. */
  public TaskMessage withPriority(@Nullable Integer newPriority) {
    Copy copy = new Copy(this);
    copy.priority = newPriority;
    return copy.message();
  }

  /** A call of another task in this one's place. */
  public TaskMessage calling(
      String otherTask,
      List<? extends @Nullable Object> itsArgs,
      Map<String, ? extends @Nullable Object> itsKwargs) {
    Copy copy = new Copy(this);
    copy.task = otherTask;
    copy.args = itsArgs;
    copy.kwargs = itsKwargs;
    return copy.message();
  }

  /** This task, at a place among others. */
  public TaskMessage in(Canvas newCanvas) {
    Copy copy = new Copy(this);
    copy.canvas = newCanvas;
    return copy.message();
  }

  /** This task, after so many attempts that failed. */
  public TaskMessage retriedTimes(int times) {
    Copy copy = new Copy(this);
    copy.retries = times;
    return copy.message();
  }

  /** What can be changed of a message on its way to another one. */
  private static final class Copy {
    private final TaskMessage of;
    private String task;
    private List<? extends @Nullable Object> args;
    private Map<String, ? extends @Nullable Object> kwargs;
    private @Nullable String replyTo;
    private int retries;
    private @Nullable Instant expires;
    private boolean trackStarted;
    private boolean wantsPartial;
    private @Nullable Duration softTimeLimit;
    private @Nullable Duration timeLimit;
    private @Nullable Instant eta;
    private @Nullable Integer priority;
    private boolean bundledReplies;
    private Canvas canvas;

    Copy(TaskMessage of) {
      this.of = of;
      this.task = of.task;
      this.args = of.args;
      this.kwargs = of.kwargs;
      this.replyTo = of.replyTo;
      this.retries = of.retries;
      this.expires = of.expires;
      this.trackStarted = of.trackStarted;
      this.wantsPartial = of.wantsPartial;
      this.softTimeLimit = of.softTimeLimit;
      this.timeLimit = of.timeLimit;
      this.eta = of.eta;
      this.priority = of.priority;
      this.bundledReplies = of.bundledReplies;
      this.canvas = of.canvas;
    }

    TaskMessage message() {
      return new TaskMessage(
          of.id,
          task,
          args,
          kwargs,
          replyTo,
          of.correlationId,
          retries,
          expires,
          of.ignoreResult,
          trackStarted,
          of.unknownSince,
          wantsPartial,
          of.lostAttempts,
          softTimeLimit,
          timeLimit,
          eta,
          priority,
          bundledReplies,
          canvas);
    }
  }

  /** Which attempt this is; 1 is the first. */
  public int attempt() {
    return (int) Math.min(Integer.MAX_VALUE, 1L + retries + lostAttempts);
  }

  /** Whether a reply is wanted. */
  public boolean wantsReply() {
    return replyTo != null && !replyTo.isEmpty() && !ignoreResult;
  }
}
