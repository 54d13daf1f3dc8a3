package dev.warren.worker.delivery;

import dev.warren.wire.ControlRequest;
import dev.warren.wire.OneLine;
import dev.warren.wire.WireFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The arguments of a command. What is wrong with one is an {@link IllegalArgumentException} that
 * says it.
 */
record Arguments(ControlRequest command) {

  private static final double LONGEST_SECONDS = 1e9;
  private static final double MILLIS = 1_000;

  private @Nullable JsonNode value(String name) {
    return command.arguments().get(name) instanceof JsonNode node && !node.isNull() ? node : null;
  }

  boolean flag(String name) {
    JsonNode value = value(name);
    return value != null && value.asBoolean(false);
  }

  /** A text that must be there. */
  String text(String name) {
    String text = textOr(name, "");
    if (text.isBlank()) {
      throw new IllegalArgumentException("argument '%s' is missing".formatted(name));
    }
    return text;
  }

  /** A text, or a number as one. */
  String textOr(String name, String otherwise) {
    JsonNode value = value(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.isValueNode()) {
      throw new IllegalArgumentException("argument '%s' is not a text".formatted(name));
    }
    return value.asString();
  }

  int numberOr(String name, int otherwise) {
    String text = textOr(name, String.valueOf(otherwise));
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "argument '%s' is not a whole number: %s".formatted(name, OneLine.of(text)), e);
    }
  }

  /** Seconds; null if there are none. */
  @Nullable Duration seconds(String name) {
    String text = textOr(name, "0");
    double seconds;
    try {
      seconds = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "argument '%s' is not a number of seconds: %s".formatted(name, OneLine.of(text)), e);
    }
    if (!(seconds >= 0 && seconds <= LONGEST_SECONDS)) {
      throw new IllegalArgumentException(
          "argument '%s' is not 0 to 1,000,000,000 seconds: %s".formatted(name, OneLine.of(text)));
    }
    return seconds == 0 ? null : Duration.ofMillis(Math.max(1, Math.round(seconds * MILLIS)));
  }

  /** Texts: one, or a list of them, or the names in an object; none if it is not there. */
  List<String> texts(String name) {
    JsonNode value = value(name);
    return value != null && value.isObject()
        ? new ArrayList<>(value.propertyNames())
        : WireFormat.strings(value);
  }
}
