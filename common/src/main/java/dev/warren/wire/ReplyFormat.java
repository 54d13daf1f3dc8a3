package dev.warren.wire;

import dev.warren.wire.Decoded.Reason;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/** Replies as the body of Celery's rpc results. */
final class ReplyFormat {

  /** What Celery calls its own exceptions; every other type is announced as a Java one. */
  private static final Set<String> CELERY_EXCEPTIONS =
      Set.of(
          "ChordError",
          "NotRegistered",
          "TaskRevokedError",
          "WorkerLostError",
          "TimeLimitExceeded",
          "SoftTimeLimitExceeded");

  /** The values that a chunk has, where the failure takes the result's place. */
  private static final String PARTIAL = "warren_partial";

  /** When a task that is to be retried is due. */
  static final String DUE = "warren_due";

  private final Json json;

  ReplyFormat(Json json) {
    this.json = json;
  }

  WireMessage write(ReplyMessage reply, String correlationId) {
    byte[] body = json.write("the result of task " + reply.taskId(), out -> writeBody(reply, out));
    return new WireMessage(Json.CONTENT_TYPE, "utf-8", correlationId, null, Map.of(), body);
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
    if (error != null && reply.result() != null) {
      json.writeName(PARTIAL);
      json.writePOJO(reply.result());
    }
    // From here on Celery's own names where it has them (result_extended); its clients skip the
    // rest.
    json.writeStringProperty("worker", reply.worker());
    json.writeNumberProperty("retries", Math.max(0, reply.attempt() - 1));
    json.writeStringProperty("date_started", text(reply.startedAt()));
    json.writeStringProperty("date_done", text(reply.doneAt()));
    if (reply.dueAt() != null) {
      json.writeStringProperty(DUE, text(reply.dueAt()));
    }
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

  Decoded<ReplyMessage> read(WireMessage message) {
    ReplyMessage success = SuccessBody.of(json, message);
    return success == null ? readAny(message) : Decoded.of(success);
  }

  private Decoded<ReplyMessage> readAny(WireMessage message) {
    Decoded<JsonNode> read = json.readTyped(message);
    JsonNode body = read.value();
    if (body == null) {
      return read.cast();
    }
    String id = body.path("task_id").asString("");
    TaskStatus status = status(body.path("status").asString(""));
    if (id.isEmpty() || status == null) {
      return Decoded.failed(Reason.BAD_SHAPE, "there is no 'task_id', or no known 'status'");
    }
    boolean failed =
        switch (status) {
          case FAILURE, RETRY, REVOKED -> true;
          case SUCCESS, STARTED, PROGRESS -> false;
        };
    JsonNode result = body.path("result");
    JsonNode value =
        switch (status) {
          case SUCCESS, PROGRESS -> result;
          case FAILURE -> body.get(PARTIAL);
          case STARTED, RETRY, REVOKED -> null;
        };
    return Decoded.of(
        new ReplyMessage(
            id,
            status,
            value,
            failed ? error(result, body.path("traceback")) : null,
            body.path("worker").asString(null),
            body.path("retries").isInt() ? body.path("retries").asInt() + 1 : 0,
            moment(body.path("date_started")),
            moment(body.path("date_done")),
            moment(body.path(DUE))));
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
      return node.isString() ? Json.moment(node.asString()) : null;
    } catch (DateTimeParseException e) {
      return null; // Celery writes local times without an offset; a time is not worth a reply
    }
  }

  private static @Nullable String text(@Nullable Instant moment) {
    return moment == null ? null : Moments.text(moment);
  }
}
