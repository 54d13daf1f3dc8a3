package dev.warren.worker.execute;

import dev.warren.wire.TaskMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/**
 * Runs a task in the calling thread, a slot's. Whatever the task throws becomes an {@link Outcome}.
 *
 * <p>A thread cannot be killed: a task that ignores its interrupt keeps its slot.
 */
public final class ThreadExecutor {

  private final TaskRegistry registry;
  private volatile boolean stopping;

  /** Runs the tasks of a registry. */
  public ThreadExecutor(TaskRegistry registry) {
    this.registry = registry;
  }

  /** From now on a task that ends by its interrupt counts as abandoned, not as failed. */
  public void stopping() {
    stopping = true;
  }

  /** Whether {@link #run} would find the task. */
  public boolean knows(TaskMessage task) {
    return registry.knows(task.task());
  }

  /** Runs one task that was read from the wire. Never throws. */
  public Outcome run(TaskMessage task) {
    return run(task, () -> false);
  }

  /**
   * Runs one task that was read from the wire. Never throws.
   *
   * @param revoked whether an interrupt came because the task was revoked: if it ends by it, it
   *     counts as revoked, not as failed
   */
  public Outcome run(TaskMessage task, BooleanSupplier revoked) {
    try {
      return Outcome.succeeded(registry.call(task.task(), args(task), kwargs(task)));
    } catch (UnknownTaskException e) {
      return Outcome.unknownTask(String.valueOf(e.getMessage()));
    } catch (Throwable thrown) {
      if (wasInterrupted(thrown)) {
        if (revoked.getAsBoolean()) {
          return Outcome.terminated();
        }
        if (stopping) {
          return Outcome.abandoned();
        }
      }
      return Outcome.failed(thrown);
    } finally {
      Thread.interrupted(); // an interrupt was this task's, not the next one's
    }
  }

  private static boolean wasInterrupted(Throwable thrown) {
    for (Throwable t = thrown; t != null && t.getCause() != t; t = t.getCause()) {
      if (t instanceof InterruptedException) {
        return true;
      }
    }
    return Thread.currentThread().isInterrupted();
  }

  private static List<JsonNode> args(TaskMessage task) {
    List<JsonNode> args = new ArrayList<>(task.args().size());
    task.args().forEach(value -> args.add((JsonNode) value));
    return args;
  }

  private static Map<String, JsonNode> kwargs(TaskMessage task) {
    Map<String, JsonNode> kwargs = new LinkedHashMap<>();
    task.kwargs().forEach((name, value) -> kwargs.put(name, (JsonNode) value));
    return kwargs;
  }
}
