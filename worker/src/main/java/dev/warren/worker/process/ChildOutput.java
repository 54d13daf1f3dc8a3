package dev.warren.worker.process;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what a child prints: its own log, and whatever its tasks write to standard output; so many
 * lines a second, however many there are. On one thread.
 */
final class ChildOutput {

  private static final Logger log = LoggerFactory.getLogger("dev.warren.worker.child.output");
  private static final int MOST_A_SECOND = 200;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Supplier<String> child;
  private long second = System.nanoTime();
  private int logged;
  private long leftOut;

  ChildOutput(Supplier<String> child) {
    this.child = child;
  }

  void log(String line) {
    long now = System.nanoTime();
    if (now - second > SECOND) {
      if (leftOut > 0) {
        log.warn("{}: {} lines were left out", child.get(), leftOut);
      }
      second = now;
      logged = 0;
      leftOut = 0;
    }
    if (logged < MOST_A_SECOND) {
      logged++;
      log.info("{}: {}", child.get(), line);
    } else {
      leftOut++;
    }
  }
}
