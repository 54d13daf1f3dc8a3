package dev.warren.worker.delivery;

import java.util.concurrent.ThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces slots whose tasks are stuck: they are over for their callers, but keep their threads,
 * which cannot be killed. Thread-safe.
 *
 * <p>Each gets another thread in its place, up to as many as there are slots. Past that cap the
 * worker has fewer slots than it should, and is not ready: it has to be started again.
 */
final class StuckSlots {

  private static final Logger log = LoggerFactory.getLogger(StuckSlots.class);

  private final ThreadPoolExecutor threads;
  private int concurrency; // guarded by this
  private int stuck; // guarded by this; below 0 while an end overtakes its begin

  StuckSlots(ThreadPoolExecutor threads, int concurrency) {
    this.threads = threads;
    this.concurrency = concurrency;
  }

  /** There are so many slots from now on; one that has a task goes when that has ended. */
  synchronized void resize(int slots) {
    concurrency = slots;
    resize();
  }

  synchronized void began() {
    stuck++;
    resize();
    if (isWithinCap()) {
      log.warn("{} threads are stuck in tasks; others take their places", stuck);
    } else {
      log.error(
          "{} threads are stuck in tasks, more than can be replaced ({}): start this worker again,"
              + " or run such tasks with isolation = PROCESS, where they can be killed",
          stuck,
          concurrency);
    }
  }

  synchronized void ended() {
    stuck--;
    resize();
  }

  synchronized boolean isWithinCap() {
    return stuck <= concurrency;
  }

  private void resize() {
    int size = concurrency + Math.min(Math.max(0, stuck), concurrency);
    if (size > threads.getMaximumPoolSize()) {
      threads.setMaximumPoolSize(size);
      threads.setCorePoolSize(size);
      threads.prestartAllCoreThreads();
    } else {
      threads.setCorePoolSize(size);
      threads.setMaximumPoolSize(size);
    }
  }
}
