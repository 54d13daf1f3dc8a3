package dev.warren.client;

import dev.warren.Callbacks;
import dev.warren.Progress;
import dev.warren.WarrenException;
import dev.warren.WarrenException.TaskRevokedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The handle of one map or group: items in, chunks over the wire, results out in the items' order.
 *
 * <p>All chunks end before it ends; the first failure that arrived is its failure, as in Python.
 */
final class MapResult<R> extends FutureResult<List<@Nullable R>> {

  /** Chunks on their way to the queue at once: enough to keep it busy, few while it is full. */
  private static final int MOST_UNACCEPTED = 64;

  private final ItemSender<R> sender;
  private final Revoker revoker;
  private final Semaphore unaccepted = new Semaphore(MOST_UNACCEPTED);

  /** The values, each at its item's place. */
  private final @Nullable Object[] values;

  /** By their handles: a chunk's own hash code would be that of the user's items. */
  private final Map<PendingResult<?>, Chunk<R>> running = new ConcurrentHashMap<>();

  private final AtomicLong itemsDone = new AtomicLong();
  private final AtomicReference<@Nullable WarrenException> firstFailure = new AtomicReference<>();

  /** Chunks that the broker has not taken over, and one for the reading of the input. */
  private final AtomicLong toBeAccepted = new AtomicLong(1);

  /** Chunks that have not ended, and one for the reading of the input. */
  private final AtomicLong open = new AtomicLong(1);

  /**
   * @param size how many items there are
   */
  MapResult(
      ItemSender<R> sender,
      int size,
      Callbacks<? super List<@Nullable R>> callbacks,
      CallbackRunner runner,
      Revoker revoker) {
    super(UUID.randomUUID().toString(), callbacks, runner);
    this.sender = sender;
    this.revoker = revoker;
    this.values = new Object[size];
  }

  /**
   * Reads the input and sends it; blocks while the queue has no room. The handle does not keep the
   * items.
   *
   * @param items not changed until this ends
   * @param chunkSizes tells how many items make a chunk
   */
  void feed(Collection<? extends @Nullable Object> items, ChunkSize chunkSizes) {
    try {
      int chunkSize = chunkSizes.items();
      Iterator<? extends @Nullable Object> input = items.iterator();
      for (int from = 0; from < values.length && !hasEnded(); from += chunkSize) {
        send(read(input, Math.min(chunkSize, values.length - from)), from);
      }
      acceptedIfLast();
    } catch (InterruptedException e) {
      noteFailure(new WarrenException("interrupted while a map or group was submitted", e));
    } catch (WarrenException e) {
      noteFailure(e);
    } catch (Throwable e) { // the user's collection may throw anything
      noteFailure(new WarrenException("the input of the map failed: " + e, e));
    } finally {
      endIfLast();
    }
  }

  private static List<@Nullable Object> read(
      Iterator<? extends @Nullable Object> input, int count) {
    List<@Nullable Object> part = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      part.add(input.next());
    }
    return part;
  }

  private void send(List<? extends @Nullable Object> part, int from) throws InterruptedException {
    int[] offset = {from};
    sender.send(
        part,
        chunk -> {
          unaccepted.acquire(); // released by every handle, accepted or failed
          int at = offset[0];
          offset[0] += chunk.size();
          open.incrementAndGet();
          toBeAccepted.incrementAndGet();
          running.put(chunk.handle(), chunk);
          chunk.handle().acceptance().whenComplete((done, failure) -> accepted(failure));
          chunk.values().whenComplete((list, failure) -> ended(chunk, at, list, failure));
          if (hasEnded()) { // cancelled meanwhile
            chunk.handle().fail(cancelled());
          }
        });
  }

  private void accepted(@Nullable Throwable failure) {
    unaccepted.release();
    if (failure == null) {
      acceptedIfLast();
    }
  }

  private void acceptedIfLast() {
    if (toBeAccepted.decrementAndGet() == 0) {
      accepted();
    }
  }

  private void ended(
      Chunk<R> chunk, int offset, @Nullable List<R> list, @Nullable Throwable failure) {
    running.remove(chunk.handle());
    itemsDone.addAndGet(chunk.size());
    if (failure != null) {
      noteFailure(Chunk.failure(failure));
    } else if (list != null) {
      for (int i = 0; i < list.size(); i++) {
        values[offset + i] = list.get(i);
      }
    }
    endIfLast();
  }

  private void noteFailure(WarrenException failure) {
    firstFailure.compareAndSet(null, failure);
  }

  @SuppressWarnings("unchecked") // only values that were bound to R are in the array
  private void endIfLast() {
    if (open.decrementAndGet() > 0) {
      return;
    }
    WarrenException failure = firstFailure.get();
    if (failure == null) {
      succeed((List<@Nullable R>) Arrays.asList(values));
    } else {
      fail(failure);
    }
  }

  @Override
  public Progress progress() {
    long done = itemsDone.get();
    for (Chunk<R> chunk : running.values()) {
      done += chunk.itemsDone();
    }
    return new Progress(Math.min(done, values.length), values.length);
  }

  @Override
  public boolean cancel() {
    boolean first = fail(cancelled()); // before the chunks: feed() stops at it
    List<String> revoked = new ArrayList<>();
    for (PendingResult<?> handle : running.keySet()) {
      if (handle.fail(cancelled())) {
        revoked.add(handle.id());
      }
    }
    if (!revoked.isEmpty()) {
      revoker.revoke(revoked);
    }
    return first;
  }

  private TaskRevokedException cancelled() {
    return new TaskRevokedException(id(), "cancelled by its caller");
  }

  @Override
  String whereabouts() {
    Progress progress = progress();
    return "map or group %s has done %d of %d items"
        .formatted(id(), progress.current(), progress.total());
  }
}
