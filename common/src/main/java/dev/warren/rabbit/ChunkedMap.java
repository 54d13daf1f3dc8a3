package dev.warren.rabbit;

import dev.warren.TaskRef;
import dev.warren.WarrenException;
import dev.warren.wire.Signature;
import dev.warren.wire.TaskMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.type.TypeFactory;

/**
 * One call of {@code map}: items in, chunks over the wire, results out in the items' order.
 *
 * <p>A chunk is a {@code celery.map} message, so that a Celery worker could serve it too; a chunk
 * of one item is the plain task. All chunks end before the first failure is thrown, as in Python.
 */
final class ChunkedMap<R> {

  /** Chunks on their way to the queue at once: enough to keep it busy, few while it is full. */
  private static final int MOST_UNACCEPTED = 64;

  private final RabbitWorkerPool pool;
  private final TaskRef<R> task;
  private final JavaType listType;
  private final Semaphore unaccepted = new Semaphore(MOST_UNACCEPTED);
  private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();

  ChunkedMap(RabbitWorkerPool pool, TaskRef<R> task, TypeFactory types) {
    this.pool = pool;
    this.task = task;
    this.listType = types.constructCollectionType(List.class, task.resultType());
  }

  List<@Nullable R> run(Collection<? extends @Nullable Object> items, int chunkSize)
      throws InterruptedException {
    List<CompletableFuture<List<R>>> chunks = new ArrayList<>();
    Iterator<? extends @Nullable Object> rest = items.iterator();
    while (rest.hasNext()) {
      chunks.add(submit(next(rest, chunkSize)));
    }
    List<@Nullable R> results = new ArrayList<>(items.size());
    for (CompletableFuture<List<R>> chunk : chunks) {
      results.addAll(ended(chunk));
    }
    Throwable failure = firstFailure.get();
    if (failure != null) {
      throw failure instanceof WarrenException known
          ? known
          : new WarrenException("a chunk of the map failed", failure);
    }
    return results;
  }

  private static List<@Nullable Object> next(
      Iterator<? extends @Nullable Object> rest, int chunkSize) {
    List<@Nullable Object> chunk = new ArrayList<>();
    while (chunk.size() < chunkSize && rest.hasNext()) {
      chunk.add(rest.next());
    }
    return chunk;
  }

  private CompletableFuture<List<R>> submit(List<@Nullable Object> chunk)
      throws InterruptedException {
    unaccepted.acquire(); // released by every handle, accepted or failed
    String id = UUID.randomUUID().toString();
    CompletableFuture<List<R>> values;
    PendingResult<?> handle;
    if (chunk.size() == 1) {
      PendingResult<R> one =
          pool.submit(TaskMessage.of(id, task.name(), chunk, Map.of()), task.resultType(), true);
      values = one.future().thenApply(ChunkedMap::listOf);
      handle = one;
    } else {
      PendingResult<List<R>> many =
          pool.submit(
              TaskMessage.of(
                  id,
                  "celery.map",
                  List.of(),
                  Map.of("task", Signature.of(task.name()), "it", chunk)),
              listType,
              true);
      values = many.future();
      handle = many;
    }
    handle.future().whenComplete((value, failure) -> noteFailure(failure));
    handle.acceptance().whenComplete((done, failure) -> unaccepted.release());
    return values;
  }

  private static <R> List<R> listOf(R value) {
    List<R> list = new ArrayList<>(1); // a result may be null, which List.of refuses
    list.add(value);
    return list;
  }

  private void noteFailure(@Nullable Throwable failure) {
    if (failure != null) {
      firstFailure.compareAndSet(null, failure);
    }
  }

  private static <R> List<R> ended(CompletableFuture<List<R>> chunk) throws InterruptedException {
    try {
      return chunk.get();
    } catch (ExecutionException e) {
      return List.of(); // noted already; the map goes on until all chunks have ended
    }
  }
}
