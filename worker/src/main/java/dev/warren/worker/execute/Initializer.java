package dev.warren.worker.execute;

import dev.warren.WarrenException.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a process that runs tasks does once, for itself, before the first one. */
public final class Initializer {

  private static final Logger log = LoggerFactory.getLogger(Initializer.class);

  private final TaskRegistry registry;
  private final JsonMapper mapper;
  private final @Nullable String task;
  private final @Nullable String args;
  private final Runnable methods;

  /**
   * @param methods the application's own, done before the task
   * @param task its name; null for none
   * @param args a JSON list; null or empty for no arguments
   */
  public Initializer(
      TaskRegistry registry,
      JsonMapper mapper,
      Runnable methods,
      @Nullable String task,
      @Nullable String args) {
    this.methods = methods;
    this.registry = registry;
    this.mapper = mapper;
    this.task = task;
    this.args = args;
  }

  /**
   * Runs it, on the calling thread, for as long as it takes.
   *
   * @throws ConfigurationException if it is not known here, its arguments are no list, or it fails
   */
  public void run() {
    methods.run();
    if (task == null) {
      return;
    }
    List<JsonNode> values = arguments();
    try {
      registry.call(task, values, Map.of(), RunningTask.uncalled(task));
    } catch (UnknownTaskException e) {
      throw new ConfigurationException(
          "warren.worker.initializer: there is no task '%s' here; this worker knows %s"
              .formatted(task, registry.names()),
          e);
    } catch (Throwable e) { // the user's code
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      log.debug("the initializer failed", e);
      throw new ConfigurationException(
          "the initializer '%s' failed: %s%s".formatted(task, e, place(e)), e);
    }
    log.info("the initializer '{}' has run", task);
  }

  private List<JsonNode> arguments() {
    List<JsonNode> values = new ArrayList<>();
    if (args == null || args.isBlank()) {
      return values;
    }
    try {
      JsonNode list = mapper.readTree(args);
      if (list.isArray()) {
        list.forEach(values::add);
        return values;
      }
    } catch (JacksonException e) { // said below
      log.debug("warren.worker.initializer-args", e);
    }
    throw new ConfigurationException(
        "warren.worker.initializer-args must be a JSON list, as [\"a\", 1]", null);
  }

  /** Where it was thrown, because no stack trace is shown. */
  private static String place(Throwable thrown) {
    StackTraceElement[] trace = thrown.getStackTrace();
    return trace.length == 0 ? "" : " at " + trace[0];
  }
}
