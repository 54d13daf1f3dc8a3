package dev.warren;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The handle of one submitted task; Python's {@code multiprocessing.pool.AsyncResult}.
 *
 * <p>A handle always completes: with the value, or with a {@link WarrenException} that says why
 * there is none. Thread-safe; a value once there never changes.
 *
 * @param <R> the result's type
 */
public interface AsyncResult<R> {

  /** The task's id, a UUID. */
  String id();

  /**
   * Waits for the result, however long it takes.
   *
   * @return the value; null if the task returned none
   * @throws WarrenException.TaskFailedException if the task failed on the worker
   * @throws WarrenException in another of its cases if there is no result
   * @throws InterruptedException if interrupted while waiting; the task goes on
   */
  @Nullable R get() throws InterruptedException;

  /**
   * Waits for the result up to a limit. When the limit is reached the task goes on, and a later
   * call may succeed.
   *
   * @param timeout longest wait; zero or negative does not wait at all
   * @throws TimeoutException if there is no result in time; says what is known of the task
   * @throws WarrenException as {@link #get()}
   * @throws InterruptedException if interrupted while waiting; the task goes on
   */
  @Nullable R get(Duration timeout) throws InterruptedException, TimeoutException;

  /**
   * Waits until the handle is ready, up to a limit.
   *
   * @param timeout longest wait; zero or negative does not wait at all
   * @return whether it is ready; never throws the task's failure
   * @throws InterruptedException if interrupted while waiting; the task goes on
   */
  boolean await(Duration timeout) throws InterruptedException;

  /** Whether there is a value or a failure. Never blocks. */
  boolean isReady();

  /**
   * Whether the task succeeded. Never blocks.
   *
   * @throws IllegalStateException if the handle is not ready
   */
  boolean isSuccessful();

  /**
   * How far it has come, as far as was told: what the task reports, or the items of a map that are
   * done. Never blocks.
   */
  Progress progress();

  /**
   * Gives the task up. The handle fails at once with {@link WarrenException.TaskRevokedException};
   * all workers are told, in the background, not to begin the task, and one that runs it interrupts
   * it. A worker that was not connected at that moment is not told, and may still run it.
   *
   * @return whether the handle was not ready yet, and failed by this
   */
  boolean cancel();

  /**
   * Completes when the broker has taken the task over, or exceptionally when it has not, for
   * instance with {@link WarrenException.QueueFullException}. To wait for it is to know that the
   * task survives this process.
   */
  CompletableFuture<Void> acceptance();

  /**
   * The result as a future. Completing or cancelling the future that is returned does not touch the
   * handle. Dependent stages run on the thread that receives replies: they must not block.
   */
  CompletableFuture<R> toCompletableFuture();
}
