package dev.warren.worker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a running task may know of itself, and tell of itself. A {@link Task} method gets it by
 * declaring a parameter of this type, wherever among its parameters: callers do not see that
 * parameter and give no argument for it.
 *
 * <pre>{@code
 * @Task("files.import")
 * public int importAll(List<String> files, TaskContext context) { ... }
 * }</pre>
 *
 * <p>Thread-safe: a task may hand it to threads of its own. Once the task has ended it does nothing
 * more.
 */
public interface TaskContext {

  /** The task's id, the same in every attempt; by it a task can tell that it ran before. */
  String id();

  /**
   * Which execution of the task this is: 1 for the first, more after retries and lost workers. A
   * worker that is lost may have been given the task without having begun it.
   */
  int attempt();

  /**
   * When this attempt reaches its soft time limit, or the hard one if that is earlier; null without
   * a limit. A task may use it to choose how long it waits for others.
   */
  default @Nullable Instant deadline() {
    return null; // for doubles in tests
  }

  /**
   * Tells the caller how far the task is, for {@code AsyncResult.progress()}. May be called as
   * often as one likes: at most some ten reports a second are sent, the latest always among them
   * unless the task ends first. A task of {@code map} cannot tell of itself: the map counts items.
   *
   * <p>Never blocks, and never fails: a report that cannot be sent is lost.
   *
   * @param current what is done, in a unit of the task's choice
   * @param total what there is to do in all; 0 or less if that is not known
   */
  void progress(long current, long total);

  /**
   * Whether the task was asked to end: its thread is interrupted, because the task was cancelled,
   * has reached a time limit, or the worker shuts down. False again once the interrupt was
   * consumed, for instance by an {@link InterruptedException}.
   */
  boolean isCancelled();
}
