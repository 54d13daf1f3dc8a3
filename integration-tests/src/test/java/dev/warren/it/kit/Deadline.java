package dev.warren.it.kit;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;

/** Waits with a name and an end. What is waited for stands in the message of the failure. */
public final class Deadline {

  /** For a Java application to start, on a busy machine with two cores. */
  public static final Duration APP_START = Duration.ofSeconds(120);

  /** For a RabbitMQ to start. */
  public static final Duration BROKER_START = Duration.ofSeconds(120);

  /** For an application to stop. */
  public static final Duration APP_STOP = Duration.ofSeconds(60);

  /** For a short task to run and its result to come back. */
  public static final Duration TASK = Duration.ofSeconds(60);

  /** For everything to go on after a fault is over. */
  public static final Duration HEALED = Duration.ofSeconds(120);

  private static final Duration POLL = Duration.ofMillis(50);

  private Deadline() {}

  /** Waits until something is so; what the condition throws ends the wait. */
  public static void await(String what, Duration limit, Callable<Boolean> condition) {
    named(what, limit).until(condition);
  }

  /** Waits until there is a value. */
  public static <T> T awaitValue(
      String what, Duration limit, Supplier<? extends @Nullable T> supplier) {
    return Objects.requireNonNull(named(what, limit).until(supplier::get, Objects::nonNull));
  }

  /** Waits until an assertion holds; shows the last failure if it never does. */
  public static void awaitAsserted(String what, Duration limit, ThrowingRunnable assertion) {
    named(what, limit).untilAsserted(assertion);
  }

  private static ConditionFactory named(String what, Duration limit) {
    return Awaitility.await(what).atMost(limit).pollDelay(Duration.ZERO).pollInterval(POLL);
  }
}
