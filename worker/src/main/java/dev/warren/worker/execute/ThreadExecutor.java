package dev.warren.worker.execute;

import dev.warren.Progress;
import dev.warren.wire.TaskMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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

  /**
   * Runs one task that was read from the wire. Never throws.
   *
   * @param revoked whether an interrupt came because the task was revoked: if it ends by it, it
   *     counts as revoked, not as failed
   * @param reports takes what the task tells of its progress, on any thread, until the task has
   *     ended
   */
  public Outcome run(TaskMessage task, BooleanSupplier revoked, Consumer<Progress> reports) {
    RunningTask context = new RunningTask(task, reports);
    try {
      return Outcome.succeeded(registry.call(task.task(), args(task), kwargs(task), context));
    } catch (UnknownTaskException e) {
      return Outcome.unknownTask(String.valueOf(e.getMessage()));
    } catch (ChunkFailedException e) {
      return ended(e.failure(), task.wantsPartial() ? e.values() : null, revoked);
    } catch (Throwable thrown) {
      return ended(thrown, null, revoked);
    } finally {
      context.end();
      Thread.interrupted(); // an interrupt was this task's, not the next one's
    }
  }

  private Outcome ended(Throwable thrown, @Nullable Object partial, BooleanSupplier revoked) {
    if (wasInterrupted(thrown)) {
      if (revoked.getAsBoolean()) {
        return Outcome.terminated();
      }
      if (stopping) {
        return Outcome.abandoned();
      }
    }
    return Outcome.failed(thrown, partial);
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
