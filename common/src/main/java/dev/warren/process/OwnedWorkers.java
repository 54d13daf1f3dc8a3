package dev.warren.process;

import dev.warren.ProcessPoolSettings;
import dev.warren.WarrenException;
import dev.warren.WarrenException.ConfigurationException;
import dev.warren.WarrenException.PoolBrokenException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker processes of one pool: started when there is work for them, kept, replaced when they
 * end, and gone at the end. Thread-safe; only {@link #awaitGone} blocks.
 *
 * <ul>
 *   <li>W1: processes are started, and their ends handled, on one thread only, the supervisor's.
 *   <li>W2: there are never more than {@link #maximum}, and none is started without work.
 *   <li>W3: after {@link #stop}, {@link #kill}, or once it is {@link #broken}, none is started.
 *   <li>W4: it is gone, once, after {@code stop} or {@code kill}, when the last process has ended.
 * </ul>
 */
public final class OwnedWorkers {

  /** Hears what the pool must know. Called on the supervisor's thread. */
  public interface Listener {

    /** No process can be started: what is unfinished will never be done. */
    void onBroken(WarrenException why);

    /** No process is left, and none will be started. */
    void onGone();
  }

  private static final Logger log = LoggerFactory.getLogger(OwnedWorkers.class);

  private static final String MAIN = "dev.warren.worker.pool.PoolWorker";

  /** So many starts that fail, with none between that succeeds, and the pool is broken. */
  private static final int MOST_FAILURES = 3;

  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  /** A worker that lived longer than that did not end because of how it began. */
  private static final Duration SHORT_LIFE = Duration.ofSeconds(10);

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final ProcessPoolSettings settings;
  private final ProcessOrders orders;
  private final IntSupplier unfinished;
  private final Listener listener;
  private final JvmCommand command;
  private final ScheduledThreadPoolExecutor supervisor;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile boolean ending;
  private volatile @Nullable WarrenException broken; // written by the supervisor
  private volatile int running; // written by the supervisor

  // supervisor only
  private final Set<OwnedProcess> processes = new HashSet<>();
  private int failures;
  private long countedAt; // when the last of the failures was counted
  private int shortLives;
  private boolean pausing;

  /**
   * Starts nothing yet.
   *
   * @param unfinished how many tasks there are to be done, at any moment
   * @throws WarrenException.ConfigurationException if processes cannot be started here
   */
  public OwnedWorkers(
      ProcessPoolSettings settings,
      ProcessOrders orders,
      IntSupplier unfinished,
      Listener listener) {
    this.settings = settings;
    this.orders = orders;
    this.unfinished = unfinished;
    this.listener = listener;
    this.command = command(settings);
    this.supervisor =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "warren-pool");
              thread.setDaemon(true);
              return thread;
            });
    supervisor.setRemoveOnCancelPolicy(true);
    supervisor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private static JvmCommand command(ProcessPoolSettings settings) {
    try {
      Class.forName(MAIN, false, OwnedWorkers.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new ConfigurationException(
          "a pool with worker processes of its own needs the worker on its class path: add the"
              + " dependency dev.warren:warren-worker, or use Warren.pool(String) with workers that"
              + " run elsewhere",
          e);
    }
    return JvmCommand.of(MAIN, settings.jvmArgs());
  }

  /** The most processes there may be. */
  public int maximum() {
    return settings.processes();
  }

  /** There is work: starts processes if there are too few. Cheap; called for every task. */
  public void need(int tasks) {
    if (!ending
        && broken == null
        && running < Math.min(tasks, maximum())
        && asked.compareAndSet(false, true)) {
      onSupervisor(this::startMissing);
    }
  }

  /** Why no process can be started, or null. */
  public @Nullable WarrenException broken() {
    return broken;
  }

  /** The last task is done: the processes are asked to end, and killed if they do not. */
  public void stop() {
    end(OwnedProcess::terminate);
  }

  /** Ends all processes at once, whatever they do. */
  public void kill() {
    end(OwnedProcess::kill);
  }

  /**
   * Waits until no process is left.
   *
   * @return false if some are when time is up
   */
  public boolean awaitGone(long nanos) throws InterruptedException {
    try {
      gone.get(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private void end(Consumer<OwnedProcess> how) {
    ending = true;
    onSupervisor(
        () -> {
          processes.forEach(how);
          supervisor.schedule(
              guarded(() -> processes.forEach(OwnedProcess::kill)),
              STOP_TIMEOUT.toMillis(),
              TimeUnit.MILLISECONDS);
          goneIfEmpty();
        });
  }

  private void onSupervisor(Runnable action) {
    try {
      supervisor.execute(guarded(action));
    } catch (RejectedExecutionException e) {
      log.debug("the pool's processes are gone already");
    }
  }

  private static Runnable guarded(Runnable action) {
    return () -> {
      try {
        action.run();
      } catch (Throwable e) {
        log.error("the supervisor of worker processes goes on after", e);
      }
    };
  }

  // --- on the supervisor's thread --------------------------------------------------------------

  private void startMissing() {
    asked.set(false);
    int wanted = Math.min(unfinished.getAsInt(), maximum());
    while (!ending && broken == null && !pausing && processes.size() < wanted) {
      start();
    }
  }

  private void start() {
    long startedAt = System.nanoTime();
    OwnedProcess process;
    try {
      process = OwnedProcess.start(command, orders);
    } catch (IOException e) {
      startFailed("it could not be started: " + e.getMessage(), startedAt);
      return;
    }
    processes.add(process);
    running = processes.size();
    process.ready().thenRun(() -> onSupervisor(() -> failures = 0));
    process.end().thenAccept(code -> onSupervisor(() -> ended(process, code, startedAt)));
    supervisor.schedule(
        guarded(() -> killIfNotReady(process)),
        settings.startTimeout().toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void killIfNotReady(OwnedProcess process) {
    if (!process.isReady()) {
      process.killAsLate();
    }
  }

  private void ended(OwnedProcess process, int code, long startedAt) {
    processes.remove(process);
    running = processes.size();
    if (ending) {
      goneIfEmpty();
      return;
    }
    if (!process.isReady()) {
      String how =
          process.isLate()
              ? "was not ready within " + settings.startTimeout()
              : "ended with exit code " + code + " before it was ready";
      startFailed(
          "%s %s; its last words:%n%s".formatted(process, how, process.lastWords()), startedAt);
    } else if (code != 0) {
      log.warn("{} ended with exit code {}", process, code);
      boolean isShort = System.nanoTime() - startedAt < SHORT_LIFE.toNanos();
      shortLives = isShort ? shortLives + 1 : 0;
      if (shortLives > 1) {
        pause(shortLives - 1);
      }
    }
    startMissing();
  }

  /**
   * Those that were started side by side fail for the same reason: they count as one.
   *
   * @param startedAt when this one was started
   */
  private void startFailed(String why, long startedAt) {
    if (failures == 0 || startedAt - countedAt > 0) {
      failures++;
      countedAt = System.nanoTime();
    }
    if (failures < MOST_FAILURES) {
      log.warn("a worker process did not start: {}", why);
      pause(failures);
    } else if (broken == null) {
      WarrenException failure =
          new PoolBrokenException(
              "the pool is broken: %d worker processes in a row did not start; of the last one: %s"
                  .formatted(failures, why));
      broken = failure;
      processes.forEach(OwnedProcess::kill);
      listener.onBroken(failure);
    }
  }

  private void pause(int times) {
    pausing = true;
    long millis = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(times - 1, 10));
    supervisor.schedule(
        guarded(
            () -> {
              pausing = false;
              startMissing();
            }),
        millis,
        TimeUnit.MILLISECONDS);
  }

  private void goneIfEmpty() {
    if (processes.isEmpty() && !gone.isDone()) {
      supervisor.shutdown();
      command.discard();
      try {
        listener.onGone();
      } finally {
        gone.complete(null);
      }
    }
  }
}
