package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what a test cannot be told of. */
final class Await {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private Await() {}

  /** Looks until it holds. */
  static void until(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s within %s", what, LIMIT).isLessThan(deadline);
      Thread.sleep(5);
    }
  }
}
