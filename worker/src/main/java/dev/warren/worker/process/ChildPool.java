package dev.warren.worker.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The children of a worker, as Python's {@code multiprocessing.Pool} has them: started when they
 * are needed, kept, and replaced when they end. Thread-safe.
 *
 * <ol>
 *   <li><b>P1</b> There are never more than {@link ChildSettings#most}, or what {@link #resize}
 *       said last, those that start included; one that has a task when there are to be fewer ends
 *       after.
 *   <li><b>P2</b> A child that was needed once is replaced when it ends, whoever ended it.
 *   <li><b>P3</b> Whoever waits for a child gets one, or is told why none can be started.
 *   <li><b>P4</b> After starts that failed there are pauses, twice as long each time, up to {@value
 *       #LONGEST_PAUSE_MILLIS} ms. A child that somebody killed while it started did not fail by
 *       itself: only {@value #KILLS_OF_A_FAILURE} of them in a row count as one that did.
 * </ol>
 */
final class ChildPool implements AutoCloseable {

  /** So many starts that fail in a row, and the worker is not ready. */
  private static final int NOT_READY = 5;

  private static final int KILLS_OF_A_FAILURE = 5;
  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 30_000;
  private static final Duration CHECK = Duration.ofSeconds(1);
  private static final Duration END_LIMIT = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(ChildPool.class);

  /** Starts a child. */
  @FunctionalInterface
  interface Launcher {
    Child launch() throws IOException;
  }

  private final ChildSettings settings;
  private final Launcher launcher;
  private final ScheduledExecutorService timer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // guarded by the lock
  private final Deque<Child> idle = new ArrayDeque<>();
  private final Set<Child> all = new HashSet<>(); // ready ones
  private final Set<Child> leaving = new HashSet<>(); // because there are to be fewer
  private int most;
  private int starting;
  private int failures; // in a row
  private int failed; // ever
  private int killed; // while they started, in a row
  private String lastFailure = "";
  private boolean closed;

  /**
   * @param timer kills, and starts: what takes some milliseconds
   */
  ChildPool(ChildSettings settings, Launcher launcher, ScheduledExecutorService timer) {
    this.settings = settings;
    this.most = settings.most();
    this.launcher = launcher;
    this.timer = timer;
    timer.scheduleWithFixedDelay(
        guarded(this::check), CHECK.toMillis(), CHECK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** There may be so many from now on. What runs is left to its end. */
  void resize(int count) {
    List<Child> unwanted = new ArrayList<>();
    lock.lock();
    try {
      most = count;
      while (isOneTooMany() && !idle.isEmpty()) {
        Child child = idle.pollFirst();
        leaving.add(child);
        unwanted.add(child);
      }
      changed.signalAll(); // who waits for a child may start one
    } finally {
      lock.unlock();
    }
    unwanted.forEach(this::retire);
  }

  private boolean isOneTooMany() {
    return all.size() + starting - leaving.size() > most;
  }

  /** The processes of those that take tasks, or have one. */
  List<Long> pids() {
    return locked(() -> all.stream().map(Child::pid).toList());
  }

  /** Whether children can be started, as far as is known. */
  boolean isReady() {
    return locked(() -> failures < NOT_READY);
  }

  /** Those that take tasks, or have one. */
  int size() {
    return locked(all::size);
  }

  /**
   * A child for a task; give it back. Waits until there is one.
   *
   * @throws ChildStartException if a start fails while this waits
   */
  Child take() throws InterruptedException, ChildStartException {
    lock.lockInterruptibly();
    try {
      int failedBefore = failed;
      while (true) {
        Child child = idle.pollLast(); // the one that was used last is the warmest
        if (child != null && !child.isOver()) {
          return child;
        }
        if (child == null) {
          if (failed != failedBefore) {
            throw new ChildStartException(lastFailure);
          }
          if (closed) {
            throw new ChildStartException("the worker stops");
          }
          startOneMore();
          changed.await();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** The child's task is over; it may be that the child is, too. */
  void giveBack(Child child) {
    if (child.isOver()) {
      return; // whoever hears of its end replaces it
    }
    String why = whyNoMore(child);
    if (why != null) {
      log.info("{} is replaced: {}", child, why);
      retire(child);
      return;
    }
    boolean isUnwanted;
    lock.lock();
    try {
      isUnwanted = isOneTooMany() && leaving.add(child);
      if (!isUnwanted) {
        idle.addLast(child);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (isUnwanted) {
      retire(child);
    }
  }

  private @Nullable String whyNoMore(Child child) {
    if (settings.maxTasks() != null && child.tasks() >= settings.maxTasks()) {
      return "it has run " + child.tasks() + " tasks";
    }
    if (settings.maxAge() != null && child.age().compareTo(settings.maxAge()) >= 0) {
      return "it is older than " + settings.maxAge();
    }
    if (settings.maxMemory() != null) {
      long resident = residentBytes(child.pid());
      if (resident > settings.maxMemory()) {
        return "it has %d MB of memory, more than %d"
            .formatted(resident >> 20, settings.maxMemory() >> 20);
      }
    }
    return null;
  }

  /** 0 where that cannot be seen. */
  private static long residentBytes(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
    } catch (IOException e) {
      log.debug("the memory of process {} cannot be seen", pid, e);
    }
    return 0;
  }

  /** Lets one end that has no task. */
  private void retire(Child child) {
    child.end();
    later(() -> child.kill("it did not end in time"), END_LIMIT.toMillis());
  }

  // --- starts ------------------------------------------------------------------------------------

  /** Unless there are as many as may be; those that start count. With the lock. */
  private void startOneMore() {
    if (!closed && all.size() + starting < most) {
      starting++;
      later(this::start, pause());
    }
  }

  private long pause() {
    if (failures == 0) {
      return killed == 0 ? 0 : FIRST_PAUSE_MILLIS;
    }
    return Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures - 1, 20));
  }

  private void start() {
    Child child;
    try {
      child = launcher.launch();
    } catch (IOException | RuntimeException e) {
      startFailed("a child could not be started: " + e.getMessage());
      return;
    }
    long limit = settings.startTimeout().toMillis();
    later(
        () -> {
          if (!child.ready().isDone()) {
            child.kill("it did not take tasks within " + settings.startTimeout());
          }
        },
        limit);
    child
        .ready()
        .whenComplete(
            (ready, failure) -> {
              if (failure == null) {
                isReady(child);
              } else {
                notReady(failure);
              }
            });
  }

  private void notReady(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    String why = String.valueOf(cause == null ? failure.getMessage() : cause.getMessage());
    if (cause instanceof ChildStartException start && start.isKilled() && isOneMoreKill()) {
      log.warn("a child was killed while it started, and is replaced: {}", why);
    } else {
      startFailed(why);
    }
  }

  /** Unless there were so many that it is a failure. */
  private boolean isOneMoreKill() {
    lock.lock();
    try {
      killed++;
      if (killed % KILLS_OF_A_FAILURE == 0) {
        return false;
      }
      starting--;
      startOneMore();
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void isReady(Child child) {
    boolean unwanted;
    lock.lock();
    try {
      starting--;
      failures = 0;
      killed = 0;
      unwanted = closed;
      if (!unwanted) {
        all.add(child);
        idle.addLast(child);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    log.info("{} takes tasks, {} ms after its start", child, child.age().toMillis());
    if (unwanted) {
      child.kill("the worker stops");
    }
    child.over().thenAccept(how -> isOver(child, how));
  }

  private void startFailed(String why) {
    lock.lock();
    try {
      starting--;
      failures++;
      failed++;
      lastFailure = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    log.warn("a child did not start: {}", why);
  }

  private void isOver(Child child, String how) {
    lock.lock();
    try {
      all.remove(child);
      idle.remove(child);
      leaving.remove(child);
      startOneMore();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    log.debug("{}", how);
  }

  // --- housekeeping ------------------------------------------------------------------------------

  private void check() {
    List<Child> now = locked(() -> List.copyOf(all));
    now.forEach(child -> child.check(settings.silence()));
    if (settings.maxAge() == null) {
      return;
    }
    for (Child child : now) {
      if (child.age().compareTo(settings.maxAge()) >= 0 && locked(() -> idle.remove(child))) {
        log.info("{} is replaced: it is older than {}", child, settings.maxAge());
        retire(child);
      }
    }
  }

  private <T> T locked(Supplier<T> look) {
    lock.lock();
    try {
      return look.get();
    } finally {
      lock.unlock();
    }
  }

  private void later(Runnable work, long millis) {
    try {
      timer.schedule(guarded(work), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("the worker has stopped");
    }
  }

  private static Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (Throwable e) {
        log.error("the children are looked after all the same", e);
      }
    };
  }

  /** Ends all; those that have a task are killed. Blocks until they are gone, for some seconds. */
  @Override
  public void close() {
    List<Child> busy;
    List<Child> free;
    lock.lock();
    try {
      closed = true;
      free = List.copyOf(idle);
      busy = all.stream().filter(child -> !idle.contains(child)).toList();
      idle.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    busy.forEach(child -> child.kill("the worker stops"));
    free.forEach(Child::end);
    long deadline = System.nanoTime() + END_LIMIT.toNanos();
    for (Child child : free) {
      if (!child.awaitOver(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
        child.kill("it did not end in time");
      }
    }
    busy.forEach(child -> child.awaitOver(END_LIMIT));
  }
}
