package dev.warren.worker.execute;

import dev.warren.Progress;
import dev.warren.wire.TaskMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Runs a task in the calling thread, a slot's. Whatever the task throws becomes an {@link Outcome}.
 *
 * <p>At its time limits a task is interrupted. A thread cannot be killed: a task that ignores its
 * interrupt is stuck, which is told {@link TimeLimits#GRACE} later, and keeps its thread until it
 * ends by itself.
 */
public final class ThreadExecutor implements TaskExecutor {

  private final TaskRegistry registry;
  private final ScheduledExecutorService timer;
  private volatile boolean stopping;

  /**
   * Runs the tasks of a registry.
   *
   * @param timer interrupts tasks at their time limits; stays the caller's
   */
  public ThreadExecutor(TaskRegistry registry, ScheduledExecutorService timer) {
    this.registry = registry;
    this.timer = timer;
  }

  @Override
  public void stopping() {
    stopping = true;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public boolean knows(TaskMessage task) {
    return registry.knows(task);
  }

  /** As below; a task that is stuck is waited for. */
  public Outcome run(TaskMessage task, BooleanSupplier revoked, Consumer<Progress> reports) {
    return run(task, revoked, reports, outcome -> {});
  }

  @Override
  public Outcome run(
      TaskMessage task,
      BooleanSupplier revoked,
      Consumer<Progress> reports,
      Consumer<Outcome> stuck) {
    RunningTask context = new RunningTask(task, reports);
    TimeLimits limits = TimeLimits.begin(task, timer, stuck);
    try {
      Object value = registry.call(task.task(), args(task), kwargs(task), context);
      Duration exceeded = limits.hard();
      return exceeded == null
          ? Outcome.succeeded(value)
          : Outcome.timeLimitExceeded(exceeded, null, null);
    } catch (UnknownTaskException e) {
      return Outcome.unknownTask(String.valueOf(e.getMessage()));
    } catch (ChunkFailedException e) {
      return ended(e.failure(), task.wantsPartial() ? e.values() : null, limits, revoked);
    } catch (Throwable thrown) {
      return ended(thrown, null, limits, revoked)
          .retried(registry.rules(task).retries(), thrown, task.retries());
    } finally {
      limits.end();
      context.end();
      Thread.interrupted(); // an interrupt was this task's, not the next one's
    }
  }

  private Outcome ended(
      Throwable thrown, @Nullable Object partial, TimeLimits limits, BooleanSupplier revoked) {
    boolean interrupted = wasInterrupted(thrown);
    Duration hard = limits.hard();
    Duration soft = limits.soft();
    if (interrupted && revoked.getAsBoolean()) {
      return Outcome.terminated();
    }
    if (hard != null) {
      return Outcome.timeLimitExceeded(hard, thrown, partial);
    }
    if (interrupted && stopping) {
      return Outcome.abandoned();
    }
    if (interrupted && soft != null) {
      return Outcome.softTimeLimitExceeded(soft, thrown, partial);
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
