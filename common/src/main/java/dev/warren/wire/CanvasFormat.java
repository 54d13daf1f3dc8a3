package dev.warren.wire;

import dev.warren.wire.Decoded.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * What follows a task, in the third part of a message's body. All of it is read and checked before
 * the task runs: it would be too late to refuse it afterwards.
 */
final class CanvasFormat {

  private static final int MOST_SIGNATURES = 10_000;
  private static final int DEEPEST = 16;

  private static final String CALLBACKS = "callbacks";
  private static final String ERRBACKS = "errbacks";
  private static final String CHAIN = "chain";
  private static final String CHORD = "chord";

  /** What Celery's clients send to result backends that can count; over RabbitMQ they refuse it. */
  private static final Set<String> CHORDS = Set.of("celery.chord", "celery.chord_unlock");

  private CanvasFormat() {}

  static void write(Canvas canvas, JsonGenerator json) {
    json.writeStartObject();
    write(CALLBACKS, canvas.callbacks(), json);
    write(ERRBACKS, canvas.errbacks(), json);
    write(CHAIN, canvas.chain(), json);
    json.writeNullProperty(CHORD);
    json.writeEndObject();
  }

  private static void write(String name, List<Signature> signatures, JsonGenerator json) {
    if (signatures.isEmpty()) {
      json.writeNullProperty(name);
    } else {
      json.writeArrayPropertyStart(name);
      signatures.forEach(json::writePOJO);
      json.writeEndArray();
    }
  }

  static Canvas read(Map<String, @Nullable Object> headers, JsonNode embed) {
    if (!(embed.isObject() || embed.isNull() || embed.isMissingNode())) {
      throw bad("the third part of the body is not an object");
    }
    if (isThere(embed.path(CHORD))) {
      throw unsupported("'chord': send it with WorkerPool, or let its caller collect the group");
    }
    String rootId = text(headers.get("root_id"));
    String parentId = text(headers.get("parent_id"));
    String group = text(headers.get("group"));
    if (embed.isEmpty() && rootId == null && parentId == null && group == null) {
      return Canvas.NONE;
    }
    JsonNode chain = embed.path(CHAIN);
    for (int i = 1; i < chain.size(); i++) { // the first of the list is the last to run
      requireNoGroup(chain.path(i));
    }
    Reading reading = new Reading();
    return new Canvas(
        rootId,
        parentId,
        group,
        headers.get("group_index") instanceof Number index ? index.intValue() : null,
        reading.list(CALLBACKS, embed.path(CALLBACKS), 0),
        reading.list(ERRBACKS, embed.path(ERRBACKS), 0),
        reading.list(CHAIN, chain, 0));
  }

  /** What follows a group needs all of its results: that is a chord. */
  private static void requireNoGroup(JsonNode before) {
    String task = before.path("task").asString("");
    JsonNode tasks = before.path("kwargs").path("tasks");
    if (task.equals(Signature.GROUP)) {
      throw unsupported("a task after a group, which is a chord");
    }
    if (task.equals(Signature.CHAIN) && !tasks.isEmpty()) {
      requireNoGroup(tasks.path(tasks.size() - 1));
    }
  }

  /** A signature as it stands in an argument. */
  static Signature signature(JsonNode node) {
    return new Reading().signature(node, 0);
  }

  static List<Signature> list(String what, JsonNode node) {
    return new Reading().list(what, node, 0);
  }

  private static boolean isThere(JsonNode node) {
    return !node.isMissingNode() && !node.isNull() && !(node.isContainer() && node.isEmpty());
  }

  private static @Nullable String text(@Nullable Object header) {
    return header instanceof String text && Json.isName(text) ? text : null;
  }

  private static MalformedException bad(String detail) {
    return new MalformedException(Reason.BAD_SHAPE, detail);
  }

  private static MalformedException unsupported(String what) {
    return new MalformedException(
        Reason.UNSUPPORTED_FEATURE, "this worker does not support " + what);
  }

  /** Counts what is read of one message. */
  private static final class Reading {
    private int signatures;

    List<Signature> list(String what, JsonNode node, int depth) {
      if (!isThere(node)) {
        return List.of();
      }
      if (node.isObject()) { // a single one, as some clients write it
        return List.of(signature(node, depth));
      }
      if (!node.isArray()) {
        throw bad("'" + what + "' is not a list of signatures");
      }
      List<Signature> list = new ArrayList<>(node.size());
      node.forEach(element -> list.add(signature(element, depth)));
      return list;
    }

    Signature signature(JsonNode node, int depth) {
      if (depth > DEEPEST || ++signatures > MOST_SIGNATURES) {
        throw unsupported(
            "more than %d signatures, or %d levels of them, in a message"
                .formatted(MOST_SIGNATURES, DEEPEST));
      }
      String task = node.path("task").asString("");
      JsonNode args = node.path("args");
      JsonNode kwargs = node.path("kwargs");
      JsonNode options = node.path("options");
      if (!node.isObject() || !Json.isName(task)) {
        throw bad("a signature has no 'task' with a name of 1 to 255 bytes");
      }
      if (!isNoneOr(args.isArray(), args)
          || !isNoneOr(kwargs.isObject(), kwargs)
          || !isNoneOr(options.isObject(), options)) {
        throw bad(
            "the signature of " + task + " has no list 'args', or objects 'kwargs', 'options'");
      }
      if (CHORDS.contains(task)) {
        throw unsupported("'" + task + "' of a Celery client");
      }
      Signature read =
          new Signature(
              task,
              elements(args),
              properties(kwargs),
              properties(options),
              node.path("subtask_type").asString(null),
              node.path("immutable").asBoolean(false));
      check(read, kwargs, options, depth);
      return read;
    }

    private void check(Signature read, JsonNode kwargs, JsonNode options, int depth) {
      Step.of(read);
      list("link", options.path("link"), depth + 1);
      list("link_error", options.path("link_error"), depth + 1);
      if (read.isGroup() || read.isChain()) {
        if (!isThere(kwargs.path("tasks"))) {
          throw bad("the signature of " + read.task() + " has no 'tasks'");
        }
        list("tasks", kwargs.path("tasks"), depth + 1);
        for (int i = 0; read.isChain() && i < kwargs.path("tasks").size() - 1; i++) {
          requireNoGroup(kwargs.path("tasks").path(i));
        }
      }
    }

    private static boolean isNoneOr(boolean isFit, JsonNode node) {
      return isFit || node.isMissingNode() || node.isNull();
    }

    private static List<JsonNode> elements(JsonNode array) {
      List<JsonNode> elements = new ArrayList<>(array.size());
      array.forEach(elements::add);
      return elements;
    }

    private static Map<String, JsonNode> properties(JsonNode object) {
      Map<String, JsonNode> properties = new LinkedHashMap<>();
      object.properties().forEach(p -> properties.put(p.getKey(), p.getValue()));
      return properties;
    }
  }
}
