package dev.warren.worker.autoconfigure;

import dev.warren.worker.process.Signals;

/**
 * Lets a worker that was asked to end by SIGTERM, and has drained, end with exit code 0: a JVM by
 * itself ends with 143, which supervisors take for a crash.
 */
final class SigtermIsOrderly {

  private SigtermIsOrderly() {}

  static void install() {
    Signals.on("TERM", () -> new Thread(() -> System.exit(0), "warren-sigterm").start());
  }
}
