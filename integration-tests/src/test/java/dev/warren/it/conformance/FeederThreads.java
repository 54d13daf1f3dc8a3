package dev.warren.it.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.Deadline;

/** The client's threads that read the input of maps and streams. */
final class FeederThreads {

  private FeederThreads() {}

  /** Waits until none of them is in a map or a stream. */
  static void awaitNoneBusy() {
    Deadline.awaitAsserted(
        "no feeder is busy",
        Deadline.TASK,
        () -> assertThat(Thread.getAllStackTraces()).noneSatisfy(FeederThreads::isBusy));
  }

  private static void isBusy(Thread thread, StackTraceElement[] stack) {
    assertThat(thread.getName()).startsWith("warren-feeder");
    assertThat(stack).anyMatch(frame -> frame.getClassName().startsWith("dev.warren."));
  }
}
