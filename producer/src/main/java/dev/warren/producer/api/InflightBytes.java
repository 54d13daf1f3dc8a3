package dev.warren.producer.api;

import dev.warren.producer.ProducerProperties;
import java.util.concurrent.Semaphore;
import org.springframework.stereotype.Component;

/**
 * Bounds the memory of posted bodies, from the first byte that is read until the broker has
 * answered: a slow broker, or callers that drip, must not fill the heap. Thread-safe; never blocks.
 */
@Component
final class InflightBytes {

  private final Semaphore free;
  private final int all;

  InflightBytes(ProducerProperties properties) {
    this.all = Math.toIntExact(properties.maxInflightBytes().toBytes());
    this.free = new Semaphore(all);
  }

  /** Opens an empty share, for one request; the caller closes it, whatever happens. */
  Share open() {
    return new Share();
  }

  /** What is not taken. */
  int free() {
    return free.availablePermits();
  }

  /** What one request has taken. */
  final class Share implements AutoCloseable {

    private int taken; // guarded by this: grown by the request's thread, closed by the broker's

    /**
     * Takes more.
     *
     * @throws ProblemException {@code overloaded} if there is not so much left
     */
    synchronized void grow(int bytes) {
      if (!free.tryAcquire(bytes)) {
        throw new ProblemException(
                Problem.OVERLOADED,
                "posted tasks with %d bytes are under way (warren.producer.max-inflight-bytes)"
                    .formatted(all - free.availablePermits()))
            .retryAfter(ProblemAdvice.SOON)
            .closingConnection();
      }
      taken += bytes;
    }

    /** Gives back all of it. Closing twice is fine. */
    @Override
    public synchronized void close() {
      free.release(taken);
      taken = 0;
    }
  }
}
