package dev.warren.wire;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A remote control command to workers, as {@link WireFormat} writes and reads it; kombu's pidbox
 * has the same fields.
 *
 * @param method what to do, for instance {@code revoke}
 * @param arguments its named arguments: any objects that Jackson can write, {@code JsonNode}s when
 *     read
 * @param destination names of the workers that are meant; empty means all of them
 * @param pattern by which workers are meant, if there is no destination; null for none
 * @param replyTo where an answer goes, or null if none is wanted
 * @param expires after when nobody waits for it any more, or null (header {@code expires})
 * @param clock the sender's logical clock (header {@code clock})
 */
public record ControlRequest(
    String method,
    Map<String, ? extends @Nullable Object> arguments,
    List<String> destination,
    @Nullable NamePattern pattern,
    @Nullable ReplyTo replyTo,
    @Nullable Instant expires,
    long clock) {

  /**
   * Where an answer goes.
   *
   * @param exchange the exchange; empty for the default one, whose routing keys are queues
   * @param routingKey the routing key
   * @param ticket by which the asker knows the answer
   */
  public record ReplyTo(String exchange, String routingKey, String ticket) {}

  /** A command to all workers. */
  public static ControlRequest toAll(
      String method, Map<String, ? extends @Nullable Object> arguments, @Nullable ReplyTo replyTo) {
    return new ControlRequest(method, arguments, List.of(), null, replyTo, null, 0);
  }

  /** Whether a worker of that name is meant. */
  public boolean isFor(String worker) {
    if (!destination.isEmpty()) {
      return destination.contains(worker);
    }
    return pattern == null || pattern.matches(worker);
  }
}
