package dev.warren.producer;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Places on a task's way at which a test may kill this process, as {@code kill -9} does: no hook
 * runs, nothing is flushed. Off, and no more than a look at a field, unless the process was started
 * with {@code -Dwarren.fail-at=S2_COMMITTED:50}: killed when it is there for the 50th time.
 *
 * <p>The numbers are those of the task's path in {@code docs/guarantees.md}.
 */
public enum FailPoint {
  /** A request was read, nothing is stored. */
  S1_RECEIVED,
  /** Rows are written, not committed. */
  S1_BEFORE_COMMIT,
  /** Rows are committed, nothing is published. */
  S2_COMMITTED,
  /** A message was handed to the broker. */
  S3_PUBLISHED,
  /** The broker confirmed; the caller has no answer. */
  S4_CONFIRMED,
  /** It is committed that the broker has the messages. */
  S4_MARKED,
  /** Replies have arrived. */
  S11_RECEIVED,
  /** Results are written, not committed. */
  S12_BEFORE_COMMIT,
  /** Results are committed, the replies not acked. */
  S12_COMMITTED,
  /** Whoever waits for a result is about to be told. */
  S14_ANSWERING;

  private static final String PROPERTY = "warren.fail-at";
  private static final @Nullable FailPoint CHOSEN;
  private static final AtomicInteger HITS_LEFT = new AtomicInteger();

  static {
    String[] chosen = System.getProperty(PROPERTY, "").split(":", -1);
    if (chosen.length == 2) {
      CHOSEN = valueOf(chosen[0].toUpperCase(Locale.ROOT));
      HITS_LEFT.set(Integer.parseInt(chosen[1]));
    } else {
      CHOSEN = null;
    }
  }

  /** Says that this place is reached. */
  public void hit() {
    if (CHOSEN == this && HITS_LEFT.decrementAndGet() == 0) {
      killThisProcess();
    }
  }

  private static void killThisProcess() {
    try {
      new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start();
      TimeUnit.MINUTES.sleep(1); // it is dead long before
    } catch (IOException | InterruptedException e) {
      Runtime.getRuntime().halt(137);
    }
  }
}
