package dev.warren.worker.execute;

import dev.warren.Progress;
import dev.warren.wire.TaskMessage;
import dev.warren.worker.Isolation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs each task where its rules say, and within the limits they set. Thread-safe. */
public final class ByRules implements TaskExecutor {

  private final TaskRegistry registry;
  private final TaskRules byDefault;
  private final TaskExecutor threads;
  private final Supplier<TaskExecutor> makeProcesses;
  private @Nullable TaskExecutor processes; // guarded by this
  private boolean closed; // likewise
  private int slots; // likewise; 0 for as many as from the start

  /**
   * @param byDefault for tasks whose own rules leave something out
   * @param processes makes what runs tasks in processes: now, if all others are to run there, or
   *     when the first task is
   */
  public ByRules(
      TaskRegistry registry,
      TaskRules byDefault,
      TaskExecutor threads,
      Supplier<TaskExecutor> processes) {
    this.registry = registry;
    this.byDefault = byDefault;
    this.threads = threads;
    this.makeProcesses = processes;
    if (byDefault.isolation() == Isolation.PROCESS) {
      processExecutor();
    }
  }

  private synchronized TaskExecutor processExecutor() {
    TaskExecutor made = processes;
    if (made == null) {
      made = makeProcesses.get();
      processes = made;
      if (slots > 0) {
        made.resize(slots);
      }
      if (closed) {
        made.close();
      }
    }
    return made;
  }

  private synchronized Optional<TaskExecutor> processesIfMade() {
    return Optional.ofNullable(processes);
  }

  @Override
  public boolean knows(TaskMessage task) {
    return registry.knows(task);
  }

  @Override
  public Outcome run(
      TaskMessage task,
      BooleanSupplier revoked,
      Consumer<Progress> reports,
      Consumer<Outcome> stuck) {
    TaskRules rules = registry.rules(task).or(byDefault);
    TaskExecutor executor = rules.isolation() == Isolation.PROCESS ? processExecutor() : threads;
    Outcome outcome = executor.run(rules.limiting(task), revoked, reports, stuck);
    return outcome.isTimeLimitExceeded()
        ? outcome.retried(rules.retries(), new TimeoutException(), task.retries())
        : outcome;
  }

  @Override
  public @Nullable Duration takePlace(TaskMessage task) {
    TaskQuota quota = registry.rules(task).quota();
    return quota == null ? null : quota.begin();
  }

  @Override
  public void giveUpPlace(TaskMessage task) {
    TaskQuota quota = registry.rules(task).quota();
    if (quota != null) {
      quota.end();
    }
  }

  @Override
  public void stopping() {
    threads.stopping();
    processesIfMade().ifPresent(TaskExecutor::stopping);
  }

  @Override
  public boolean isReady() {
    return processesIfMade().map(TaskExecutor::isReady).orElse(true);
  }

  @Override
  public void resize(int count) {
    synchronized (this) {
      slots = count;
    }
    processesIfMade().ifPresent(made -> made.resize(count));
  }

  @Override
  public List<Long> processes() {
    return processesIfMade().map(TaskExecutor::processes).orElse(List.of());
  }

  @Override
  public void close() {
    threads.close();
    synchronized (this) {
      closed = true;
    }
    processesIfMade().ifPresent(TaskExecutor::close);
  }
}
