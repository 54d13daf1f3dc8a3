package dev.warren.wire;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whole numbers, strings and lists of them, which most maps are of, read without all that a mapper
 * needs for any type. What comes of it is what the mapper makes; where modules were found, which
 * may have other ideas, everything is left to the mapper. Immutable and thread-safe.
 */
public final class PlainValues {

  private static final String JACKSON = "tools.jackson.";

  private final boolean usable;

  /**
   * Values as a mapper would read them.
   *
   * @param mapper as {@link WireFormat#mapper()}, with Jackson's defaults for such values
   */
  public PlainValues(JsonMapper mapper) {
    this.usable =
        mapper.registeredModules().stream()
            .allMatch(module -> module.getClass().getName().startsWith(JACKSON));
  }

  /**
   * The value in a node, if it is that plain and the type takes it as it is.
   *
   * @return null if the mapper has to read it
   */
  public @Nullable Object read(JsonNode node, JavaType type) {
    if (!usable) {
      return null;
    }
    return node.isArray() ? list(node, type) : scalar(node, type.getRawClass());
  }

  private static @Nullable List<Object> list(JsonNode array, JavaType type) {
    if (type.getRawClass() != List.class) {
      return null;
    }
    Class<?> of = type.getContentType().getRawClass();
    List<Object> values = new ArrayList<>(array.size());
    for (JsonNode node : array) {
      Object value = scalar(node, of);
      if (value == null) {
        return null;
      }
      values.add(value);
    }
    return values;
  }

  private static @Nullable Object scalar(JsonNode node, Class<?> raw) {
    if (node.isInt()) {
      return raw == int.class || raw == Integer.class
          ? (Object) node.intValue()
          : raw == long.class || raw == Long.class ? (Object) node.longValue() : null;
    }
    return node.isString() && raw == String.class ? node.stringValue() : null;
  }
}
