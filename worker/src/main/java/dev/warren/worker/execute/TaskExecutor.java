package dev.warren.worker.execute;

import dev.warren.Progress;
import dev.warren.wire.TaskMessage;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs tasks for the slots, each on its slot's thread or behind it. Thread-safe. */
public interface TaskExecutor extends AutoCloseable {

  /** Whether {@link #run} would find the task. */
  boolean knows(TaskMessage task);

  /**
   * Asks for a place for a task, if there is only room for so many of its name. Who gets one calls
   * {@link #giveUpPlace}, once, whether or not it has run the task.
   *
   * @return null if there is one; else after how long to ask again
   */
  default @Nullable Duration takePlace(TaskMessage task) {
    return null;
  }

  /** The task does not run, or not any more. */
  default void giveUpPlace(TaskMessage task) {}

  /**
   * Runs one task that was read from the wire, and blocks until its attempt is over. Never throws.
   * An interrupt of the calling thread asks the task to end.
   *
   * @param revoked whether an interrupt came because the task was revoked: if it ends by it, it
   *     counts as revoked, not as failed
   * @param reports takes what the task tells of its progress, on any thread, until the task has
   *     ended
   * @param stuck takes the outcome of a task that does not end although it has to, on any thread,
   *     at most once; this goes on blocking, and what it returns in the end is of no use
   */
  Outcome run(
      TaskMessage task,
      BooleanSupplier revoked,
      Consumer<Progress> reports,
      Consumer<Outcome> stuck);

  /** From now on a task that ends by its interrupt counts as abandoned, not as failed. */
  void stopping();

  /** Whether a task that came now could run. */
  boolean isReady();

  /**
   * Another number of slots has tasks from now on.
   *
   * @param slots at least 1
   */
  default void resize(int slots) {}

  /** Processes of its own that take tasks, or have one. */
  default List<Long> processes() {
    return List.of();
  }

  /** Ends what it has started; blocks for some seconds at most. */
  @Override
  default void close() {}
}
