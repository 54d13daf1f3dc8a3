package dev.warren.worker.execute;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.wire.TaskMessage;
import dev.warren.worker.TaskContext;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tasks that a worker knows, by name. Only what is registered here can be run: nothing in a
 * message is ever looked up as a class, a bean or an expression. Filled before the worker starts,
 * then read by all slots; only rules are changed later.
 */
public final class TaskRegistry {

  private final JsonMapper mapper;
  private final Map<String, TaskHandler> handlers = new LinkedHashMap<>();
  private final Map<String, TaskMethod> methods = new LinkedHashMap<>();
  private final Map<String, TaskRules> rules = new ConcurrentHashMap<>();

  /** Knows only the tasks that every Celery worker knows. */
  public TaskRegistry(JsonMapper mapper) {
    this.mapper = mapper;
    handlers.put(MapTask.MAP, new MapTask(this, false));
    handlers.put(MapTask.STARMAP, new MapTask(this, true));
    handlers.put("celery.accumulate", new AccumulateTask());
  }

  /** As below, without rules. */
  public void register(String name, Object bean, Method method) {
    register(name, bean, method, TaskRules.NONE);
  }

  /**
   * Registers a method.
   *
   * @param bean the object to call it on
   * @throws ConfigurationException if the name is taken, or the method cannot be a task
   */
  public void register(String name, Object bean, Method method, TaskRules itsRules) {
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
    rules.put(name, itsRules);
  }

  /**
   * The rules of the task that a message calls; of its items, if it is a chunk, but for retries.
   */
  TaskRules rules(TaskMessage task) {
    String called = MapTask.called(task);
    TaskRules its = rules.getOrDefault(called, TaskRules.NONE);
    return called.equals(task.task()) ? its : its.withoutRetries();
  }

  /** The rules of a method of that name; null if there is none. */
  public @Nullable TaskRules rulesOf(String name) {
    return rules.get(name);
  }

  /**
   * Changes how many of a task may begin in a time. Blocks nobody.
   *
   * @param rate as {@code 10/s}; empty for any
   * @return false if there is no such task
   * @throws IllegalArgumentException if that is no rate
   */
  public boolean limitRate(String name, String rate) {
    TaskRules changed = rules.computeIfPresent(name, (task, its) -> its.withQuota());
    if (changed == null || changed.quota() == null) {
      return false;
    }
    changed.quota().changeRate(rate);
    return true;
  }

  /**
   * Changes how long an attempt of a task may run, from the next one on.
   *
   * @param soft until it is asked to end; null for the worker's rule
   * @param hard until it fails; null for the worker's rule
   * @return false if there is no such task
   */
  public boolean limitTime(String name, @Nullable Duration soft, @Nullable Duration hard) {
    return rules.computeIfPresent(name, (task, its) -> its.limitedTo(soft, hard)) != null;
  }

  /** The names of all registered methods, sorted. */
  public Set<String> names() {
    return new TreeSet<>(methods.keySet());
  }

  /** Whether a task can be run here. */
  public boolean knows(TaskMessage task) {
    return handlers.containsKey(task.task());
  }

  /** What becomes of a task that cannot be run here. */
  public Outcome unknown(TaskMessage task) {
    return Outcome.unknownTask(unknown(task.task()));
  }

  private String unknown(String name) {
    return "no worker that saw it knows task '%s'; this one knows %s".formatted(name, names());
  }

  @Nullable Object call(
      String name, List<JsonNode> args, Map<String, JsonNode> kwargs, TaskContext context)
      throws Throwable {
    return handler(name).call(args, kwargs, context);
  }

  /**
   * What runs a task.
   *
   * @throws UnknownTaskException if there is none of that name
   */
  TaskHandler handler(String name) throws UnknownTaskException {
    TaskHandler handler = handlers.get(name);
    if (handler == null) {
      throw new UnknownTaskException(unknown(name));
    }
    return handler;
  }
}
