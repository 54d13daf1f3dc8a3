package dev.warren.worker.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills the processes that a task has started and left behind: they would go on next to what runs
 * in its place. Looks for them twice a second, after tasks that ended, because a look at all
 * processes of the machine costs more than a small task. Thread-safe.
 *
 * <p>While the next task runs, only what certainly was there before it is killed. That is told by
 * the kernel's count of ticks since the machine's start, which Linux shows of each process: its
 * moments of the day are a second off. Elsewhere what was left waits until no task runs.
 */
final class Descendants {

  private static final Duration LOOK = Duration.ofMillis(500);
  private static final double TICKS_PER_SECOND = 100; // of all of Linux' interfaces
  private static final double INEXACT_SECONDS = 0.02;
  private static final int START_TICKS = 19; // place behind the name, as proc(5) counts from 3

  private static final Logger log = LoggerFactory.getLogger(Descendants.class);

  private Set<Long> own = Set.of(); // not of tasks
  private boolean running; // guarded by this, as is the next
  private long began; // the last task
  private volatile boolean look;

  /** What this process has started until now is no task's. */
  void watch(ScheduledExecutorService timer) {
    own =
        ProcessHandle.current()
            .descendants()
            .map(ProcessHandle::pid)
            .collect(Collectors.toUnmodifiableSet());
    timer.scheduleWithFixedDelay(
        this::killLeftOnes, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  synchronized void taskBegins() {
    running = true;
    began = System.nanoTime();
  }

  synchronized void taskEnded() {
    running = false;
    look = true;
  }

  private void killLeftOnes() {
    if (!look) {
      return;
    }
    look = false;
    try {
      ProcessHandle.current()
          .descendants()
          .filter(process -> !own.contains(process.pid()))
          .filter(this::isLeft)
          .forEach(this::kill);
    } catch (RuntimeException e) {
      log.debug("processes that were left behind are not seen", e);
    }
  }

  /** Whether the task that runs now did certainly not start it. */
  private synchronized boolean isLeft(ProcessHandle process) {
    return !running || isOlderThanTask(process.pid());
  }

  private boolean isOlderThanTask(long pid) {
    try {
      double now = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
      double taskAge = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      double start = Long.parseLong(fields[START_TICKS]) / TICKS_PER_SECOND;
      return start < now - taskAge - INEXACT_SECONDS;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private void kill(ProcessHandle process) {
    log.info("process {} was left behind by a task, and is killed", process.pid());
    process.destroyForcibly();
  }
}
