package dev.warren.client;

import dev.warren.rabbit.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
 * the same (I7): one callback holds it and those behind it back for {@link #LIMIT} at most. Until
 * such a callback returns, the callbacks behind it are dropped, so that what waits here is bounded.
 */
final class CallbackRunner implements AutoCloseable {

  static final Duration LIMIT = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(CallbackRunner.class);

  private final ScheduledExecutorService timer = Threads.scheduler("warren-callback-limit");
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Threads.named("warren-callback")) {
        @Override
        protected void terminated() {
          timer.shutdown();
        }
      };
  private final long limitMillis;

  private volatile @Nullable Turn current; // written by the callbacks' thread
  private volatile @Nullable Turn overdue; // written by the timer; counts while it is current

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
      thread.execute(turn);
      if (isStuck() && thread.remove(turn)) {
        turn.drop();
      }
    } catch (RejectedExecutionException e) {
      log.warn("a callback does not run, because its Warren is closed");
      complete.run();
    }
  }

  /** Runs what waits, and takes no more. Does not wait. */
  @Override
  public void close() {
    thread.shutdown();
  }

  private boolean isStuck() {
    Turn turn = overdue;
    return turn != null && turn == current;
  }

  private final class Turn implements Runnable {
    private final Runnable callback;
    private final Runnable complete;

    Turn(Runnable callback, Runnable complete) {
      this.callback = callback;
      this.complete = complete;
    }

    @Override
    public void run() {
      current = this;
      ScheduledFuture<?> limit =
          timer.schedule(this::isOverdue, limitMillis, TimeUnit.MILLISECONDS);
      try {
        callback.run();
      } catch (Throwable e) { // the user's code, on our thread
        log.error("a callback failed; its handle completes all the same", e);
      } finally {
        current = null;
        limit.cancel(false);
        complete.run();
      }
    }

    private void isOverdue() {
      overdue = this;
      if (!isStuck()) {
        return; // it has just returned
      }
      log.error(
          "a callback has not returned after {} ms; its handle completes, and callbacks are dropped"
              + " until it returns",
          limitMillis);
      complete.run();
      List<Runnable> behind = new ArrayList<>();
      thread.getQueue().drainTo(behind);
      behind.forEach(turn -> ((Turn) turn).drop());
    }

    private void drop() {
      log.error("a callback is dropped: another one has not returned for {} ms", limitMillis);
      complete.run();
    }
  }
}
