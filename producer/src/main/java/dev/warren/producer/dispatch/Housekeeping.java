package dev.warren.producer.dispatch;

import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Threads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what is unfinished and forgets what finished long ago, a few rows at a time so that nobody
 * waits behind it. Any number of producers may do so on the same database.
 */
final class Housekeeping implements AutoCloseable {

  private static final Duration COUNT_EVERY = Duration.ofSeconds(5);
  private static final Duration PRUNE_EVERY = Duration.ofSeconds(30);
  private static final Duration PRUNE_FOR = Duration.ofSeconds(10);

  /** A group whose request is still being read is not older than this. */
  private static final Duration OPEN_GROUP = Duration.ofHours(1);

  private static final int PRUNE_AT_ONCE = 1000;
  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

  private final TaskStore store;
  private final Occupancy occupancy;
  private final Duration retention;
  private final Clock clock;
  private final ScheduledExecutorService thread = Threads.scheduler("warren-housekeeping");

  Housekeeping(TaskStore store, Occupancy occupancy, Duration retention, Clock clock) {
    this.store = store;
    this.occupancy = occupancy;
    this.retention = retention;
    this.clock = clock;
  }

  /** Starts: counts right now, so that the bound holds from the first request on. */
  void start() {
    occupancy.count();
    every(COUNT_EVERY, occupancy::count);
    every(retention.compareTo(PRUNE_EVERY) < 0 ? retention : PRUNE_EVERY, this::prune);
  }

  @Override
  public void close() {
    thread.shutdown(); // an interrupt in the middle of a write would close H2's file
  }

  private void every(Duration time, Runnable work) {
    thread.scheduleWithFixedDelay(
        () -> guarded(work), time.toMillis(), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void guarded(Runnable work) {
    try {
      work.run();
    } catch (StoreUnavailableException e) {
      log.debug("the database is away", e);
    } catch (Throwable e) {
      log.error("housekeeping goes on after", e);
    }
  }

  private void prune() {
    Instant now = clock.instant();
    long end = System.nanoTime() + PRUNE_FOR.toNanos();
    int forgotten;
    int all = 0;
    do {
      forgotten = store.prune(now.minus(retention), now.minus(OPEN_GROUP), PRUNE_AT_ONCE);
      all += forgotten;
    } while (forgotten == PRUNE_AT_ONCE && System.nanoTime() - end < 0);
    if (all > 0) {
      log.debug("forgot {} tasks that finished more than {} ago", all, retention);
    }
  }
}
