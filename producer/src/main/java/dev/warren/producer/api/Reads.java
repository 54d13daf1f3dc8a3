package dev.warren.producer.api;

import dev.warren.producer.ProducerProperties;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * Bounds how many calls use the database at a time to read or to cancel, so that any number of them
 * leaves connections for taking tasks and for results. Thread-safe.
 */
@Component
final class Reads {

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Semaphore turns;

  Reads(ProducerProperties properties) {
    this.turns = new Semaphore(properties.maxReads(), true);
  }

  /**
   * Reads when it is its turn; blocks for that, and for the read.
   *
   * @throws ProblemException {@code overloaded} if its turn does not come within 2 s
   */
  <T> T call(Supplier<T> read) {
    if (!turn()) {
      throw new ProblemException(
              Problem.OVERLOADED,
              "too many calls read the database already (warren.producer.max-reads)")
          .retryAfter(ProblemAdvice.SOON);
    }
    try {
      return read.get();
    } finally {
      turns.release();
    }
  }

  private boolean turn() {
    try {
      return turns.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
