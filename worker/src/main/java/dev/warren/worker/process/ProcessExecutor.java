package dev.warren.worker.process;

import dev.warren.Progress;
import dev.warren.process.ProcessOrders;
import dev.warren.rabbit.Nanos;
import dev.warren.rabbit.Threads;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.worker.execute.Outcome;
import dev.warren.worker.execute.TaskExecutor;
import dev.warren.worker.execute.TaskRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each task in a child, and waits for it in the calling thread, a slot's. Thread-safe.
 *
 * <p>At its soft time limit the task is interrupted in its child. At its hard one, when it is
 * revoked, and when the worker will not wait for it any longer, the child is killed, and another
 * one takes its place: whatever the task does, its slot is free again.
 */
public final class ProcessExecutor implements TaskExecutor {

  private static final Logger log = LoggerFactory.getLogger(ProcessExecutor.class);
  private static final Duration REAP = Duration.ofSeconds(5);

  /** Not while the worker starts. */
  private static final Duration ARCHIVE_AFTER = Duration.ofSeconds(10);

  private final TaskRegistry registry;
  private final TaskFrames frames;
  private final ScheduledExecutorService timer = Threads.scheduler("warren-children");
  private final ScheduledExecutorService limits = Threads.scheduler("warren-child-limits");
  private final ChildLauncher launcher;
  private final ChildPool pool;

  /**
   * Starts nothing yet.
   *
   * @param registry tells which tasks there are; a child has the same
   * @param orders which application a child is
   * @throws dev.warren.WarrenException.ConfigurationException if no child can be started here
   */
  public ProcessExecutor(
      TaskRegistry registry, WireFormat wire, ChildSettings settings, ProcessOrders orders) {
    this.registry = registry;
    this.frames = new TaskFrames(wire);
    this.launcher = new ChildLauncher(settings, orders);
    this.pool = new ChildPool(settings, launcher::launch, timer);
    limits.schedule(
        () -> Threads.named("warren-child-archive").newThread(launcher::makeArchive).start(),
        ARCHIVE_AFTER.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  @Override
  public boolean knows(TaskMessage task) {
    return registry.knows(task);
  }

  @Override
  public void stopping() {
    // an interrupt that is no revocation always means that
  }

  @Override
  public boolean isReady() {
    return pool.isReady();
  }

  @Override
  public void resize(int slots) {
    pool.resize(slots);
  }

  @Override
  public List<Long> processes() {
    return pool.pids();
  }

  /** Children that take tasks, or have one. */
  public int children() {
    return pool.size();
  }

  @Override
  public Outcome run(
      TaskMessage task,
      BooleanSupplier revoked,
      Consumer<Progress> reports,
      Consumer<Outcome> stuck) {
    if (!knows(task)) {
      return registry.unknown(task);
    }
    Child child;
    try {
      child = pool.take();
    } catch (InterruptedException e) {
      return revoked.getAsBoolean() ? Outcome.revoked() : Outcome.abandoned();
    } catch (ChildStartException e) {
      return Outcome.notStarted(e.getMessage());
    }
    try {
      return run(child, task, revoked, reports);
    } finally {
      pool.giveBack(child);
    }
  }

  private Outcome run(
      Child child, TaskMessage task, BooleanSupplier revoked, Consumer<Progress> reports) {
    Frame run = frames.run(task);
    Attempt attempt = child.begin(reports);
    Limit limit = new Limit(child, attempt, task);
    try {
      return frames.outcome(child.run(run, attempt));
    } catch (InterruptedException e) {
      return interrupted(child, attempt, revoked);
    } catch (ChildLostException e) {
      Duration exceeded = limit.passed();
      return exceeded == null
          ? Outcome.lost(String.valueOf(e.getMessage()))
          : Outcome.timeLimitExceeded(exceeded);
    } catch (IOException | RuntimeException e) {
      child.kill("it says what is not understood");
      return Outcome.lost(child + " told an outcome that is none: " + e);
    } finally {
      limit.end();
    }
  }

  /** Killed, unless its task has ended this very moment. */
  private Outcome interrupted(Child child, Attempt attempt, BooleanSupplier revoked) {
    Frame done = attempt.decide() ? child.doneAlready(attempt) : null;
    if (done != null) {
      try {
        return frames.outcome(done);
      } catch (IOException e) {
        log.debug("{} told an outcome that is none", child, e);
      }
    }
    boolean wasRevoked = revoked.getAsBoolean();
    String why = wasRevoked ? "its task was revoked" : "the worker stops";
    log.info("{} is killed: {}", child, why);
    child.kill(why);
    child.awaitOver(REAP);
    return wasRevoked ? Outcome.terminated() : Outcome.abandoned();
  }

  @Override
  public void close() {
    pool.close();
    timer.shutdownNow();
    limits.shutdownNow();
    launcher.close();
  }

  /** The hard time limit of one attempt. Thread-safe. */
  private final class Limit {
    private final Child child;
    private final Attempt attempt;
    private final TaskMessage task;
    private final @Nullable Future<?> timeout;
    private volatile boolean passed;

    Limit(Child child, Attempt attempt, TaskMessage task) {
      this.child = child;
      this.attempt = attempt;
      this.task = task;
      this.timeout = schedule();
    }

    private @Nullable Future<?> schedule() {
      Duration limit = task.timeLimit();
      if (limit == null) {
        return null;
      }
      try {
        return limits.schedule(this::pass, Nanos.of(limit), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        return null; // the worker has stopped, and kills it anyway
      }
    }

    private void pass() {
      if (attempt.decide()) {
        passed = true;
        log.warn("task {} {} is killed at its time limit", task.task(), task.id());
        child.kill("its task was over its time limit");
      }
    }

    @Nullable Duration passed() {
      return passed ? task.timeLimit() : null;
    }

    void end() {
      if (timeout != null) {
        timeout.cancel(false);
      }
    }
  }
}
