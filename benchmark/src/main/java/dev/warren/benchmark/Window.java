package dev.warren.benchmark;

import dev.warren.TaskRef;
import dev.warren.WorkerPool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** A client's tasks over a broker: always so many of them that have not been answered. */
final class Window {

  private final WorkerPool pool;
  private final TaskRef<Integer> task;
  private final int argument;
  private final List<ProcessHandle> workers;
  private final int size;

  Window(WorkerPool pool, ProcessHandle worker, int size) {
    this(pool, NothingWorker.NOTHING, 1, List.of(worker), size);
  }

  /** Of a task with one argument. */
  Window(
      WorkerPool pool, TaskRef<Integer> task, int argument, List<ProcessHandle> workers, int size) {
    this.pool = pool;
    this.task = task;
    this.argument = argument;
    this.workers = workers;
    this.size = size;
  }

  /** One round, from the first task to the last answer; fails if a task does. */
  Measured round(Duration time) throws Exception {
    return Measured.round(workers, () -> count(time));
  }

  private Measured.Count count(Duration time) throws InterruptedException {
    Semaphore places = new Semaphore(size);
    AtomicLong answers = new AtomicLong();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    long began = System.nanoTime();
    long end = began + time.toNanos();
    while (System.nanoTime() - end < 0) {
      places.acquire();
      pool.applyAsync(task, argument)
          .toCompletableFuture()
          .whenComplete(
              (value, thrown) -> {
                if (thrown != null) {
                  failure.set(thrown);
                }
                answers.incrementAndGet();
                places.release();
              });
    }
    places.acquire(size);
    if (failure.get() != null) {
      throw new IllegalStateException("a task failed", failure.get());
    }
    return Measured.Count.since(began, answers.get());
  }
}
