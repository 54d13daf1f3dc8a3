package dev.warren.worker.execute;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.worker.TaskContext;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tasks that a worker knows, by name. Only what is registered here can be run: nothing in a
 * message is ever looked up as a class, a bean or an expression. Filled before the worker starts,
 * then read by all slots.
 */
public final class TaskRegistry {

  private final JsonMapper mapper;
  private final Map<String, TaskHandler> handlers = new LinkedHashMap<>();
  private final Map<String, TaskMethod> methods = new LinkedHashMap<>();

  /** Knows only the tasks that every Celery worker knows. */
  public TaskRegistry(JsonMapper mapper) {
    this.mapper = mapper;
    handlers.put("celery.map", new MapTask(this, false));
    handlers.put("celery.starmap", new MapTask(this, true));
    handlers.put("celery.accumulate", new AccumulateTask());
  }

  /**
   * Registers a method.
   *
   * @param bean the object to call it on
   * @throws ConfigurationException if the name is taken, or the method cannot be a task
   */
  public void register(String name, Object bean, Method method) {
    if (name.isBlank() || name.startsWith("celery.")) {
      throw new ConfigurationException(
          "@Task(\"%s\") on %s: a task needs a name that does not start with 'celery.'"
              .formatted(name, method),
          null);
    }
    TaskMethod task = new TaskMethod(bean, method, mapper);
    TaskMethod other = methods.putIfAbsent(name, task);
    if (other != null) {
      throw new ConfigurationException(
          "two tasks are named '%s': %s and %s; rename one".formatted(name, other, task), null);
    }
    handlers.put(name, task);
  }

  /** The names of all registered methods, sorted. */
  public Set<String> names() {
    return new TreeSet<>(methods.keySet());
  }

  /** Whether a task of that name can be run here. */
  boolean knows(String name) {
    return handlers.containsKey(name);
  }

  @Nullable Object call(
      String name, List<JsonNode> args, Map<String, JsonNode> kwargs, TaskContext context)
      throws Throwable {
    TaskHandler handler = handlers.get(name);
    if (handler == null) {
      throw new UnknownTaskException(
          "no worker that saw it knows task '%s'; this one knows %s".formatted(name, names()));
    }
    return handler.call(args, kwargs, context);
  }
}
