package dev.warren.wire;

import dev.warren.wire.ControlRequest.ReplyTo;
import dev.warren.wire.Decoded.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * Remote control as Celery's workers take and answer it: the pidbox of kombu.
 *
 * <p>The limit of a message's size is its own: it must not depend on what tasks may carry.
 *
 * @see <a href="https://github.com/celery/kombu/blob/main/kombu/pidbox.py">pidbox.py</a>
 */
final class ControlFormat {

  static final String TICKET = "ticket";

  /** Some 100,000 ids, or what a Celery worker tells of the tasks that it holds. */
  private static final int LARGEST = 4 * 1024 * 1024;

  /** In seconds since 1970; what is later never comes. */
  private static final double LATEST = 1e11;

  private final Json json = new Json(LARGEST);

  WireMessage write(ControlRequest request) {
    byte[] body = json.write("the command " + request.method(), out -> writeBody(request, out));
    return message(Map.of("clock", 0, "expires", 0), body);
  }

  private static void writeBody(ControlRequest request, JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("method", request.method());
    json.writeName("arguments");
    json.writePOJO(request.arguments());
    json.writeName("destination");
    json.writePOJO(request.destination().isEmpty() ? null : request.destination());
    json.writeNullProperty("pattern");
    json.writeNullProperty("matcher");
    ReplyTo replyTo = request.replyTo();
    if (replyTo != null) {
      json.writeStringProperty(TICKET, replyTo.ticket());
      json.writeObjectPropertyStart("reply_to");
      json.writeStringProperty("exchange", replyTo.exchange());
      json.writeStringProperty("routing_key", replyTo.routingKey());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  Decoded<ControlRequest> read(WireMessage message) {
    Decoded<JsonNode> read = json.read(message);
    JsonNode body = read.value();
    if (body == null) {
      return read.cast();
    }
    String method = body.path("method").asString("");
    JsonNode arguments = body.path("arguments");
    if (!Json.isName(method) || !(arguments.isObject() || isNone(arguments))) {
      return Decoded.failed(Reason.BAD_SHAPE, "there is no 'method', or no object 'arguments'");
    }
    Map<String, JsonNode> named = new LinkedHashMap<>();
    arguments.properties().forEach(p -> named.put(p.getKey(), p.getValue()));
    JsonNode destination = body.path("destination");
    if (!destination.isArray() && !isNone(destination)) {
      return Decoded.failed(Reason.BAD_SHAPE, "'destination' is not a list of names");
    }
    return Decoded.of(
        new ControlRequest(
            method,
            named,
            names(destination),
            pattern(body),
            replyTo(body),
            expires(message.headers().get("expires")),
            message.headers().get("clock") instanceof Number clock ? clock.longValue() : 0));
  }

  private static @Nullable NamePattern pattern(JsonNode body) {
    String pattern = body.path("pattern").asString("");
    String matcher = body.path("matcher").asString("");
    return pattern.isEmpty()
        ? null
        : new NamePattern(pattern, matcher.isEmpty() ? NamePattern.GLOB : matcher);
  }

  private static @Nullable Instant expires(@Nullable Object header) {
    double seconds = header instanceof Number number ? number.doubleValue() : 0;
    boolean isMoment = seconds > 0 && seconds < LATEST;
    return isMoment ? Instant.ofEpochMilli((long) (seconds * 1_000)) : null;
  }

  private static boolean isNone(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private static @Nullable ReplyTo replyTo(JsonNode body) {
    String ticket = body.path(TICKET).asString("");
    JsonNode exchange = body.path("reply_to").path("exchange");
    JsonNode key = body.path("reply_to").path("routing_key");
    return Json.isName(ticket) && exchange.isString() && key.isString()
        ? new ReplyTo(exchange.asString(), key.asString(), ticket)
        : null;
  }

  WireMessage write(ControlReply reply) {
    byte[] body =
        json.write(
            "the answer to a command",
            out -> {
              out.writeStartObject();
              out.writeName(reply.worker());
              out.writePOJO(reply.value());
              out.writeEndObject();
            });
    return message(Map.of(TICKET, reply.ticket(), "clock", 0), body);
  }

  Decoded<ControlReply> readReply(WireMessage message) {
    Decoded<JsonNode> read = json.read(message);
    JsonNode body = read.value();
    if (body == null) {
      return read.cast();
    }
    if (!(message.headers().get(TICKET) instanceof String ticket)
        || !body.isObject()
        || body.size() != 1) {
      return Decoded.failed(Reason.BAD_SHAPE, "no header 'ticket', or not {worker: answer}");
    }
    Map.Entry<String, JsonNode> answer = body.properties().iterator().next();
    return Decoded.of(new ControlReply(ticket, answer.getKey(), answer.getValue()));
  }

  private static WireMessage message(Map<String, @Nullable Object> headers, byte[] body) {
    return new WireMessage(Json.CONTENT_TYPE, "utf-8", null, null, headers, body);
  }

  /** The strings in an array, or the only one; nothing else. */
  static List<String> names(@Nullable JsonNode node) {
    List<String> names = new ArrayList<>();
    if (node != null && node.isString()) {
      names.add(node.asString());
    } else if (node != null && node.isArray()) {
      node.forEach(
          element -> {
            if (element.isString()) {
              names.add(element.asString());
            }
          });
    }
    return names;
  }
}
