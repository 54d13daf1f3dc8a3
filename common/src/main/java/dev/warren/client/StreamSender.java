package dev.warren.client;

import dev.warren.WarrenException;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.WarrenException.TaskRevokedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Sends the chunks of one stream and brings back an outcome for each item. Where an item in the
 * middle of a chunk fails, the ones behind it did not run: they are sent once more, as a chunk of
 * their own.
 */
final class StreamSender<R> {

  /** Messages on their way to the queue at once: each is published again while it is full. */
  private static final int MOST_UNACCEPTED = 64;

  private final ChunkSender<R> sender;
  private final Executor feeders;
  private final Semaphore unaccepted = new Semaphore(MOST_UNACCEPTED);

  /** Handles of messages that are under way. */
  private final Set<PendingResult<?>> running = ConcurrentHashMap.newKeySet();

  private volatile boolean givenUp;

  StreamSender(ChunkSender<R> sender, Executor feeders) {
    this.sender = sender;
    this.feeders = feeders;
  }

  /** Fails what is under way, and what comes later; tells the ids of the tasks. */
  List<String> giveUp() {
    givenUp = true;
    List<String> failed = new ArrayList<>();
    for (PendingResult<?> handle : running) {
      if (handle.fail(streamClosed(handle))) {
        failed.add(handle.id());
      }
    }
    return failed;
  }

  private static TaskRevokedException streamClosed(PendingResult<?> handle) {
    return new TaskRevokedException(handle.id(), "its stream was closed");
  }

  /** Sends items; what is returned completes with one outcome for each of them, never a failure. */
  CompletableFuture<List<ItemOutcome<R>>> send(List<? extends @Nullable Object> items)
      throws InterruptedException {
    List<CompletableFuture<List<ItemOutcome<R>>>> parts = new ArrayList<>();
    sender.send(
        items,
        chunk -> {
          unaccepted.acquire(); // released by every handle, accepted or failed
          chunk.handle().acceptance().whenComplete((done, failure) -> unaccepted.release());
          running.add(chunk.handle());
          parts.add(
              chunk
                  .values()
                  .handle((values, failure) -> outcomes(chunk, values, failure))
                  .thenCompose(whole -> whole));
          if (givenUp) {
            chunk.handle().fail(streamClosed(chunk.handle()));
          }
        });
    return inOrder(parts);
  }

  private CompletableFuture<List<ItemOutcome<R>>> outcomes(
      Chunk<R> chunk, @Nullable List<R> values, @Nullable Throwable failure) {
    running.remove(chunk.handle());
    return failure == null
        ? done(ItemOutcome.values(Objects.requireNonNull(values, "of a chunk that ended well")))
        : failed(chunk, Chunk.failure(failure));
  }

  private CompletableFuture<List<ItemOutcome<R>>> failed(Chunk<R> chunk, WarrenException failure) {
    List<R> before = chunk.partial();
    if (before == null || before.size() >= chunk.size()) {
      return done(ItemOutcome.failures(chunk.size(), failure));
    }
    List<ItemOutcome<R>> head = new ArrayList<>(ItemOutcome.values(before));
    head.add(new ItemOutcome<>(null, failure));
    List<? extends @Nullable Object> behind = chunk.items().subList(head.size(), chunk.size());
    return behind.isEmpty() ? done(head) : inOrder(List.of(done(head), rest(behind)));
  }

  private CompletableFuture<List<ItemOutcome<R>>> rest(List<? extends @Nullable Object> items) {
    try {
      return sendLater(items)
          .exceptionally(failure -> ItemOutcome.failures(items.size(), Chunk.failure(failure)));
    } catch (RejectedExecutionException e) {
      return done(
          ItemOutcome.failures(items.size(), new PoolClosedException("this Warren is closed")));
    }
  }

  /** Not on the thread that receives replies: to send may wait for room. */
  private CompletableFuture<List<ItemOutcome<R>>> sendLater(
      List<? extends @Nullable Object> items) {
    return CompletableFuture.supplyAsync(() -> sendNow(items), feeders)
        .thenCompose(outcomes -> outcomes);
  }

  private CompletableFuture<List<ItemOutcome<R>>> sendNow(List<? extends @Nullable Object> items) {
    try {
      return send(items);
    } catch (InterruptedException e) {
      throw new WarrenException("interrupted while the rest of a chunk was sent", e);
    }
  }

  private static <R> CompletableFuture<List<ItemOutcome<R>>> inOrder(
      List<CompletableFuture<List<ItemOutcome<R>>>> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(
            all -> {
              List<ItemOutcome<R>> outcomes = new ArrayList<>();
              parts.forEach(part -> outcomes.addAll(part.join()));
              return outcomes;
            });
  }

  private static <R> CompletableFuture<List<ItemOutcome<R>>> done(List<ItemOutcome<R>> outcomes) {
    return CompletableFuture.completedFuture(outcomes);
  }
}
