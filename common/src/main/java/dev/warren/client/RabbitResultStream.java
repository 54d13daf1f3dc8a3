package dev.warren.client;

import dev.warren.ResultStream;
import dev.warren.StreamOptions;
import dev.warren.WarrenException;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.rabbit.Nanos;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One {@code imap}. A feeder reads the input and sends chunks; the reader takes outcomes.
 *
 * <ul>
 *   <li>S1: the input is read for a chunk only when a place in the buffer is free, and the place is
 *       free again when the reader has taken the chunk's last outcome.
 *   <li>S2: every chunk that was sent comes to the reader once, and after the last one an end; or
 *       an end at once, if the stream is closed or its pool terminated.
 * </ul>
 */
final class RabbitResultStream<R> implements ResultStream<R> {

  /** A chunk's outcomes; or, without outcomes, the end and what it says. */
  private record Entry<R>(
      @Nullable CompletableFuture<List<ItemOutcome<R>>> outcomes, @Nullable RuntimeException end) {}

  /** As good as no bound, and far from the most that a semaphore can hold. */
  private static final int UNBOUNDED = Integer.MAX_VALUE / 4;

  private final Iterable<? extends @Nullable Object> input;
  private final StreamOptions options;
  private final boolean ordered;
  private final StreamSender<R> sender;
  private final Revoker revoker;
  private final Semaphore places;

  /** In the items' order, or in that of the chunks' ends. */
  private final BlockingQueue<Entry<R>> entries = new LinkedBlockingQueue<>();

  /** Chunks that have not ended, and one for the reading of the input. */
  private final AtomicLong open = new AtomicLong(1);

  /** Whether the reading of the input counts among {@link #open}. */
  private final AtomicBoolean feeding = new AtomicBoolean(true);

  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile boolean closed;

  // guarded by this
  private boolean stopped;
  private @Nullable RuntimeException end;
  private @Nullable Thread reading; // the feeder, while it is in the user's iterator

  // the reader's
  private @Nullable Entry<R> current;
  private Iterator<ItemOutcome<R>> outcomes = Collections.emptyIterator();
  private @Nullable RuntimeException lastWord;
  private boolean atEnd;

  RabbitResultStream(
      ChunkSender<R> sender,
      Iterable<? extends @Nullable Object> input,
      StreamOptions options,
      boolean ordered,
      Executor feeders,
      Revoker revoker) {
    this.sender = new StreamSender<>(sender, feeders);
    this.input = input;
    this.options = options;
    this.ordered = ordered;
    this.revoker = revoker;
    this.places = new Semaphore(Math.min(UNBOUNDED, options.bufferSize()));
  }

  /**
   * Completes when all chunks have ended and the input is read no more, or {@link #abort} has given
   * up the reading of it.
   */
  CompletableFuture<Void> done() {
    return done;
  }

  // --- the feeder --------------------------------------------------------------------------------

  /** Reads the input to its end, or until it is stopped; blocks while there is no place. */
  void feed() {
    try {
      Iterator<? extends @Nullable Object> items = iterator();
      List<@Nullable Object> chunk;
      do {
        places.acquire();
        chunk = read(items);
        if (!chunk.isEmpty()) {
          send(chunk);
        }
      } while (!chunk.isEmpty());
    } catch (InterruptedException e) {
      stop(new WarrenException("interrupted while the input of a stream was read", e));
    } catch (RuntimeException e) { // the user's iterator; an incomplete chunk is dropped with it
      stop(e);
    } catch (Throwable e) {
      stop(new WarrenException("the input of a stream failed: " + e, e));
    } finally {
      readingEnded();
    }
  }

  private Iterator<? extends @Nullable Object> iterator() {
    if (!beginReading()) {
      return Collections.emptyIterator();
    }
    try {
      return input.iterator();
    } finally {
      endReading();
    }
  }

  /** The next items; none if there are none, or the stream was stopped. */
  private List<@Nullable Object> read(Iterator<? extends @Nullable Object> items) {
    List<@Nullable Object> chunk = new ArrayList<>();
    if (!beginReading()) {
      return chunk;
    }
    try {
      while (chunk.size() < options.chunkSize() && items.hasNext()) {
        chunk.add(items.next());
      }
    } finally {
      endReading();
    }
    return isStopped() ? List.of() : chunk;
  }

  private void send(List<@Nullable Object> chunk) throws InterruptedException {
    open.incrementAndGet();
    try {
      CompletableFuture<List<ItemOutcome<R>>> ending = sender.send(chunk);
      Entry<R> entry = new Entry<>(ending, null);
      if (ordered) {
        entries.add(entry);
      }
      ending.whenComplete(
          (all, failure) -> {
            if (!ordered) {
              entries.add(entry);
            }
            countDown();
          });
    } catch (InterruptedException | RuntimeException | Error e) {
      countDown();
      throw e;
    }
  }

  private void readingEnded() {
    if (feeding.compareAndSet(true, false)) {
      countDown();
    }
  }

  private void countDown() {
    if (open.decrementAndGet() == 0) {
      entries.add(new Entry<>(null, end()));
      done.complete(null);
    }
  }

  private synchronized boolean beginReading() {
    if (!stopped) {
      reading = Thread.currentThread();
    }
    return !stopped;
  }

  private synchronized void endReading() {
    reading = null;
    if (stopped) {
      Thread.interrupted(); // it was for the user's iterator, which may not have waited
    }
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  private synchronized @Nullable RuntimeException end() {
    return end;
  }

  // --- from other threads ------------------------------------------------------------------------

  /**
   * The pool was closed. A collection is sent to its end, without waiting for the reader, so that
   * the results of a stream can be read after {@code close} and {@code join}; other input may be
   * endless, and is read no further.
   */
  void poolClosed() {
    if (input instanceof Collection<?>) {
      places.release(UNBOUNDED);
    } else {
      stop(
          new PoolClosedException(
              "the pool was closed while the input of a stream was still being read"));
    }
  }

  /**
   * Reads the input no further. The first call tells how the stream ends.
   *
   * @param why what the reader is told after the last result; null for a plain end
   */
  void stop(@Nullable RuntimeException why) {
    synchronized (this) {
      if (stopped) {
        return;
      }
      stopped = true;
      end = why;
      if (reading != null && reading != Thread.currentThread()) {
        reading.interrupt();
      }
    }
    places.release(); // for a feeder that waits for one
  }

  /**
   * Stops, and tells the reader at once, even if the feeder never ran, or is stuck in the user's
   * iterator: nothing waits for it any more.
   *
   * @param why as of {@link #stop}
   */
  void abort(@Nullable RuntimeException why) {
    stop(why);
    entries.add(new Entry<>(null, why));
    readingEnded();
  }

  @Override
  public void close() {
    closed = true;
    abort(null);
    List<String> givenUp = sender.giveUp();
    if (!givenUp.isEmpty()) {
      revoker.revoke(givenUp);
    }
  }

  // --- the reader --------------------------------------------------------------------------------

  @Override
  public boolean hasNext() {
    try {
      return await(Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true; // next() tells
    } catch (TimeoutException e) {
      throw new IllegalStateException("292 years have passed", e);
    }
  }

  @Override
  public @Nullable R next() {
    try {
      return next(Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WarrenException("interrupted while waiting for the next result", e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("292 years have passed", e);
    }
  }

  @Override
  public @Nullable R next(Duration timeout) throws TimeoutException, InterruptedException {
    return next(Math.max(0, Nanos.of(timeout)));
  }

  private @Nullable R next(long nanos) throws TimeoutException, InterruptedException {
    if (!await(nanos)) {
      throw new NoSuchElementException("the stream has ended");
    }
    RuntimeException last = lastWord;
    if (last != null) {
      lastWord = null;
      throw last;
    }
    ItemOutcome<R> outcome = outcomes.next();
    if (!outcomes.hasNext()) {
      places.release();
    }
    if (outcome.failure() != null) {
      throw FutureResult.askedForHere(outcome.failure());
    }
    return outcome.value();
  }

  /** Waits until there is an outcome, or a last word; false at the end. */
  private boolean await(long nanos) throws InterruptedException, TimeoutException {
    long began = System.nanoTime();
    while (!outcomes.hasNext() && lastWord == null) {
      if (atEnd || closed) {
        return false;
      }
      Entry<R> entry = current;
      if (entry == null) {
        entry = entries.poll(left(began, nanos), TimeUnit.NANOSECONDS);
      }
      if (entry == null) {
        throw new TimeoutException("no result in time; a later call may have one");
      }
      current = entry; // also if its outcomes do not come in time
      take(entry, left(began, nanos));
      current = null;
    }
    return true;
  }

  private void take(Entry<R> entry, long nanos) throws InterruptedException, TimeoutException {
    if (entry.outcomes() == null) {
      atEnd = true;
      lastWord = entry.end();
      return;
    }
    try {
      outcomes = entry.outcomes().get(nanos, TimeUnit.NANOSECONDS).iterator();
    } catch (ExecutionException e) {
      throw new IllegalStateException("outcomes are values, whatever they tell", e);
    } catch (TimeoutException e) {
      throw new TimeoutException("no result in time; a later call may have one");
    }
  }

  private static long left(long began, long nanos) {
    return nanos == Long.MAX_VALUE ? nanos : Math.max(0, nanos - (System.nanoTime() - began));
  }
}
