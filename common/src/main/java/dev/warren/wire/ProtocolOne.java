package dev.warren.wire;

import dev.warren.wire.Decoded.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Celery's message protocol 1, which has everything in the body, as clients with {@code
 * task_protocol = 1} and several ports send it, and the hybrid of both: made protocol 2.
 *
 * @param headers as protocol 2 has them
 * @param args positional arguments
 * @param kwargs keyword arguments
 * @param embed as protocol 2 has it
 * @see <a
 *     href="https://docs.celeryq.dev/en/stable/internals/protocol.html#version-1">protocol.rst</a>
 */
record ProtocolOne(
    Map<String, @Nullable Object> headers, JsonNode args, JsonNode kwargs, JsonNode embed) {

  /** Times in this protocol need no offset; they are UTC. */
  private static final Pattern WITHOUT_OFFSET = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+");

  private static final List<String> TIMES = List.of("eta", "expires");
  private static final List<String> TEXTS = List.of("task", "id", "root_id", "parent_id", "group");
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Whether a body is of this protocol. */
  static boolean is(JsonNode body) {
    return body.isObject() && (body.has("args") || body.has("kwargs") || body.has("task"));
  }

  /**
   * The protocol 2 of a message.
   *
   * @param known the message's own headers, which go before what the body says
   */
  static ProtocolOne read(Map<String, @Nullable Object> known, JsonNode body) {
    Map<String, @Nullable Object> headers = new LinkedHashMap<>();
    TEXTS.forEach(name -> headers.put(name, body.path(name).asString(null)));
    TIMES.forEach(name -> headers.put(name, time(name, body.path(name))));
    headers.put("retries", body.path("retries").asInt(0));
    headers.put("timelimit", limits(body.path("timelimit")));
    known.forEach(
        (name, value) -> {
          if (value != null) {
            headers.put(name, value);
          }
        });
    ObjectNode embed = NODES.objectNode();
    for (String name : List.of("callbacks", "errbacks", "chord")) {
      embed.set(name, body.has(name) ? body.get(name) : NODES.nullNode());
    }
    return new ProtocolOne(
        headers,
        body.has("args") ? body.get("args") : NODES.arrayNode(),
        body.has("kwargs") ? body.get("kwargs") : NODES.objectNode(),
        embed);
  }

  private static @Nullable String time(String name, JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (!node.isString()) {
      throw new MalformedException(
          Reason.BAD_HEADER, "'" + name + "' of the body is not a moment as text");
    }
    String text = node.asString();
    return WITHOUT_OFFSET.matcher(text).matches() ? text + "Z" : text;
  }

  private static @Nullable Object limits(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    List<@Nullable Object> limits = new ArrayList<>();
    node.forEach(
        limit ->
            limits.add(limit.isNull() ? null : limit.isNumber() ? limit.numberValue() : limit));
    return limits;
  }
}
