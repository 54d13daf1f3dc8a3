package dev.warren.client;

import dev.warren.Callbacks;
import dev.warren.Progress;
import dev.warren.WarrenException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.WarrenException.WorkerLostException;
import dev.warren.rabbit.Nanos;
import dev.warren.wire.PlainValues;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The handle of one task, or of one chunk of a map. It ends by the first terminal reply or the
 * first failure; whatever comes later is ignored.
 */
final class PendingResult<R> extends FutureResult<R> {

  /** A century: far from where the clock's numbers begin anew. */
  private static final long LONGEST_QUIET = Duration.ofDays(36_525).toNanos();

  private final String task;
  private final JavaType resultType;
  private final JsonMapper mapper;
  private final PlainValues plain;
  private final Revoker revoker;
  private volatile @Nullable ReplyMessage latest; // written by the thread that receives replies
  private volatile Progress progress = Progress.UNKNOWN; // likewise
  private volatile long lastSign; // likewise, and by acceptedBy()
  private volatile @Nullable Long quietUntil; // likewise, and when it is made
  private volatile @Nullable String queue; // written once, after lastSign

  PendingResult(
      String id,
      String task,
      JavaType resultType,
      JsonMapper mapper,
      PlainValues plain,
      Callbacks<? super R> callbacks,
      CallbackRunner runner,
      Revoker revoker) {
    super(id, callbacks, runner);
    this.task = task;
    this.resultType = resultType;
    this.mapper = mapper;
    this.plain = plain;
    this.revoker = revoker;
  }

  // --- replies ---------------------------------------------------------------------------------

  /** The broker has put the task into a queue. */
  void acceptedBy(String taskQueue) {
    lastSign = System.nanoTime();
    queue = taskQueue;
    accepted();
  }

  /** Nothing is to be heard of it before a moment, and that is no bad sign. */
  void silentUntil(@Nullable Instant moment) {
    if (moment != null) {
      long nanos = Nanos.of(Duration.between(Instant.now(), moment));
      quietUntil = System.nanoTime() + Math.max(0, Math.min(nanos, LONGEST_QUIET));
    }
  }

  /** What it was to follow has ended: from now on, or from a moment, it is to be heard of. */
  void isNext(@Nullable Instant eta) {
    lastSign = System.nanoTime();
    quietUntil = null;
    silentUntil(eta);
  }

  /** The queue that took the task, or null as long as none did. */
  @Nullable String queue() {
    return queue;
  }

  /** When the task was accepted or last heard of, on {@link System#nanoTime()}'s clock. */
  long lastSign() {
    long sign = lastSign;
    Long quiet = quietUntil;
    return quiet != null && quiet - sign > 0 ? quiet : sign;
  }

  /** A reply that is not terminal is only remembered. */
  void onReply(ReplyMessage reply) {
    lastSign = System.nanoTime();
    latest = reply;
    silentUntil(reply.dueAt());
    if (reply.status().isTerminal()) {
      accepted(); // it has run, so it was accepted, whatever became of the confirm
    }
    switch (reply.status()) {
      case SUCCESS -> succeedWith(reply.result());
      case FAILURE, REVOKED -> fail(failure(reply));
      case PROGRESS -> progress = read(reply.result());
      case STARTED, RETRY -> {}
    }
  }

  private void succeedWith(@Nullable Object value) {
    R bound;
    try {
      bound = value instanceof JsonNode json ? bind(json) : null;
    } catch (JacksonException e) {
      fail(unfit(e.getOriginalMessage(), e));
      return;
    } catch (RuntimeException | Error e) { // the result type's own code may throw anything
      fail(unfit(e.toString(), e));
      return;
    }
    succeed(bound);
  }

  @SuppressWarnings("unchecked") // a plain value is one of the result type
  private @Nullable R bind(JsonNode json) {
    Object value = plain.read(json, resultType);
    return value == null ? mapper.treeToValue(json, resultType) : (R) value;
  }

  private EncodingException unfit(String why, Throwable cause) {
    return new EncodingException(
        "the result of task %s (%s) is not a %s: %s"
            .formatted(id(), task, resultType.toCanonical(), why),
        cause);
  }

  private WarrenException failure(ReplyMessage reply) {
    TaskError error = reply.error();
    if (error == null) {
      return new TaskFailedException(id(), "Exception", "", null);
    }
    if (error.type().equals("WorkerLostError"))
      return new WorkerLostException(id(), error.message());
    return reply.status() == TaskStatus.REVOKED
        ? new TaskRevokedException(id(), error.message())
        : new TaskFailedException(id(), error.type(), error.message(), error.trace());
  }

  private Progress read(@Nullable Object told) {
    return told instanceof JsonNode json
        ? new Progress(json.path("current").asLong(0), json.path("total").asLong(0))
        : progress;
  }

  /**
   * The values that a chunk which failed has of the items before the failing one.
   *
   * @return null if it did not tell any
   */
  @Nullable R partial() {
    ReplyMessage reply = latest;
    try {
      return reply != null
              && reply.status() == TaskStatus.FAILURE
              && reply.result() instanceof JsonNode json
          ? bind(json)
          : null;
    } catch (RuntimeException | Error e) { // no list of such values: then it told none
      return null;
    }
  }

  // --- AsyncResult -----------------------------------------------------------------------------

  @Override
  public Progress progress() {
    return progress;
  }

  @Override
  public boolean cancel() {
    boolean first = fail(new TaskRevokedException(id(), "cancelled by its caller"));
    if (first) {
      revoker.revoke(List.of(id()));
    }
    return first;
  }

  @Override
  String whereabouts() {
    return "task %s (%s) %s".formatted(id(), task, state());
  }

  private String state() {
    ReplyMessage reply = latest;
    if (reply == null) {
      return isAccepted() ? "waits in the queue or runs" : "is not yet taken over by the broker";
    }
    TaskError error = reply.error();
    return "is "
        + reply.status()
        + (error == null ? "" : ": " + error.type() + ": " + error.message())
        + (reply.worker() == null ? "" : " on " + reply.worker());
  }
}
