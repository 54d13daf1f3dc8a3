package dev.warren.client;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.Chain;
import dev.warren.Chord;
import dev.warren.Group;
import dev.warren.PoolScope;
import dev.warren.QueueStatus;
import dev.warren.ResultStream;
import dev.warren.StreamOptions;
import dev.warren.TaskCall;
import dev.warren.TaskRef;
import dev.warren.WorkerPool;
import dev.warren.rabbit.Threads;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool that owns its processes, as its user holds it: when nobody does any more, it is closed.
 *
 * <p>Nothing behind it refers to it. What it gives out and needs it (streams, executors) does.
 */
final class ProcessPool implements WorkerPool {

  private static final Logger log = LoggerFactory.getLogger(ProcessPool.class);
  private static final Cleaner CLEANER = Cleaner.create(Threads.named("warren-pool-cleaner"));

  private final RabbitWorkerPool pool;

  ProcessPool(RabbitWorkerPool pool) {
    this.pool = pool;
    CLEANER.register(this, new Forgotten(pool));
  }

  /** Lets what was submitted finish: its handles may still be waited for. */
  private record Forgotten(RabbitWorkerPool pool) implements Runnable {
    @Override
    public void run() {
      if (pool.isRunning()) {
        log.warn(
            "the pool on '{}' was garbage-collected without close() or terminate(); it is closed,"
                + " and its worker processes end",
            pool.queueName());
        pool.close();
      }
    }
  }

  @Override
  public String queueName() {
    return pool.queueName();
  }

  @Override
  public <R> AsyncResult<R> applyAsync(TaskCall<R> call) {
    return pool.applyAsync(call);
  }

  @Override
  public <R> AsyncResult<R> applyAsync(Chain<R> chain) {
    return pool.applyAsync(chain);
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> applyAsync(Group<R> group) {
    return pool.applyAsync(group);
  }

  @Override
  public <R> AsyncResult<R> applyAsync(Chord<R> chord) {
    return pool.applyAsync(chord);
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> mapAsync(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items) {
    return pool.mapAsync(task, items);
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> mapAsync(
      TaskRef<R> task,
      Iterable<? extends @Nullable Object> items,
      int chunkSize,
      Callbacks<? super List<@Nullable R>> callbacks) {
    return pool.mapAsync(task, items, chunkSize, callbacks);
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> starmapAsync(
      TaskRef<R> task, Iterable<? extends List<? extends @Nullable Object>> items) {
    return pool.starmapAsync(task, items);
  }

  @Override
  public <R> AsyncResult<List<@Nullable R>> starmapAsync(
      TaskRef<R> task,
      Iterable<? extends List<? extends @Nullable Object>> items,
      int chunkSize,
      Callbacks<? super List<@Nullable R>> callbacks) {
    return pool.starmapAsync(task, items, chunkSize, callbacks);
  }

  @Override
  public <R> ResultStream<R> imap(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items, StreamOptions options) {
    return new Held<>(this, pool.imap(task, items, options));
  }

  @Override
  public <R> ResultStream<R> imapUnordered(
      TaskRef<R> task, Iterable<? extends @Nullable Object> items, StreamOptions options) {
    return new Held<>(this, pool.imapUnordered(task, items, options));
  }

  @Override
  public void close() {
    pool.close();
  }

  @Override
  public void join() throws InterruptedException {
    pool.join();
  }

  @Override
  public boolean join(Duration timeout) throws InterruptedException {
    return pool.join(timeout);
  }

  @Override
  public void terminate() {
    pool.terminate();
  }

  @Override
  public PoolScope scope() {
    pool.scope();
    return new PoolScope(this);
  }

  @Override
  public QueueStatus queue() {
    return pool.queue();
  }

  @Override
  public ExecutorService asExecutorService() {
    return pool.asExecutorService(this);
  }

  /** A stream whose reader holds the pool, because reading is what makes it send more. */
  private record Held<R>(ProcessPool pool, ResultStream<R> stream) implements ResultStream<R> {

    @Override
    public boolean hasNext() {
      return stream.hasNext();
    }

    @Override
    public @Nullable R next() {
      return stream.next();
    }

    @Override
    public @Nullable R next(Duration timeout) throws TimeoutException, InterruptedException {
      return stream.next(timeout);
    }

    @Override
    public void close() {
      stream.close();
    }
  }
}
