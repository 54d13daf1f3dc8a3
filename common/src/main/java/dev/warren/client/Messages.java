package dev.warren.client;

import dev.warren.Chain;
import dev.warren.TaskCall;
import dev.warren.wire.Signature;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
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

  /** A step of a chain that is to follow another one. */
  static Signature following(String id, Chain.Link link, String queue, String replyTo) {
    TaskCall<?> call = link.call();
    Map<String, @Nullable Object> options = new LinkedHashMap<>();
    options.put("task_id", id);
    options.put("reply_to", replyTo);
    options.put("queue", queue);
    put(options, "eta", call.eta() == null ? null : WireFormat.moment(call.eta()));
    put(options, "expires", call.expires() == null ? null : WireFormat.moment(call.expires()));
    put(options, "soft_time_limit", seconds(call.softTimeLimit()));
    put(options, "time_limit", seconds(call.timeLimit()));
    put(options, "priority", call.priority());
    return new Signature(
        call.task().name(), call.args(), call.kwargs(), options, null, !link.takesResult());
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
