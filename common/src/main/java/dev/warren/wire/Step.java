package dev.warren.wire;

import dev.warren.wire.Decoded.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * How a task is to be sent that follows another one: the options of its {@link Signature}. Delays
 * and expirations in seconds count from when it is sent.
 *
 * @param id its id, or null for any
 * @param queue where it goes; null for where the task before it came from
 * @param replyTo queue of its reply, or null for none
 * @param eta not before this moment, or null
 * @param countdown not before so long from then, or null
 * @param expires not after this moment, or null
 * @param expiresIn not after so long from then, or null
 * @param callbacks as in {@link Canvas}
 * @param errbacks likewise
 */
public record Step(
    @Nullable String id,
    @Nullable String queue,
    @Nullable String replyTo,
    @Nullable Instant eta,
    @Nullable Duration countdown,
    @Nullable Instant expires,
    @Nullable Duration expiresIn,
    @Nullable Duration softTimeLimit,
    @Nullable Duration timeLimit,
    @Nullable Integer priority,
    boolean ignoreResult,
    @Nullable String group,
    @Nullable Integer groupIndex,
    List<Signature> callbacks,
    List<Signature> errbacks) {

  /**
   * The step of a signature that was read.
   *
   * @throws RuntimeException if its options are none; {@link WireFormat#readTask} has found that
   *     out for what came in a message
   */
  public static Step of(Signature signature) {
    Options options = new Options(signature.task(), signature.options());
    String exchange = options.text("exchange");
    if (exchange != null && !exchange.isEmpty() && options.text("queue") == null) {
      throw new MalformedException(
          Reason.UNSUPPORTED_FEATURE,
          "this worker does not send " + signature.task() + " to an exchange: name a queue");
    }
    String queue = options.text("queue");
    return new Step(
        options.text("task_id"),
        queue == null ? options.text("routing_key") : queue,
        options.text("reply_to"),
        options.moment("eta"),
        options.duration("countdown"),
        options.get("expires").isNumber() ? null : options.moment("expires"),
        options.get("expires").isNumber() ? options.duration("expires") : null,
        options.limit("soft_time_limit"),
        options.limit("time_limit"),
        options.number("priority"),
        options.get("ignore_result").asBoolean(false),
        options.text("group_id"),
        options.number("group_index"),
        CanvasFormat.list("link", options.get("link")),
        CanvasFormat.list("link_error", options.get("link_error")));
  }

  /** The options of a task, by name. */
  private record Options(String task, Map<String, ? extends @Nullable Object> all) {

    private static final double LONGEST_SECONDS = 100 * 365.25 * 24 * 3600;
    private static final int HIGHEST_PRIORITY = 255;

    JsonNode get(String name) {
      return all.get(name) instanceof JsonNode node ? node : MissingNode.getInstance();
    }

    private boolean isThere(String name) {
      return !get(name).isMissingNode() && !get(name).isNull();
    }

    @Nullable String text(String name) {
      if (!isThere(name)) {
        return null;
      }
      // A queue may be written as an object with its declaration.
      JsonNode value = get(name).isObject() ? get(name).path("name") : get(name);
      if (!value.isString() || !(value.asString().isEmpty() || Json.isName(value.asString()))) {
        throw bad(name, "a string of at most 255 bytes");
      }
      return value.asString().isEmpty() ? null : value.asString();
    }

    @Nullable Integer number(String name) {
      if (!isThere(name)) {
        return null;
      }
      if (!get(name).isInt() || get(name).asInt() < 0) {
        throw bad(name, "a number");
      }
      return name.equals("priority")
          ? Integer.valueOf(Math.min(HIGHEST_PRIORITY, get(name).asInt()))
          : Integer.valueOf(get(name).asInt());
    }

    @Nullable Duration duration(String name) {
      if (!isThere(name)) {
        return null;
      }
      if (!get(name).isNumber()) {
        throw bad(name, "a number of seconds");
      }
      double seconds = Math.max(0, Math.min(get(name).asDouble(), LONGEST_SECONDS));
      return Duration.ofMillis(Math.round(seconds * 1_000));
    }

    /** Zero is none, as in Celery. */
    @Nullable Duration limit(String name) {
      Duration limit = duration(name);
      return limit == null || limit.isZero() ? null : limit;
    }

    @Nullable Instant moment(String name) {
      if (!isThere(name)) {
        return null;
      }
      try {
        return Json.moment(get(name).asString(""));
      } catch (DateTimeParseException e) {
        throw bad(name, "a moment with an offset");
      }
    }

    private MalformedException bad(String name, String wanted) {
      return new MalformedException(
          Reason.BAD_SHAPE,
          "option '%s' of the signature of %s is not %s".formatted(name, task, wanted));
    }
  }
}
