package dev.warren.wire;

import dev.warren.WarrenException.EncodingException;
import dev.warren.wire.Decoded.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.ByteArrayBuilder;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes and reads tasks and replies: Celery's message protocol v2 with a JSON body {@code [args,
 * kwargs, embed]}, and the body of Celery's rpc results.
 *
 * <p>Reading never throws: it gives a value or the reason why there is none. Writing throws {@link
 * EncodingException} for what is not JSON or too large. Immutable and thread-safe.
 *
 * @see <a href="https://docs.celeryq.dev/en/stable/internals/protocol.html">Celery's protocol</a>
 */
public final class WireFormat {

  /** The only content type that is written, and read. */
  public static final String JSON = "application/json";

  /** Header that holds the bytes of properties that could not be read. */
  public static final String UNREADABLE = "x-warren-unreadable-properties";

  /** Bytes of a short string in AMQP: of names, ids and other properties. */
  private static final int LONGEST_NAME = 255;

  /** Deeper nesting than this is nobody's argument, and would cost the reader its stack. */
  private static final int MAX_DEPTH = 128;

  private static final int MAX_NUMBER_LENGTH = 400;

  /** What Celery calls its own exceptions; every other type is announced as a Java one. */
  private static final Set<String> CELERY_EXCEPTIONS = Set.of("NotRegistered", "TaskRevokedError");

  private static final List<String> EMBED_FEATURES =
      List.of("callbacks", "errbacks", "chain", "chord");

  private final JsonMapper mapper;
  private final int maxBytes;
  private final Clock clock;
  private final String origin = "warren@" + ProcessHandle.current().pid();

  /**
   * @param maxBytes largest body that is written or read
   */
  public WireFormat(int maxBytes) {
    this(maxBytes, Clock.systemUTC());
  }

  /**
   * As {@link #WireFormat(int)}, with the clock that tells whether an {@code eta} is still to come.
   */
  public WireFormat(int maxBytes, Clock clock) {
    this.maxBytes = maxBytes;
    this.clock = clock;
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .build())
            .build();
    this.mapper =
        JsonMapper.builder(factory)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT) // 2.5 is no int, and 2 is not it
            // Numbers keep their digits on the way, whatever the type they are bound to in the end.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .findAndAddModules()
            .build();
  }

  /** The mapper that binds arguments and results to Java types. */
  public JsonMapper mapper() {
    return mapper;
  }

  // --- tasks ---------------------------------------------------------------------------------

  /**
   * A task as a message.
   *
   * @throws EncodingException if an argument cannot be written as JSON, or the body is too large
   */
  public WireMessage writeTask(TaskMessage task) {
    Map<String, @Nullable Object> headers = new LinkedHashMap<>();
    headers.put("lang", "java");
    headers.put("task", task.task());
    headers.put("id", task.id());
    headers.put("root_id", task.id());
    headers.put("parent_id", null);
    headers.put("group", null);
    headers.put("retries", task.retries());
    headers.put("eta", null);
    headers.put("expires", task.expires() == null ? null : task.expires().toString());
    headers.put("timelimit", Arrays.asList(null, null));
    headers.put("origin", origin);
    headers.put("ignore_result", task.ignoreResult());
    if (task.trackStarted()) {
      headers.put("warren_track_started", true);
    }
    if (task.unknownSince() != null) {
      headers.put("warren_unknown_since", task.unknownSince().toString());
    }
    byte[] body = write("the arguments of task " + task.task(), json -> writeBody(task, json));
    return new WireMessage(JSON, "utf-8", task.correlationId(), task.replyTo(), headers, body);
  }

  private static void writeBody(TaskMessage task, JsonGenerator json) {
    json.writeStartArray();
    json.writeStartArray();
    task.args().forEach(json::writePOJO);
    json.writeEndArray();
    json.writeStartObject();
    task.kwargs().forEach(json::writePOJOProperty);
    json.writeEndObject();
    json.writeStartObject();
    EMBED_FEATURES.forEach(json::writeNullProperty);
    json.writeEndObject();
    json.writeEndArray();
  }

  /** The task in a message, or the reason why there is none. */
  public Decoded<TaskMessage> readTask(WireMessage message) {
    if (message.headers().containsKey(UNREADABLE)) {
      return Decoded.failed(
          Reason.UNREADABLE_PROPERTIES, "the message's properties cannot be read");
    }
    Decoded<JsonNode> body = readJson(message);
    if (body.reason() == Reason.TOO_LARGE || body.reason() == Reason.UNSUPPORTED_CONTENT_TYPE) {
      return body.cast();
    }
    Map<String, @Nullable Object> headers = message.headers();
    if (!(headers.get("task") instanceof String name) || !isName(name)) {
      return Decoded.failed(
          Reason.NO_TASK_NAME, "there is no header 'task' with a name of 1 to 255 bytes");
    }
    String id = taskId(message);
    if (id == null) {
      return Decoded.failed(Reason.NO_ID, "there is no header 'id' of 1 to 255 bytes");
    }
    if (body.value() == null) {
      return body.cast();
    }
    try {
      return readTask(message, name, id, body.value());
    } catch (MalformedException e) {
      return Decoded.failed(e.reason, e.detail);
    }
  }

  /** What can stand in a property of a message and in a line of a log. */
  private static boolean isName(String text) {
    return !text.isBlank()
        && text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME
        && text.codePoints().noneMatch(Character::isISOControl);
  }

  /** The id that a message carries, even if nothing else in it can be understood. */
  public static @Nullable String taskId(WireMessage message) {
    return message.headers().get("id") instanceof String id && isName(id) ? id : null;
  }

  private Decoded<TaskMessage> readTask(
      WireMessage message, String name, String id, JsonNode body) {
    Map<String, @Nullable Object> headers = message.headers();
    if (!body.isArray() || body.size() != 3) {
      return Decoded.failed(Reason.BAD_SHAPE, "the body is not [args, kwargs, embed]");
    }
    JsonNode args = body.get(0);
    JsonNode kwargs = body.get(1);
    if (!args.isArray() || !(kwargs.isObject() || kwargs.isNull())) {
      return Decoded.failed(Reason.BAD_SHAPE, "args is not a list, or kwargs not an object");
    }
    requireSupported(headers, body.get(2));
    Map<String, JsonNode> named = new LinkedHashMap<>();
    kwargs.properties().forEach(p -> named.put(p.getKey(), p.getValue()));
    List<JsonNode> positional = new ArrayList<>(args.size());
    args.forEach(positional::add);
    return Decoded.of(
        new TaskMessage(
            id,
            name,
            positional,
            named,
            message.replyTo(),
            message.correlationId() == null ? id : message.correlationId(),
            headers.get("retries") instanceof Number n ? Math.max(0, n.intValue()) : 0,
            moment(headers, "expires"),
            Boolean.TRUE.equals(headers.get("ignore_result")),
            Boolean.TRUE.equals(headers.get("warren_track_started")),
            moment(headers, "warren_unknown_since")));
  }

  /** What this version cannot honour is refused by name: ignoring it would be wrong in silence. */
  private void requireSupported(Map<String, @Nullable Object> headers, JsonNode embed) {
    for (String feature : EMBED_FEATURES) {
      JsonNode value = embed.path(feature);
      if (!value.isMissingNode() && !value.isNull() && !value.isEmpty()) {
        throw new MalformedException(
            Reason.UNSUPPORTED_FEATURE, "this worker does not support '" + feature + "' yet");
      }
    }
    Instant eta = moment(headers, "eta");
    if (eta != null && eta.isAfter(clock.instant())) {
      throw new MalformedException(
          Reason.UNSUPPORTED_FEATURE, "this worker does not support an 'eta' to come yet: " + eta);
    }
    Object limits = headers.get("timelimit");
    boolean limited =
        limits instanceof List<?> list ? list.stream().anyMatch(l -> l != null) : limits != null;
    if (limited) {
      throw new MalformedException(
          Reason.UNSUPPORTED_FEATURE, "this worker does not support 'timelimit' yet: " + limits);
    }
  }

  private static @Nullable Instant moment(Map<String, @Nullable Object> headers, String header) {
    Object value = headers.get(header);
    if (value == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(String.valueOf(value)).toInstant();
    } catch (DateTimeParseException e) {
      throw new MalformedException(
          Reason.BAD_HEADER,
          "header '" + header + "' is not a moment with an offset, as 2026-01-31T12:00:00+00:00");
    }
  }

  // --- replies -------------------------------------------------------------------------------

  /**
   * A reply as a message.
   *
   * @param correlationId the task's
   * @throws EncodingException if the result cannot be written as JSON, or the body is too large
   */
  public WireMessage writeReply(ReplyMessage reply, String correlationId) {
    byte[] body = write("the result of task " + reply.taskId(), json -> writeBody(reply, json));
    return new WireMessage(JSON, "utf-8", correlationId, null, Map.of(), body);
  }

  private static void writeBody(ReplyMessage reply, JsonGenerator json) {
    TaskError error = reply.error();
    json.writeStartObject();
    json.writeStringProperty("task_id", reply.taskId());
    json.writeStringProperty("status", reply.status().name());
    json.writeName("result");
    if (error == null) {
      json.writePOJO(reply.result());
    } else {
      writeError(error, json);
    }
    json.writeStringProperty("traceback", error == null ? null : error.trace());
    json.writeArrayPropertyStart("children");
    json.writeEndArray();
    // From here on Celery's own names where it has them (result_extended); its clients skip the
    // rest.
    json.writeStringProperty("worker", reply.worker());
    json.writeNumberProperty("retries", Math.max(0, reply.attempt() - 1));
    json.writeStringProperty("date_started", text(reply.startedAt()));
    json.writeStringProperty("date_done", text(reply.doneAt()));
    json.writeEndObject();
  }

  private static void writeError(TaskError error, JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("exc_type", error.type());
    json.writeArrayPropertyStart("exc_message");
    json.writeString(error.message());
    json.writeEndArray();
    // A module that no Python can import: the client then makes a class of that name on the fly.
    json.writeStringProperty(
        "exc_module", CELERY_EXCEPTIONS.contains(error.type()) ? "celery.exceptions" : "java.lang");
    json.writeEndObject();
  }

  /** The reply in a message, from a Warren or a Celery worker, or the reason why there is none. */
  public Decoded<ReplyMessage> readReply(WireMessage message) {
    Decoded<JsonNode> read = readJson(message);
    JsonNode body = read.value();
    if (body == null) {
      return read.cast();
    }
    String id = body.path("task_id").asString("");
    TaskStatus status = status(body.path("status").asString(""));
    if (id.isEmpty() || status == null) {
      return Decoded.failed(Reason.BAD_SHAPE, "there is no 'task_id', or no known 'status'");
    }
    boolean failed = status != TaskStatus.SUCCESS && status != TaskStatus.STARTED;
    JsonNode result = body.path("result");
    return Decoded.of(
        new ReplyMessage(
            id,
            status,
            status == TaskStatus.SUCCESS ? result : null,
            failed ? error(result, body.path("traceback")) : null,
            body.path("worker").asString(null),
            body.path("retries").isInt() ? body.path("retries").asInt() + 1 : 0,
            moment(body.path("date_started")),
            moment(body.path("date_done"))));
  }

  private static @Nullable TaskStatus status(String name) {
    for (TaskStatus status : TaskStatus.values()) {
      if (status.name().equals(name)) {
        return status;
      }
    }
    return null;
  }

  private static TaskError error(JsonNode result, JsonNode traceback) {
    JsonNode message = result.path("exc_message");
    return new TaskError(
        result.path("exc_type").asString("Exception"),
        message.isArray() && message.size() == 1 ? plain(message.get(0)) : plain(message),
        traceback.asString(null));
  }

  private static String plain(JsonNode node) {
    return node.isMissingNode() ? "" : node.isString() ? node.asString() : node.toString();
  }

  private static @Nullable Instant moment(JsonNode node) {
    try {
      return node.isString() ? OffsetDateTime.parse(node.asString()).toInstant() : null;
    } catch (DateTimeParseException e) {
      return null; // Celery writes local times without an offset; a time is not worth a reply
    }
  }

  private static @Nullable String text(@Nullable Instant moment) {
    return moment == null ? null : moment.toString();
  }

  // --- JSON ----------------------------------------------------------------------------------

  private Decoded<JsonNode> readJson(WireMessage message) {
    if (message.body().length > maxBytes) {
      return Decoded.failed(
          Reason.TOO_LARGE,
          "the body has %d bytes, more than warren.max-message-bytes allows (%d)"
              .formatted(message.body().length, maxBytes));
    }
    String type = message.contentType();
    if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(JSON)) {
      return Decoded.failed(
          Reason.UNSUPPORTED_CONTENT_TYPE, "the content type is not " + JSON + ": " + type);
    }
    String encoding = message.contentEncoding();
    if (encoding != null && !encoding.isEmpty() && !encoding.toLowerCase().matches("utf-?8")) {
      return Decoded.failed(
          Reason.UNSUPPORTED_ENCODING, "the content encoding is not utf-8: " + encoding);
    }
    if (message.headers().get("compression") != null) {
      return Decoded.failed(
          Reason.UNSUPPORTED_ENCODING, "this worker does not support compressed bodies yet");
    }
    try {
      return Decoded.of(mapper.readTree(message.body()));
    } catch (StreamConstraintsException e) {
      return Decoded.failed(Reason.TOO_DEEP, e.getOriginalMessage());
    } catch (JacksonException e) {
      return Decoded.failed(Reason.NOT_JSON, "the body is not JSON: " + e.getOriginalMessage());
    }
  }

  private byte[] write(String what, java.util.function.Consumer<JsonGenerator> content) {
    byte[] body;
    try (ByteArrayBuilder bytes = new ByteArrayBuilder(256)) {
      try (JsonGenerator json = mapper.createGenerator(bytes)) {
        content.accept(json);
      }
      body = bytes.toByteArray();
    } catch (JacksonException e) {
      throw new EncodingException(
          what + " cannot be written as JSON: " + e.getOriginalMessage(), e);
    } catch (RuntimeException | Error e) { // a value's own getters may throw anything
      throw new EncodingException(what + " cannot be written as JSON: " + e, e);
    }
    if (body.length > maxBytes) {
      throw new EncodingException(
          "%s has %d bytes, more than warren.max-message-bytes allows (%d)"
              .formatted(what, body.length, maxBytes),
          null);
    }
    return body;
  }

  /** Leaves reading early; never leaves this class. */
  private static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Reason reason;
    private final String detail;

    MalformedException(Reason reason, String detail) {
      super(detail, null, false, false);
      this.reason = reason;
      this.detail = detail;
    }
  }
}
