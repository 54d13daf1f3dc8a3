package dev.warren.worker.process;

import dev.warren.Progress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One run of a task in a child. Thread-safe.
 *
 * <p><b>A1</b> Either its outcome counts, or somebody decides to kill its child, never both: who
 * calls {@link #decide} first. So no child is killed that is done, and may have another task.
 */
final class Attempt {

  private final Consumer<Progress> reports;
  private final AtomicBoolean decided = new AtomicBoolean();

  Attempt(Consumer<Progress> reports) {
    this.reports = reports;
  }

  void progress(Progress progress) {
    reports.accept(progress);
  }

  /** Whether the caller is the first, and may end this attempt. */
  boolean decide() {
    return decided.compareAndSet(false, true);
  }
}
