package dev.warren.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Calls of single tasks: always so many of them that have not been answered. */
final class CallLoad implements Load {

  private static final int MOST = 5_000_000;

  /** Who has no answer then gets none. The round tells how many these are. */
  private static final Duration ANSWER = Duration.ofSeconds(20);

  private final Caller caller;
  private final Duration patience;
  private final int[] micros = new int[MOST];

  CallLoad(Caller caller) {
    this(caller, ANSWER);
  }

  CallLoad(Caller caller, Duration patience) {
    this.caller = caller;
    this.patience = patience;
  }

  @Override
  public RemoteClient.Round round(String queue, int window, Duration time) throws Exception {
    AtomicInteger count = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    AtomicLong last = new AtomicLong();
    Semaphore places = new Semaphore(window);
    long began = System.nanoTime();
    while (System.nanoTime() - began < time.toNanos()
        && failed.get() == null
        && places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      long called = System.nanoTime();
      caller.call(
          queue,
          failure -> {
            if (failure != null) {
              failed.set(failure);
            }
            int at = count.getAndIncrement();
            if (at < MOST) {
              micros[at] = (int) ((System.nanoTime() - called) / 1_000);
            }
            last.set(System.nanoTime());
            places.release();
          });
    }
    boolean all = places.tryAcquire(window, patience.toMillis(), TimeUnit.MILLISECONDS);
    int unanswered = all ? 0 : window - places.availablePermits();
    if (count.get() == 0) {
      throw new IllegalStateException("none of " + unanswered + " calls had an answer");
    }
    double seconds = (last.get() - began) / 1e9;
    if (failed.get() != null) {
      throw new IllegalStateException("a task failed", failed.get());
    }
    int measured = Math.min(count.get(), MOST);
    Arrays.sort(micros, 0, measured);
    return new RemoteClient.Round(
        count.get(), seconds, micros[measured / 2], micros[(int) (measured * 0.99)], unanswered);
  }

  @Override
  public void close() throws IOException {
    caller.close();
  }
}
