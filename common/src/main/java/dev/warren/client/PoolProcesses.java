package dev.warren.client;

import dev.warren.ProcessPoolSettings;
import dev.warren.TaskCall;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenSettings;
import dev.warren.process.ProcessOrders;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** What the worker processes of a pool are told. */
final class PoolProcesses {

  /** When they are asked to end nothing runs but what was cancelled. */
  private static final String DRAIN = "5s";

  /** All of them know the same tasks: none is worth waiting for that knows another one. */
  private static final String UNKNOWN_TASK_TTL = "0s";

  private PoolProcesses() {}

  /**
   * The orders for processes that work on a queue.
   *
   * @throws EncodingException if the initializer's arguments are no JSON
   */
  static ProcessOrders orders(RabbitWarren warren, String queue, ProcessPoolSettings pool) {
    WarrenSettings settings = warren.broker().settings();
    TaskCall<?> initializer = pool.initializer();
    Map<String, String> all = new LinkedHashMap<>(warren.broker().connectionProperties());
    all.put("warren.max-message-bytes", String.valueOf(settings.maxMessageBytes()));
    all.put("warren.publish-timeout", settings.publishTimeout().toString());
    all.put("warren.confirm-timeout", settings.confirmTimeout().toString());
    all.put("warren.worker.enabled", "true");
    all.put("warren.worker.queue", queue);
    all.put("warren.worker.concurrency", "1");
    all.put("warren.worker.drain-timeout", DRAIN);
    all.put("warren.worker.unknown-task-ttl", UNKNOWN_TASK_TTL);
    all.put("logging.level.dev.warren", "WARN"); // its coming and going is this process's to tell
    // Also what is not set: the processes must not find a value that was meant for this one.
    all.put("warren.worker.name", "");
    all.put("warren.worker.ready-file", "");
    all.put("warren.worker.max-tasks", text(pool.maxTasksPerChild()));
    all.put("warren.worker.initializer", initializer == null ? "" : initializer.task().name());
    all.put("warren.worker.initializer-args", initializer == null ? "" : args(warren, initializer));
    List<String> sources = pool.taskClasses().stream().map(Class::getName).toList();
    return new ProcessOrders(all, trust(), sources);
  }

  private static String text(@Nullable Integer value) {
    return value == null ? "" : String.valueOf(value);
  }

  private static String args(RabbitWarren warren, TaskCall<?> initializer) {
    try {
      return warren.wire().mapper().writeValueAsString(initializer.args());
    } catch (JacksonException e) {
      throw new EncodingException(
          "the arguments of the initializer " + initializer + " are no JSON: " + e.getMessage(), e);
    }
  }

  /** Whom this JVM trusts, the processes trust. */
  private static Map<String, String> trust() {
    Map<String, String> found = new LinkedHashMap<>();
    Properties properties = System.getProperties();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith("javax.net.ssl.")) {
        found.put(name, properties.getProperty(name));
      }
    }
    return found;
  }
}
