package dev.warren.wire;

import dev.warren.wire.Decoded.Reason;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The callback of a chord, as it waits for the results of the tasks before it. It is a message of a
 * task that only Warren's workers know, so that no other worker calls it without the results.
 *
 * @param callback what is called with the list of results as its first argument
 * @param queue the queue that the tasks are answered to
 * @param parts the ids of the tasks, in the results' order
 * @param until how long the results are waited for
 */
public record ChordMessage(Signature callback, String queue, List<String> parts, Instant until) {

  /** The name of the task that stands for it. */
  public static final String TASK = "warren.chord";

  /** The message of a task that has the callback's id. */
  public TaskMessage write(String id) {
    Map<String, Object> kwargs = new LinkedHashMap<>();
    kwargs.put("task", callback);
    kwargs.put("queue", queue);
    kwargs.put("parts", parts);
    kwargs.put("until", until.toString());
    return TaskMessage.of(id, TASK, List.of(), kwargs);
  }

  /** Whether a task stands for a chord's callback. */
  public static boolean is(TaskMessage task) {
    return task.task().equals(TASK);
  }

  /** The callback that such a task stands for, or the reason why there is none. */
  public static Decoded<ChordMessage> read(TaskMessage task) {
    try {
      Map<String, ? extends @Nullable Object> kwargs = task.kwargs();
      Signature callback = CanvasFormat.signature(node(kwargs, "task"));
      String queue = node(kwargs, "queue").asString("");
      List<String> parts = new ArrayList<>();
      node(kwargs, "parts").forEach(part -> parts.add(part.asString("")));
      if (!Json.isName(queue)) {
        throw bad("it names no queue");
      }
      Instant until = Json.moment(node(kwargs, "until").asString(""));
      return Decoded.of(new ChordMessage(callback, queue, parts, until));
    } catch (MalformedException e) {
      return e.decoded();
    } catch (DateTimeParseException e) {
      return bad("'until' is not a moment").decoded();
    }
  }

  private static JsonNode node(Map<String, ? extends @Nullable Object> kwargs, String name) {
    if (kwargs.get(name) instanceof JsonNode node) {
      return node;
    }
    throw bad("'" + name + "' is missing");
  }

  private static MalformedException bad(String why) {
    return new MalformedException(Reason.BAD_SHAPE, "not the callback of a chord: " + why);
  }

  /**
   * The call of the callback.
   *
   * @param waiting the task that stood for it
   * @param results as they were read
   */
  public TaskMessage call(TaskMessage waiting, List<JsonNode> results) {
    List<@Nullable Object> args = new ArrayList<>();
    if (!callback.immutable()) {
      args.add(JsonNodeFactory.instance.arrayNode().addAll(results));
    }
    args.addAll(callback.args());
    return waiting.calling(callback.task(), args, callback.kwargs());
  }
}
