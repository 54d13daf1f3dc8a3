package dev.warren.producer.dispatch;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A task that a caller asks for; checked, but not submitted.
 *
 * @param task the name under which workers register it
 * @param queue one of the configured queues
 * @param expires not to be run after this moment, or null
 */
public record NewTask(
    String task,
    List<JsonNode> args,
    Map<String, JsonNode> kwargs,
    String queue,
    @Nullable Instant expires) {}
