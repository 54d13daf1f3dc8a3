package dev.warren;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Submits tasks to one queue and gives their results back; Python's {@code multiprocessing.Pool}
 * whose processes may be on any machine. Thread-safe.
 *
 * <p>Arguments and results travel as JSON, bound by Jackson on both sides. A pool is running until
 * {@link #close} or {@link #terminate}; from then on every method that submits throws {@link
 * WarrenException.PoolClosedException}.
 */
public interface WorkerPool {

  /** The queue that this pool submits to. */
  String queueName();

  // --- one task ----------------------------------------------------------------------------------

  /**
   * Runs a task on some worker and waits for its result.
   *
   * @param args positional arguments
   * @return the value; null if the task returned none
   * @throws WarrenException.QueueFullException if the queue is full
   * @throws WarrenException in any other of its cases, as {@link AsyncResult#get()}
   * @throws InterruptedException if interrupted while waiting; the task goes on
   */
  default <R> @Nullable R apply(TaskRef<R> task, @Nullable Object... args)
      throws InterruptedException {
    return applyAsync(task, args).get();
  }

  /**
   * As {@link #apply(TaskRef, Object...)}, with keyword arguments and what else a call may have.
   */
  default <R> @Nullable R apply(TaskCall<R> call) throws InterruptedException {
    return applyAsync(call).get();
  }

  /**
   * Submits a task and returns at once; whatever goes wrong completes the handle. Waits only while
   * {@link WarrenSettings#maxPending()} tasks are unfinished.
   *
   * @param args positional arguments
   */
  default <R> AsyncResult<R> applyAsync(TaskRef<R> task, @Nullable Object... args) {
    return applyAsync(task.with(args));
  }

  /**
   * As {@link #applyAsync(TaskRef, Object...)}, with keyword arguments, callbacks and what else a
   * call may have.
   */
  <R> AsyncResult<R> applyAsync(TaskCall<R> call);

  /**
   * Submits tasks that follow each other, and gives the last one's result. The first counts as any
   * other task in the queue; those that follow go there ahead of new ones.
   *
   * <p>Blocks and fails as {@link #applyAsync(TaskCall)}. {@link AsyncResult#cancel} revokes all
   * steps.
   */
  <R> AsyncResult<R> applyAsync(Chain<R> chain);

  /** As {@link #applyAsync(Chain)}, and waits for the result as {@link AsyncResult#get()} does. */
  default <R> @Nullable R apply(Chain<R> chain) throws InterruptedException {
    return applyAsync(chain).get();
  }

  /**
   * Submits tasks side by side, and gives all results in the order of the calls. As of a map, all
   * end before the handle does, which fails with the first failure that came; and a full queue is
   * waited for, in the background.
   */
  <R> AsyncResult<List<@Nullable R>> applyAsync(Group<R> group);

  /** As {@link #applyAsync(Group)}, and waits for the results as {@link AsyncResult#get()} does. */
  default <R> List<@Nullable R> apply(Group<R> group) throws InterruptedException {
    return applyAsync(group).get();
  }

  /**
   * Submits tasks side by side and a callback that gets all of their results, and gives the
   * callback's. A full queue is waited for, in the background; the handle is accepted once the
   * broker has all of them, and from then on this client is not needed for the callback to run.
   */
  <R> AsyncResult<R> applyAsync(Chord<R> chord);

  /** As {@link #applyAsync(Chord)}, and waits for the result as {@link AsyncResult#get()} does. */
  default <R> @Nullable R apply(Chord<R> chord) throws InterruptedException {
    return applyAsync(chord).get();
  }

  // --- one task for many items -------------------------------------------------------------------

  /**
   * Runs the task once for each item, over all workers, and waits for all of them. While the queue
   * is full it waits for room: the bound never fails a map.
   *
   * <p>Items travel in chunks, as Python's do: a quarter of an even share for each slot that
   * listens. Within a chunk they run one after the other, and those behind one that fails do not
   * run; other chunks do. A chunk that is too large for one message is halved until it fits.
   *
   * @param items if it is no collection, it is listed first
   * @return the results in the order of the items
   * @throws WarrenException after all chunks have ended, the first failure that arrived
   * @throws InterruptedException if interrupted while waiting; submitted chunks go on
   */
  default <R> List<@Nullable R> map(TaskRef<R> task, Iterable<? extends @Nullable Object> items)
      throws InterruptedException {
    return mapAsync(task, items).get();
  }

  /**
   * As {@link #map(TaskRef, Iterable)} with a chunk size.
   *
   * @param chunkSize items per message, at least 1
   * @throws IllegalArgumentException if {@code chunkSize} is less than 1
   */
  default <R> List<@Nullable R> map(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items, int chunkSize)
      throws InterruptedException {
    return mapAsync(task, items, chunkSize, Callbacks.none()).get();
  }

  /**
   * As {@link #map(TaskRef, Iterable)}, without waiting, unless the inputs of 1,000 maps and
   * streams are being read. {@link AsyncResult#progress()} counts items.
   *
   * @param items if it is no collection, it is listed first; a collection is read on another thread
   *     and must not be changed, nor its items, until {@link AsyncResult#acceptance()} completes
   */
  <R> AsyncResult<List<@Nullable R>> mapAsync(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items);

  /**
   * As {@link #mapAsync(TaskRef, Iterable)} with a chunk size.
   *
   * @param callbacks get the whole list, or the first failure. For no items they are not called
   */
  <R> AsyncResult<List<@Nullable R>> mapAsync(
      TaskRef<R> task,
      Iterable<? extends @Nullable Object> items,
      int chunkSize,
      Callbacks<? super List<@Nullable R>> callbacks);

  /** As {@link #map(TaskRef, Iterable)}; each item is the list of arguments of one call. */
  default <R> List<@Nullable R> starmap(
      TaskRef<R> task, Iterable<? extends List<? extends @Nullable Object>> items)
      throws InterruptedException {
    return starmapAsync(task, items).get();
  }

  /** As {@link #map(TaskRef, Iterable, int)}; each item is the list of arguments of one call. */
  default <R> List<@Nullable R> starmap(
      TaskRef<R> task, Iterable<? extends List<? extends @Nullable Object>> items, int chunkSize)
      throws InterruptedException {
    return starmapAsync(task, items, chunkSize, Callbacks.none()).get();
  }

  /** As {@link #mapAsync(TaskRef, Iterable)}; each item is the list of arguments of one call. */
  <R> AsyncResult<List<@Nullable R>> starmapAsync(
      TaskRef<R> task, Iterable<? extends List<? extends @Nullable Object>> items);

  /** As the other mapAsync; each item is the list of arguments of one call. */
  <R> AsyncResult<List<@Nullable R>> starmapAsync(
      TaskRef<R> task,
      Iterable<? extends List<? extends @Nullable Object>> items,
      int chunkSize,
      Callbacks<? super List<@Nullable R>> callbacks);

  /**
   * Runs the task once for each item and gives the results one by one, in the items' order. The
   * input is read on a thread of its own, never further ahead than the buffer: it may be endless.
   * It must not be changed as long as it is read.
   */
  default <R> ResultStream<R> imap(TaskRef<R> task, Iterable<? extends @Nullable Object> items) {
    return imap(task, items, StreamOptions.DEFAULT);
  }

  /** As {@link #imap(TaskRef, Iterable)}, with options. */
  <R> ResultStream<R> imap(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items, StreamOptions options);

  /** As {@link #imap(TaskRef, Iterable)}, in the order in which the results arrive. */
  default <R> ResultStream<R> imapUnordered(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items) {
    return imapUnordered(task, items, StreamOptions.DEFAULT);
  }

  /** As {@link #imapUnordered(TaskRef, Iterable)}, with options. */
  <R> ResultStream<R> imapUnordered(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items, StreamOptions options);

  // --- the end -----------------------------------------------------------------------------------

  /**
   * Takes no more tasks; what was submitted goes on to its end. A pool with worker processes of its
   * own stops them when the last task is done. Closing twice is fine. Does not wait.
   */
  void close();

  /**
   * Waits until everything that was submitted has ended and the pool's own worker processes, if it
   * has any, are gone.
   *
   * @throws IllegalStateException if the pool is still running: {@link #close} or {@link
   *     #terminate} it first
   * @throws InterruptedException if interrupted while waiting
   */
  void join() throws InterruptedException;

  /**
   * As {@link #join()}, up to a limit.
   *
   * @return whether all has ended
   */
  boolean join(Duration timeout) throws InterruptedException;

  /**
   * Gives up everything that was submitted: handles that are not ready fail with {@link
   * WarrenException.PoolTerminatedException}, workers skip what waits in the queue and interrupt
   * what runs, the pool's own processes are killed. Terminating twice is fine. Does not wait for
   * the workers.
   */
  void terminate();

  /**
   * This pool as a resource that is terminated at the end of a block.
   *
   * @throws WarrenException.PoolClosedException if the pool is not running
   */
  PoolScope scope();

  // --- more --------------------------------------------------------------------------------------

  /**
   * The queue's size, bound and consumers right now, asked from the broker.
   *
   * @throws WarrenException.BrokerUnavailableException if the broker does not answer
   * @throws WarrenException.NoSuchQueueException if the queue does not exist
   */
  QueueStatus queue();

  /**
   * This pool for code that wants an {@link ExecutorService}. It can be honest only for registered
   * tasks: it takes {@link TaskCall}s, for instance {@code submit(WORD_COUNT.with(text))}, and
   * refuses every other {@code Callable} and every {@code Runnable} with a {@link
   * java.util.concurrent.RejectedExecutionException}, because a lambda cannot travel to another
   * machine. {@code shutdown} is {@link #close}, {@code shutdownNow} is {@link #terminate}, whose
   * list of tasks that never began is always empty: that is known on other machines only.
   */
  ExecutorService asExecutorService();
}
