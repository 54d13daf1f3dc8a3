package dev.warren.worker.execute;

import dev.warren.Progress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one running task tells of its progress, thinned out. Thread-safe; never blocks, never
 * throws.
 *
 * <ul>
 *   <li>R1: between two reports, and before the first, there is a {@link #PAUSE}: a short task, for
 *       instance a small chunk, sends none.
 *   <li>R2: the latest report always goes out, at the latest when the pause is over, unless the
 *       task ends before.
 *   <li>R3: nothing is sent once {@link #close} has returned, so that the end is the last word.
 * </ul>
 */
public final class ProgressReports implements Consumer<Progress>, AutoCloseable {

  /** The least time between two reports of a task. */
  static final Duration PAUSE = Duration.ofMillis(100);

  private static final Logger log = LoggerFactory.getLogger(ProgressReports.class);

  private final LongSupplier nanos;
  private final Alarm alarm;

  /** Not sent yet; while there is one the alarm is set, or about to be. */
  private final AtomicReference<@Nullable Progress> latest = new AtomicReference<>();

  private @Nullable Consumer<Progress> send; // null once closed; guarded by this
  private long lastSent; // likewise

  /** Runs something once, later, on a thread that must not be blocked. */
  @FunctionalInterface
  public interface Alarm {
    /** May throw if it runs nothing any more. */
    void after(Duration pause, Runnable action);
  }

  /**
   * @param send sends one report; must not block
   * @param nanos a clock that only goes forward, in nanoseconds
   */
  public ProgressReports(Consumer<Progress> send, LongSupplier nanos, Alarm alarm) {
    this.send = send;
    this.nanos = nanos;
    this.alarm = alarm;
    this.lastSent = nanos.getAsLong();
  }

  /** Costs next to nothing while the alarm is set: a chunk tells of each of its items. */
  @Override
  public void accept(Progress progress) {
    if (latest.getAndSet(progress) == null) {
      sendOrSetAlarm();
    }
  }

  private synchronized void sendOrSetAlarm() {
    if (send == null) {
      return;
    }
    long rest = PAUSE.toNanos() - (nanos.getAsLong() - lastSent);
    if (rest <= 0) {
      sendLatest();
      return;
    }
    try {
      alarm.after(Duration.ofNanos(rest), this::sendLatest);
    } catch (RuntimeException e) { // the worker stops
      latest.set(null);
      log.debug("a report of progress is lost", e);
    }
  }

  private synchronized void sendLatest() {
    Progress report = latest.getAndSet(null);
    if (send == null || report == null) {
      return;
    }
    lastSent = nanos.getAsLong();
    try {
      send.accept(report);
    } catch (RuntimeException e) {
      log.debug("a report of progress is lost", e);
    }
  }

  /** The task has ended. */
  @Override
  public synchronized void close() {
    send = null;
  }
}
