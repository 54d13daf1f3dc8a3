package dev.warren.wire;

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
    int lostAttempts) {

  /** A new task. */
  public static TaskMessage of(
      String id,
      String task,
      List<? extends @Nullable Object> args,
      Map<String, ? extends @Nullable Object> kwargs) {
    return new TaskMessage(id, task, args, kwargs, null, id, 0, null, false, false, null, false, 0);
  }

  /** This task, answered to a queue. */
  public TaskMessage replyingTo(String queue) {
    return with(queue, expires, trackStarted, wantsPartial);
  }

  /** This task, not to be run after a moment. */
  public TaskMessage expiringAt(@Nullable Instant moment) {
    return with(replyTo, moment, trackStarted, wantsPartial);
  }

  /** This task, with a STARTED reply when a worker begins. */
  public TaskMessage trackingStart() {
    return with(replyTo, expires, true, wantsPartial);
  }

  /** This chunk, which is to tell the values it has when an item fails. */
  public TaskMessage wantingPartial() {
    return with(replyTo, expires, trackStarted, true);
  }

  private TaskMessage with(
      @Nullable String newReplyTo,
      @Nullable Instant newExpires,
      boolean newTrackStarted,
      boolean newWantsPartial) {
    return new TaskMessage(
        id,
        task,
        args,
        kwargs,
        newReplyTo,
        correlationId,
        retries,
        newExpires,
        ignoreResult,
        newTrackStarted,
        unknownSince,
        newWantsPartial,
        lostAttempts);
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
