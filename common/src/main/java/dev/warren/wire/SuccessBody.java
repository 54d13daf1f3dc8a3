package dev.warren.wire;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/**
 * A reply that tells of a success, as nearly all do, read in one pass without a tree of the whole.
 * It knows no errors: what is not quite as expected is left to {@link ReplyFormat}.
 */
final class SuccessBody {

  private final Json json;
  private final JsonParser parser;

  private @Nullable String taskId;
  private @Nullable String status;
  private @Nullable JsonNode result;
  private @Nullable String worker;
  private int attempt;
  private @Nullable Instant startedAt;
  private @Nullable Instant doneAt;
  private boolean odd;

  private SuccessBody(Json json, JsonParser parser) {
    this.json = json;
    this.parser = parser;
  }

  /** The reply in a message; null if it is not that plain. */
  static @Nullable ReplyMessage of(Json json, WireMessage message) {
    if (!json.isPlain(message)) {
      return null;
    }
    try (JsonParser parser = json.mapper().createParser(message.body())) {
      return new SuccessBody(json, parser).read();
    } catch (JacksonException | NumberFormatException e) {
      return null;
    }
  }

  private @Nullable ReplyMessage read() {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return null;
    }
    while (!odd && parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      take(name);
    }
    if (odd
        || parser.nextToken() != null
        || !TaskStatus.SUCCESS.name().equals(status)
        || taskId == null
        || taskId.isEmpty()
        || result == null) {
      return null;
    }
    return new ReplyMessage(
        taskId, TaskStatus.SUCCESS, result, null, worker, attempt, startedAt, doneAt);
  }

  private void take(String name) {
    switch (name) {
      case "task_id" -> taskId = text();
      case "status" -> status = text();
      case "result" -> result = json.value(parser);
      case "worker" -> worker = text();
      case "retries" -> attempt = count() + 1;
      case "date_started" -> startedAt = moment();
      case "date_done" -> doneAt = moment();
      case ReplyFormat.DUE -> odd = true;
      default -> pass();
    }
  }

  private @Nullable String text() {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return parser.getString();
    }
    odd = true;
    return null;
  }

  private int count() {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() == JsonParser.NumberType.INT) {
      return parser.getIntValue();
    }
    odd = true;
    return 0;
  }

  private @Nullable Instant moment() {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    String text = text();
    try {
      return text == null ? null : Json.moment(text);
    } catch (DateTimeParseException e) {
      return null; // as ReplyFormat takes it
    }
  }

  /** Nothing that matters, unless it is larger than it ought to be. */
  private void pass() {
    switch (parser.currentToken()) {
      case VALUE_NULL, VALUE_STRING, VALUE_TRUE, VALUE_FALSE -> {}
      case START_ARRAY -> odd |= parser.nextToken() != JsonToken.END_ARRAY;
      default -> odd = true;
    }
  }
}
