package dev.warren.client;

import dev.warren.TaskCall;
import dev.warren.wire.Signature;
import dev.warren.wire.TaskMessage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls as they travel: as messages of their own, or in that of another task. */
final class Messages {

  private static final double NANOS_OF_A_SECOND = 1e9;

  private Messages() {}

  /** The message of a call. */
  static TaskMessage of(String id, TaskCall<?> call) {
    return withOptions(TaskMessage.of(id, call.task().name(), call.args(), call.kwargs()), call);
  }

  /** A message with what the caller chose for a call. */
  static TaskMessage withOptions(TaskMessage message, TaskCall<?> call) {
    return message
        .expiringAt(call.expires())
        .notBefore(call.eta())
        .softlyLimitedTo(call.softTimeLimit())
        .withPriority(call.priority())
        .limitedTo(call.timeLimit());
  }

  /**
   * A call that is to follow another task.
   *
   * @param takesResult whether that one's result is its first argument
   */
  static Signature following(String id, TaskCall<?> call, boolean takesResult, String replyTo) {
    Map<String, @Nullable Object> options = new LinkedHashMap<>();
    options.put("task_id", id);
    options.put("reply_to", replyTo);
    put(options, "eta", call.eta() == null ? null : call.eta().toString());
    put(options, "expires", call.expires() == null ? null : call.expires().toString());
    put(options, "soft_time_limit", seconds(call.softTimeLimit()));
    put(options, "time_limit", seconds(call.timeLimit()));
    put(options, "priority", call.priority());
    return new Signature(
        call.task().name(), call.args(), call.kwargs(), options, null, !takesResult);
  }

  private static void put(
      Map<String, @Nullable Object> options, String name, @Nullable Object value) {
    if (value != null) {
      options.put(name, value);
    }
  }

  private static @Nullable Double seconds(@Nullable Duration limit) {
    return limit == null ? null : limit.toSeconds() + limit.getNano() / NANOS_OF_A_SECOND;
  }
}
