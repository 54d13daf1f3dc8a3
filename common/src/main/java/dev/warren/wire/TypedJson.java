package dev.warren.wire;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Values that JSON does not have, as kombu 5.3 and later writes them: <code>
 * {"__type__": "datetime", "__value__": "…"}</code>. They become what Jackson binds to the Java
 * types: times and UUIDs strings, decimals numbers, bytes binary.
 *
 * <p>A type or a value that is not known stays what it is: an object.
 *
 * @see <a href="https://github.com/celery/kombu/blob/main/kombu/utils/json.py">json.py</a>
 */
final class TypedJson {

  private static final byte[] MARK = "\"__type__\"".getBytes(StandardCharsets.US_ASCII);
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int HEX_DIGITS = 32;

  private TypedJson() {}

  /** A document without such values; the one that is given may be changed. */
  static JsonNode plain(byte[] text, JsonNode document) {
    return isIn(text) ? plain(document) : document;
  }

  /** Whether there may be such a value in a document. */
  static boolean isIn(byte[] text) {
    int last = text.length - MARK.length;
    for (int at = 0; at <= last; at++) {
      if (text[at] == MARK[0] && isAt(text, at, MARK)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAt(byte[] text, int at, byte[] part) {
    for (int i = 1; i < part.length; i++) {
      if (text[at + i] != part[i]) {
        return false;
      }
    }
    return true;
  }

  private static JsonNode plain(JsonNode node) {
    if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, plain(array.get(i)));
      }
    } else if (node instanceof ObjectNode object) {
      if (object.size() == 2 && object.has("__type__") && object.has("__value__")) {
        return value(object, object.get("__type__").asString(""), object.get("__value__"));
      }
      for (Map.Entry<String, JsonNode> property : object.properties()) {
        property.setValue(plain(property.getValue()));
      }
    }
    return node;
  }

  private static JsonNode value(ObjectNode typed, String type, JsonNode value) {
    try {
      return switch (type) {
        case "datetime", "date", "time" -> value.isString() ? value : typed;
        case "decimal" -> NODES.numberNode(new java.math.BigDecimal(value.asString()));
        case "uuid" -> NODES.stringNode(uuid(value.path("hex").asString()).toString());
        case "bytes" -> NODES.binaryNode(value.asString().getBytes(StandardCharsets.UTF_8));
        case "base64" -> NODES.binaryNode(Base64.getDecoder().decode(value.asString()));
        default -> typed;
      };
    } catch (RuntimeException e) { // not what that type looks like
      return typed;
    }
  }

  private static UUID uuid(String hex) {
    if (hex.length() != HEX_DIGITS) {
      throw new IllegalArgumentException("not a UUID's digits");
    }
    return new UUID(
        Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
  }
}
