package dev.warren.worker.event;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Celery's logical clock, by which events of several workers are put in order. Thread-safe.
 *
 * @see <a href="https://github.com/celery/kombu/blob/main/kombu/clocks.py">clocks.py</a>
 */
public final class LamportClock {

  /** Nobody's clock is there; a number that anybody may send must not bring it to overflow. */
  private static final long HIGHEST = 1L << 53;

  private final AtomicLong value = new AtomicLong();

  /** Something happens here; tells when. */
  public long forward() {
    return value.incrementAndGet();
  }

  /** A message came that was sent at another's time. */
  public void adjust(long other) {
    if (other < HIGHEST) {
      value.updateAndGet(mine -> Math.max(mine, other) + 1);
    }
  }

  /** The time now. */
  public long value() {
    return value.get();
  }
}
