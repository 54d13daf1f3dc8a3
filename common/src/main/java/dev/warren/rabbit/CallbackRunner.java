package dev.warren.rabbit;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the callbacks of handles, one after the other on one thread, and completes each handle when
 * its callback has returned.
 *
 * <p>A callback is the user's code: it may throw, and it may never return. A handle completes all
 * the same, at most {@link #LIMIT} late (I7); a callback that did not get its turn in that time is
 * dropped, so that what waits here is bounded.
 */
final class CallbackRunner implements AutoCloseable {

  static final Duration LIMIT = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(CallbackRunner.class);

  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Threads.named("warren-callback"));
  private final ScheduledExecutorService timer = Threads.scheduler("warren-callback-limit");
  private final long limitMillis;

  CallbackRunner(Duration limit) {
    this.limitMillis = limit.toMillis();
  }

  /**
   * Runs a callback soon, and then completes its handle.
   *
   * @param complete may be called twice
   */
  void run(Runnable callback, Runnable complete) {
    Turn turn = new Turn(callback, complete);
    try {
      turn.limit = timer.schedule(turn::isOverdue, limitMillis, TimeUnit.MILLISECONDS);
      thread.execute(turn);
    } catch (RejectedExecutionException e) {
      log.warn("a callback does not run, because its Warren is closed");
      complete.run();
    }
  }

  /** Runs what waits, and takes no more. Does not wait. */
  @Override
  public void close() {
    thread.shutdown();
    timer.shutdown(); // what is scheduled still happens
  }

  private final class Turn implements Runnable {
    private final Runnable callback;
    private final Runnable complete;
    private @Nullable ScheduledFuture<?> limit; // set before this is given to the thread

    Turn(Runnable callback, Runnable complete) {
      this.callback = callback;
      this.complete = complete;
    }

    @Override
    public void run() {
      try {
        callback.run();
      } catch (Throwable e) { // the user's code, on our thread
        log.error("a callback failed; its handle completes all the same", e);
      } finally {
        if (limit != null) {
          limit.cancel(false);
        }
        complete.run();
      }
    }

    private void isOverdue() {
      if (thread.remove(this)) {
        log.error("a callback is dropped: another one has not returned for {} ms", limitMillis);
      } else {
        log.error("a callback has not returned after {} ms; its handle completes", limitMillis);
      }
      complete.run();
    }
  }
}
