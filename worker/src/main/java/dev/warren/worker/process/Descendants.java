package dev.warren.worker.process;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills the processes that a task has started and left behind: they would go on next to what runs
 * in its place. Looks for them twice a second, after tasks that ended, because a look at all
 * processes of the machine costs more than a small task. Thread-safe.
 */
final class Descendants {

  private static final Duration LOOK = Duration.ofMillis(500);

  /** The system tells the start of a process only so exactly. */
  private static final Duration TICK = Duration.ofMillis(20);

  private static final Logger log = LoggerFactory.getLogger(Descendants.class);

  private boolean running; // guarded by this, as is the next
  private Instant began = Instant.EPOCH; // the last task
  private volatile boolean look;

  void watch(ScheduledExecutorService timer) {
    timer.scheduleWithFixedDelay(
        this::killLeftOnes, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  synchronized void taskBegins() {
    running = true;
    began = Instant.now();
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
      ProcessHandle.current().descendants().filter(this::isLeft).forEach(this::kill);
    } catch (RuntimeException e) {
      log.debug("processes that were left behind are not seen", e);
    }
  }

  /** Whether the task that runs now did certainly not start it. */
  private synchronized boolean isLeft(ProcessHandle process) {
    return !running
        || process.info().startInstant().map(at -> at.isBefore(began.minus(TICK))).orElse(false);
  }

  private void kill(ProcessHandle process) {
    log.info("process {} was left behind by a task, and is killed", process.pid());
    process.destroyForcibly();
  }
}
