package dev.warren.producer.dispatch;

import dev.warren.producer.store.TaskOptions;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A task that a caller asks for; checked, but not submitted.
 *
 * @param task the name under which workers register it
 * @param queue one of the configured queues
 */
public record NewTask(
    String task,
    List<JsonNode> args,
    Map<String, JsonNode> kwargs,
    String queue,
    TaskOptions options) {}
