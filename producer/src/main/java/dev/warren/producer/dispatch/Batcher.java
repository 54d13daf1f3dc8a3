package dev.warren.producer.dispatch;

import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.rabbit.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Group commit: what is asked for while one transaction runs goes into the next one, together. One
 * thread; thread-safe; {@link #add} does not block.
 *
 * @param <T> what is asked for
 * @param <R> what comes of it
 */
final class Batcher<T, R> implements AutoCloseable {

  private static final int MOST_WAITING = 20_000;
  private static final int IDLE_MILLIS = 200;
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final String name;
  private final int most;
  private final Function<List<T>, List<R>> work;
  private final BlockingQueue<Entry<T, R>> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Thread thread;
  private volatile boolean closed;

  private record Entry<T, R>(T item, CompletableFuture<R> outcome) {}

  /**
   * @param most entries of one transaction
   * @param work does them, and returns the outcome of each, in their order
   */
  Batcher(String name, int most, Function<List<T>, List<R>> work) {
    this.name = name;
    this.most = most;
    this.work = work;
    this.thread = Threads.named(name).newThread(this::run);
    thread.start();
  }

  /** Asks for something; completes on this class's thread, which must not be blocked. */
  CompletableFuture<R> add(T item) {
    Entry<T, R> entry = new Entry<>(item, new CompletableFuture<>());
    if (closed || !waiting.offer(entry)) {
      entry.outcome.completeExceptionally(
          new StoreUnavailableException(
              closed ? name + " has ended" : MOST_WAITING + " requests wait for the database",
              null,
              true));
    }
    return entry.outcome;
  }

  private void run() {
    List<Entry<T, R>> batch = new ArrayList<>(most);
    while (!closed || !waiting.isEmpty()) {
      try {
        Entry<T, R> first = waiting.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          waiting.drainTo(batch, most - 1);
          perform(batch);
        }
      } catch (InterruptedException e) {
        closed = true; // what waits is still done
      } finally {
        batch.clear();
      }
    }
  }

  private void perform(List<Entry<T, R>> batch) {
    List<R> outcomes;
    try {
      outcomes = work.apply(batch.stream().map(Entry::item).toList());
    } catch (Throwable e) { // an Error as well: nobody must wait for ever
      batch.forEach(entry -> entry.outcome.completeExceptionally(e));
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).outcome.complete(outcomes.get(i));
    }
  }

  /** Does what waits, and ends; waits for that for some seconds. */
  @Override
  public void close() {
    closed = true; // no interrupt: in the middle of a write it would close H2's file
    Threads.join(thread, CLOSE_LIMIT);
  }
}
