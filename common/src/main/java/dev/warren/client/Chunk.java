package dev.warren.client;

import dev.warren.WarrenException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Some items of a map or a stream on their way in one message.
 *
 * @param items the items
 * @param handle the handle of the message's task
 * @param values completes as the handle does, with one value for each item
 * @param <R> the values' type
 */
record Chunk<R>(
    List<? extends @Nullable Object> items,
    PendingResult<?> handle,
    CompletableFuture<List<R>> values) {

  /** A chunk of one item is the plain task. */
  static <R> Chunk<R> ofOne(List<? extends @Nullable Object> items, PendingResult<R> handle) {
    return new Chunk<>(items, handle, handle.future().thenApply(Chunk::listOf));
  }

  /** A chunk of several gives their values as a list. */
  static <R> Chunk<R> ofMany(
      List<? extends @Nullable Object> items, PendingResult<List<R>> handle) {
    return new Chunk<>(
        items, handle, handle.future().thenApply(values -> complete(values, items.size())));
  }

  private static <R> List<R> complete(@Nullable List<R> values, int items) {
    if (values == null || values.size() != items) {
      throw new WarrenException(
          "a chunk of %d items came back with %s values"
              .formatted(items, values == null ? "no" : values.size()));
    }
    return values;
  }

  /** What {@link #values} failed with. */
  static WarrenException failure(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return cause instanceof WarrenException known
        ? known
        : new WarrenException("a chunk failed", cause);
  }

  private static <R> List<R> listOf(R value) {
    List<R> list = new ArrayList<>(1); // a result may be null, which List.of refuses
    list.add(value);
    return list;
  }

  int size() {
    return items.size();
  }

  /** How many items are done, as far as the worker told while it is at them. */
  long itemsDone() {
    return size() == 1 ? 0 : Math.min(size(), handle.progress().current());
  }

  /** The values of the items before the failing one, if the worker told them; else null. */
  @SuppressWarnings("unchecked") // the handle of several items was made for a list of R
  @Nullable List<R> partial() {
    return size() == 1 ? null : (List<R>) handle.partial();
  }
}
