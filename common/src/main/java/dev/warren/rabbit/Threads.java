package dev.warren.rabbit;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Named daemon threads: a library must not keep its application alive. */
public final class Threads {

  private static final Logger log = LoggerFactory.getLogger(Threads.class);

  private Threads() {}

  /** Makes daemon threads of one name. */
  public static ThreadFactory named(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** A timer with one daemon thread. */
  public static ScheduledExecutorService scheduler(String name) {
    ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, named(name));
    scheduler.setRemoveOnCancelPolicy(true);
    return scheduler;
  }

  /**
   * Runs something that may be stuck in a socket, on a thread of its own, and waits for it up to a
   * limit; past that it goes on unattended. An interrupt ends the wait and is restored.
   */
  public static void bounded(String name, Duration limit, Runnable action) {
    Thread thread = named(name).newThread(action);
    thread.start();
    if (!join(thread, limit)) {
      log.warn("{} is not done after {}; not waiting for it", name, limit);
    }
  }

  /**
   * Waits for a thread's end up to a limit. An interrupt ends the wait and is restored.
   *
   * @return false if the time is up and it still runs
   */
  public static boolean join(Thread thread, Duration limit) {
    try {
      thread.join(limit.toMillis());
      return !thread.isAlive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
