package dev.warren.worker.execute;

import dev.warren.wire.TaskMessage;
import dev.warren.worker.TaskContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Celery's {@code celery.map} and {@code celery.starmap}: one message that runs a task for each
 * item of a list, one after the other, and fails with the first that fails. Tells how many items
 * are done.
 *
 * @see <a href="https://github.com/celery/celery/blob/main/celery/app/builtins.py">builtins.py</a>
 */
final class MapTask implements TaskHandler {

  static final String MAP = "celery.map";
  static final String STARMAP = "celery.starmap";
  private static final Set<String> NAMES = Set.of(MAP, STARMAP);

  private final TaskRegistry registry;
  private final boolean star;

  /**
   * @param star whether an item is a list of arguments rather than the only one
   */
  MapTask(TaskRegistry registry, boolean star) {
    this.registry = registry;
    this.star = star;
  }

  /** The name of the task that a message calls, for each item if it is a chunk. */
  static String called(TaskMessage message) {
    if (!NAMES.contains(message.task())) {
      return message.task();
    }
    Object signature = message.kwargs().get("task");
    if (signature == null && !message.args().isEmpty()) {
      signature = message.args().get(0);
    }
    return signature instanceof JsonNode node ? node.path("task").asString("") : "";
  }

  /** How many items a chunk has; 1 if it is none. */
  static int items(TaskMessage message) {
    if (!NAMES.contains(message.task())) {
      return 1;
    }
    Object items = message.kwargs().get("it");
    if (items == null && message.args().size() > 1) {
      items = message.args().get(1);
    }
    return items instanceof JsonNode node ? Math.max(1, node.size()) : 1;
  }

  @Override
  public @Nullable Object call(
      List<JsonNode> args, Map<String, JsonNode> kwargs, TaskContext context) throws Throwable {
    JsonNode signature = argument("task", 0, args, kwargs);
    JsonNode items = argument("it", 1, args, kwargs);
    String task = signature.path("task").asString("");
    if (task.isEmpty() || !items.isArray()) {
      throw new TaskArgumentException("needs 'task' with a signature and 'it' with a list");
    }
    RunningTask itemsContext = RunningTask.items(context);
    try {
      return results(task, items, itemsContext, context);
    } finally {
      itemsContext.end();
    }
  }

  private List<@Nullable Object> results(
      String task, JsonNode items, TaskContext itemsContext, TaskContext context)
      throws ChunkFailedException {
    List<@Nullable Object> results = new ArrayList<>(items.size());
    TaskHandler handler = registry.handler(task);
    for (JsonNode item : items) {
      if (Thread.interrupted()) {
        throw new ChunkFailedException(new InterruptedException(), results);
      }
      try {
        results.add(handler.call(arguments(item), Map.of(), itemsContext));
      } catch (UnknownTaskException e) {
        throw e;
      } catch (Throwable e) {
        throw new ChunkFailedException(
            e instanceof ChunkFailedException inner ? inner.failure() : e, results);
      }
      context.progress(results.size(), items.size());
    }
    return results;
  }

  private List<JsonNode> arguments(JsonNode item) {
    if (!star) {
      return List.of(item);
    }
    if (!item.isArray()) {
      throw new TaskArgumentException("every item of 'it' must be a list of arguments");
    }
    List<JsonNode> arguments = new ArrayList<>(item.size());
    item.forEach(arguments::add);
    return arguments;
  }

  private static JsonNode argument(
      String name, int position, List<JsonNode> args, Map<String, JsonNode> kwargs) {
    JsonNode value = kwargs.get(name);
    if (value == null && args.size() > position) {
      value = args.get(position);
    }
    if (value == null) {
      throw new TaskArgumentException("argument '" + name + "' is missing");
    }
    return value;
  }
}
