package dev.warren.client;

import dev.warren.WarrenException.PoolClosedException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Whether a pool is running, and how many of the calls it took have not ended. Thread-safe. */
final class PoolLife {

  private enum State {
    RUNNING,
    CLOSED,
    TERMINATED
  }

  private final String queue;
  private State state = State.RUNNING;
  private long calls;

  PoolLife(String queue) {
    this.queue = queue;
  }

  /**
   * Takes a call.
   *
   * @throws PoolClosedException if the pool is not running
   */
  synchronized void begin() {
    requireRunning();
    calls++;
  }

  synchronized void end() {
    calls--;
    if (calls == 0) {
      notifyAll();
    }
  }

  synchronized void requireRunning() {
    if (state != State.RUNNING) {
      throw new PoolClosedException(
          "the pool on '%s' is not running: it was %s"
              .formatted(queue, state == State.CLOSED ? "closed" : "terminated"));
    }
  }

  /** Says whether that changed something. */
  synchronized boolean close() {
    boolean was = state == State.RUNNING;
    if (was) {
      state = State.CLOSED;
      notifyAll();
    }
    return was;
  }

  /** Says whether that changed something. */
  synchronized boolean terminate() {
    boolean was = state != State.TERMINATED;
    state = State.TERMINATED;
    notifyAll();
    return was;
  }

  synchronized boolean isRunning() {
    return state == State.RUNNING;
  }

  synchronized boolean isTerminated() {
    return state == State.TERMINATED;
  }

  /** Whether the pool takes no more calls, and those it took have ended. */
  synchronized boolean isOver() {
    return state != State.RUNNING && calls == 0;
  }

  /**
   * Waits until every call has ended; says whether they have.
   *
   * @throws IllegalStateException if the pool is running
   */
  synchronized boolean awaitEnd(long nanos) throws InterruptedException {
    if (state == State.RUNNING) {
      throw new IllegalStateException(
          "the pool on '" + queue + "' is still running: close() or terminate() it before join()");
    }
    return await(() -> calls == 0, nanos);
  }

  /** Waits until the pool is closed or terminated; says whether it is. */
  synchronized boolean awaitNotRunning(long nanos) throws InterruptedException {
    return await(() -> state != State.RUNNING, nanos);
  }

  private synchronized boolean await(BooleanSupplier condition, long nanos)
      throws InterruptedException {
    long began = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (nanos == Long.MAX_VALUE) {
        wait();
      } else {
        long left = nanos - (System.nanoTime() - began);
        if (left <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
      }
    }
    return true;
  }
}
