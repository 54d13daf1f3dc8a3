package dev.warren.wire;

import dev.warren.wire.Decoded.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * Tasks as Celery's message protocol v2 has them: headers, and a body {@code [args, kwargs,
 * embed]}.
 */
final class TaskFormat {

  private static final String TIME_LIMIT = "timelimit";

  /** A century; what is longer is none in effect. */
  private static final double LONGEST_SECONDS = 100 * 365.25 * 24 * 3600;

  private final Json json;
  private final String origin = "warren@" + ProcessHandle.current().pid();

  TaskFormat(Json json) {
    this.json = json;
  }

  WireMessage write(TaskMessage task) {
    Map<String, @Nullable Object> headers = new LinkedHashMap<>();
    headers.put("lang", "java");
    headers.put("task", task.task());
    headers.put("id", task.id());
    Canvas canvas = task.canvas();
    headers.put("root_id", canvas.rootId() == null ? task.id() : canvas.rootId());
    headers.put("origin", origin);
    putUnlessNull(headers, "parent_id", canvas.parentId());
    putUnlessNull(headers, "group", canvas.group());
    putUnlessNull(headers, "group_index", canvas.groupIndex());
    putUnlessNull(headers, "eta", task.eta() == null ? null : WireFormat.moment(task.eta()));
    putUnlessNull(
        headers, "expires", task.expires() == null ? null : WireFormat.moment(task.expires()));
    if (task.retries() != 0) {
      headers.put("retries", task.retries());
    }
    if (task.timeLimit() != null || task.softTimeLimit() != null) {
      headers.put(
          TIME_LIMIT, Arrays.asList(seconds(task.timeLimit()), seconds(task.softTimeLimit())));
    }
    if (task.ignoreResult()) {
      headers.put("ignore_result", true);
    }
    if (task.trackStarted()) {
      headers.put("warren_track_started", true);
    }
    if (task.wantsPartial()) {
      headers.put("warren_partial", true);
    }
    if (task.bundledReplies()) {
      headers.put("warren_bundled_replies", true);
    }
    if (task.unknownSince() != null) {
      headers.put("warren_unknown_since", task.unknownSince().toString());
    }
    byte[] body = json.write("the arguments of task " + task.task(), out -> writeBody(task, out));
    return new WireMessage(
        Json.CONTENT_TYPE,
        "utf-8",
        task.correlationId(),
        task.replyTo(),
        headers,
        body,
        task.priority());
  }

  /** Each header is work for the broker, and for both ends: none says what is so without it. */
  private static void putUnlessNull(
      Map<String, @Nullable Object> headers, String name, @Nullable Object value) {
    if (value != null) {
      headers.put(name, value);
    }
  }

  /** As Celery's clients write them: whole if they are. */
  private static @Nullable Number seconds(@Nullable Duration limit) {
    if (limit == null) {
      return null;
    }
    if (limit.getNano() == 0) {
      return limit.toSeconds();
    }
    return limit.toSeconds() + limit.getNano() / 1e9;
  }

  private static void writeBody(TaskMessage task, JsonGenerator json) {
    json.writeStartArray();
    json.writeStartArray();
    task.args().forEach(json::writePOJO);
    json.writeEndArray();
    json.writeStartObject();
    task.kwargs().forEach(json::writePOJOProperty);
    json.writeEndObject();
    CanvasFormat.write(task.canvas(), json);
    json.writeEndArray();
  }

  Decoded<TaskMessage> read(WireMessage message) {
    if (message.headers().containsKey(WireFormat.UNREADABLE)) {
      return Decoded.failed(
          Reason.UNREADABLE_PROPERTIES, "the message's properties cannot be read");
    }
    TaskBody plain = TaskBody.of(json, message);
    return plain == null ? readAny(message) : readPlain(message, plain);
  }

  private static Decoded<TaskMessage> readPlain(WireMessage message, TaskBody body) {
    Map<String, @Nullable Object> headers = message.headers();
    try {
      return Decoded.of(task(message, headers, name(headers), id(headers), body));
    } catch (MalformedException e) {
      return e.decoded();
    }
  }

  private Decoded<TaskMessage> readAny(WireMessage message) {
    Decoded<JsonNode> body = json.readTyped(message);
    if (body.reason() == Reason.TOO_LARGE || body.reason() == Reason.UNSUPPORTED_CONTENT_TYPE) {
      return body.cast();
    }
    try {
      return body.value() != null && ProtocolOne.is(body.value())
          ? readOne(message, body.value())
          : readTwo(message, body);
    } catch (MalformedException e) {
      return e.decoded();
    }
  }

  private static Decoded<TaskMessage> readOne(WireMessage message, JsonNode body) {
    ProtocolOne one = ProtocolOne.read(message.headers(), body);
    Map<String, @Nullable Object> headers = one.headers();
    return read(
        message, headers, name(headers), id(headers), one.args(), one.kwargs(), one.embed());
  }

  private static Decoded<TaskMessage> readTwo(WireMessage message, Decoded<JsonNode> decoded) {
    Map<String, @Nullable Object> headers = message.headers();
    String name = name(headers);
    String id = id(headers);
    JsonNode body = decoded.value();
    if (body == null) {
      return decoded.cast();
    }
    if (!body.isArray() || body.size() != 3) {
      return Decoded.failed(Reason.BAD_SHAPE, "the body is not [args, kwargs, embed]");
    }
    return read(message, headers, name, id, body.get(0), body.get(1), body.get(2));
  }

  private static String name(Map<String, @Nullable Object> headers) {
    if (headers.get("task") instanceof String name && Json.isName(name)) {
      return name;
    }
    throw new MalformedException(
        Reason.NO_TASK_NAME, "there is no header 'task' with a name of 1 to 255 bytes");
  }

  private static String id(Map<String, @Nullable Object> headers) {
    if (headers.get("id") instanceof String id && Json.isName(id)) {
      return id;
    }
    throw new MalformedException(Reason.NO_ID, "there is no header 'id' of 1 to 255 bytes");
  }

  private static Decoded<TaskMessage> read(
      WireMessage message,
      Map<String, @Nullable Object> headers,
      String name,
      String id,
      JsonNode args,
      JsonNode kwargs,
      JsonNode embed) {
    if (!args.isArray() || !(kwargs.isObject() || kwargs.isNull())) {
      return Decoded.failed(Reason.BAD_SHAPE, "args is not a list, or kwargs not an object");
    }
    Map<String, JsonNode> named = new LinkedHashMap<>();
    kwargs.properties().forEach(p -> named.put(p.getKey(), p.getValue()));
    List<JsonNode> positional = new ArrayList<>(args.size());
    args.forEach(positional::add);
    TaskBody body = new TaskBody(positional, named, embed);
    return Decoded.of(task(message, headers, name, id, body));
  }

  private static TaskMessage task(
      WireMessage message,
      Map<String, @Nullable Object> headers,
      String name,
      String id,
      TaskBody body) {
    return new TaskMessage(
        id,
        name,
        body.args(),
        body.kwargs(),
        message.replyTo(),
        message.correlationId() == null ? id : message.correlationId(),
        count(headers, "retries"),
        moment(headers, "expires"),
        Boolean.TRUE.equals(headers.get("ignore_result")),
        Boolean.TRUE.equals(headers.get("warren_track_started")),
        moment(headers, "warren_unknown_since"),
        Boolean.TRUE.equals(headers.get("warren_partial")),
        count(headers, WireFormat.LOST_ATTEMPTS),
        timeLimit(headers, 1),
        timeLimit(headers, 0),
        moment(headers, "eta"),
        message.priority(),
        Boolean.TRUE.equals(headers.get("warren_bundled_replies")),
        CanvasFormat.read(headers, body.embed()));
  }

  /**
   * A limit in Celery's {@code [hard, soft]}, in seconds; 0 is none, as there.
   *
   * @param index 0 for the hard one, 1 for the soft one
   */
  private static @Nullable Duration timeLimit(Map<String, @Nullable Object> headers, int index) {
    Object limits = headers.get(TIME_LIMIT);
    if (limits == null) {
      return null;
    }
    if (!(limits instanceof List<?> list) || list.size() != 2) {
      throw noTimeLimit();
    }
    Object limit = list.get(index);
    if (limit == null) {
      return null;
    }
    double seconds = limit instanceof Number number ? number.doubleValue() : -1;
    if (!(seconds >= 0)) { // also what is not a number
      throw noTimeLimit();
    }
    Duration duration = Duration.ofNanos(Math.round(Math.min(seconds, LONGEST_SECONDS) * 1e9));
    return duration.isZero() ? null : duration;
  }

  private static MalformedException noTimeLimit() {
    return new MalformedException(
        Reason.BAD_HEADER,
        "header 'timelimit' is not [hard, soft], each a number of seconds or null");
  }

  /** A header that counts; nothing in it that is no count counts. */
  private static int count(Map<String, @Nullable Object> headers, String header) {
    return headers.get(header) instanceof Number n ? Math.max(0, n.intValue()) : 0;
  }

  private static @Nullable Instant moment(Map<String, @Nullable Object> headers, String header) {
    Object value = headers.get(header);
    if (value == null) {
      return null;
    }
    try {
      return Json.moment(String.valueOf(value));
    } catch (DateTimeParseException e) {
      throw new MalformedException(
          Reason.BAD_HEADER,
          "header '" + header + "' is not a moment with an offset, as 2026-01-31T12:00:00+00:00");
    }
  }
}
