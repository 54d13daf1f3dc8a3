package dev.warren.wire;

import dev.warren.wire.Decoded.Reason;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

/** Items of queues as bare JSON, as kombu's queues carry them. */
final class ItemFormat {

  private final Json json;

  ItemFormat(Json json) {
    this.json = json;
  }

  WireMessage write(@Nullable Object item) {
    byte[] body = json.write("the item", out -> out.writePOJO(item));
    return new WireMessage(Json.CONTENT_TYPE, "utf-8", null, null, Map.of(), body);
  }

  <T> Decoded<Optional<T>> read(WireMessage message, JavaType type) {
    if (message.headers().containsKey(WireFormat.UNREADABLE)) {
      return Decoded.failed(
          Reason.UNREADABLE_PROPERTIES, "the message's properties cannot be read");
    }
    Decoded<JsonNode> decoded = json.read(message);
    JsonNode tree = decoded.value();
    return tree == null ? decoded.cast() : bind(tree, type);
  }

  private <T> Decoded<Optional<T>> bind(JsonNode tree, JavaType type) {
    try {
      return Decoded.of(Optional.<T>ofNullable(json.mapper().treeToValue(tree, type)));
    } catch (JacksonException e) {
      return unfit(type, e.getOriginalMessage());
    } catch (RuntimeException | Error e) { // the type's own code may throw anything
      return unfit(type, e.toString());
    }
  }

  private static <T> Decoded<T> unfit(JavaType type, String why) {
    return Decoded.failed(Reason.BAD_SHAPE, "it is not a " + type.toCanonical() + ": " + why);
  }
}
