package dev.warren;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Submits tasks to one queue and gives their results back; Python's {@code multiprocessing.Pool}
 * whose processes may be on any machine. Thread-safe.
 *
 * <p>Arguments and results travel as JSON, bound by Jackson on both sides.
 */
public interface WorkerPool {

  /** The queue that this pool submits to. */
  String queueName();

  /**
   * Runs a task on some worker and waits for its result.
   *
   * @param args positional arguments
   * @return the value; null if the task returned none
   * @throws WarrenException.QueueFullException if the queue is full
   * @throws WarrenException in any other of its cases, as {@link AsyncResult#get()}
   * @throws InterruptedException if interrupted while waiting; the task goes on
   */
  <R> @Nullable R apply(TaskRef<R> task, @Nullable Object... args) throws InterruptedException;

  /**
   * Submits a task and returns at once; whatever goes wrong completes the handle. Waits only while
   * {@link WarrenSettings#maxPending()} tasks are unfinished.
   *
   * @param args positional arguments
   */
  <R> AsyncResult<R> applyAsync(TaskRef<R> task, @Nullable Object... args);

  /**
   * As {@link #applyAsync(TaskRef, Object...)}, with positional and keyword arguments and options.
   */
  <R> AsyncResult<R> applyAsync(
      TaskRef<R> task,
      List<? extends @Nullable Object> args,
      Map<String, ? extends @Nullable Object> kwargs,
      TaskOptions options);

  /**
   * Runs the task once for each item, over all workers, and waits for all of them. While the queue
   * is full it waits for room: the bound never fails a map.
   *
   * <p>Items travel in chunks, as Python's do: a quarter of an even share for each slot that
   * listens.
   *
   * @return the results in the order of the items
   * @throws WarrenException after all chunks have ended, the first failure that arrived
   * @throws InterruptedException if interrupted while waiting; submitted chunks go on
   */
  <R> List<@Nullable R> map(TaskRef<R> task, Collection<? extends @Nullable Object> items)
      throws InterruptedException;

  /**
   * As {@link #map(TaskRef, Collection)} with a chunk size.
   *
   * @param chunkSize items per message, at least 1
   * @throws IllegalArgumentException if {@code chunkSize} is less than 1
   */
  <R> List<@Nullable R> map(
      TaskRef<R> task, Collection<? extends @Nullable Object> items, int chunkSize)
      throws InterruptedException;

  /**
   * The queue's size, bound and consumers right now, asked from the broker.
   *
   * @throws WarrenException.BrokerUnavailableException if the broker does not answer
   * @throws WarrenException.NoSuchQueueException if the queue does not exist
   */
  QueueStatus queue();
}
