package dev.warren.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A body {@code [args, kwargs, embed]} as nearly all are, read in one pass without a tree of the
 * whole. It knows no errors: what is not quite as expected is left to those who can say what is
 * wrong with it.
 */
record TaskBody(List<JsonNode> args, Map<String, JsonNode> kwargs, JsonNode embed) {

  /** What Celery's clients and Warren's write when nothing follows. Nobody changes it. */
  private static final ObjectNode NOTHING_FOLLOWS =
      JsonNodeFactory.instance.objectNode().putNull("chord");

  /** The body of a message; null if it is not that plain. */
  static @Nullable TaskBody of(Json json, WireMessage message) {
    if (!json.isPlain(message)) {
      return null;
    }
    try (JsonParser parser = json.mapper().createParser(message.body())) {
      return read(json, parser);
    } catch (JacksonException | NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable TaskBody read(Json json, JsonParser parser) {
    if (parser.nextToken() != JsonToken.START_ARRAY
        || parser.nextToken() != JsonToken.START_ARRAY) {
      return null;
    }
    List<JsonNode> args = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      args.add(json.value(parser));
    }
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return null;
    }
    Map<String, JsonNode> kwargs = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      kwargs.put(name, json.value(parser));
    }
    JsonNode embed = embed(json, parser);
    return embed != null && parser.nextToken() == JsonToken.END_ARRAY && parser.nextToken() == null
        ? new TaskBody(args, kwargs, embed)
        : null;
  }

  private static @Nullable JsonNode embed(Json json, JsonParser parser) {
    JsonToken first = parser.nextToken();
    if (first == JsonToken.VALUE_NULL) {
      return NullNode.getInstance();
    }
    if (first != JsonToken.START_OBJECT) {
      return null;
    }
    ObjectNode embed = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_NULL) {
        embed = embed == null ? JsonNodeFactory.instance.objectNode() : embed;
        embed.set(name, json.value(parser));
      } else if (embed != null) {
        embed.putNull(name); // a second one of that name takes the first one's place
      }
    }
    return embed == null ? NOTHING_FOLLOWS : embed;
  }
}
