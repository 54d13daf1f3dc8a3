package dev.warren.producer.store;

import dev.warren.producer.ProducerProperties;
import dev.warren.wire.TaskError;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Keeps tasks in this process' memory: they are gone when it ends.
 *
 * <ol>
 *   <li><b>I1</b> A task is either in {@code unfinished} or in {@code finished}; it moves once.
 *   <li><b>I2</b> Unfinished tasks are not evicted to make room, only by their age: {@code
 *       unfinished-retention} after they were submitted.
 *   <li><b>I3</b> Both together hold at most {@code maxTasks}.
 *   <li><b>I4</b> Texts of finished tasks take at most {@code maxResultBytes}, or there is only
 *       one.
 *   <li><b>I5</b> Finished tasks stand in the order in which they finished here; eviction, by age
 *       or for room, takes from the front.
 * </ol>
 *
 * All fields are guarded by {@code this}; nothing under the lock takes longer than a few map
 * operations, besides {@link #failUnfinished}.
 */
@Component
final class MemoryTaskStore implements TaskStore {

  private record Finished(StoredTask task, Instant since, long bytes) {}

  private final Duration retention;
  private final Duration unfinishedRetention;
  private final int maxTasks;
  private final long maxResultBytes;
  private final Clock clock;

  private final Map<UUID, StoredTask> unfinished = new LinkedHashMap<>(); // as submitted
  private final LinkedHashMap<UUID, Finished> finished = new LinkedHashMap<>();
  private long finishedBytes;

  MemoryTaskStore(ProducerProperties properties, Clock clock) {
    this.retention = properties.retention();
    this.unfinishedRetention = properties.unfinishedRetention();
    this.maxTasks = properties.maxTasks();
    this.maxResultBytes = properties.maxResultBytes().toBytes();
    this.clock = clock;
  }

  @Override
  public synchronized void add(StoredTask task) {
    evictAged();
    if (unfinished.size() + finished.size() >= maxTasks) {
      if (finished.isEmpty()) {
        throw new StoreFullException(unfinished.size());
      }
      evictOldest();
    }
    unfinished.put(task.id(), task);
  }

  @Override
  public synchronized void remove(UUID id) {
    unfinished.remove(id);
    Finished removed = finished.remove(id);
    if (removed != null) {
      finishedBytes -= removed.bytes();
    }
  }

  @Override
  public synchronized Optional<StoredTask> find(UUID id) {
    evictAged();
    return Optional.ofNullable(known(id));
  }

  @Override
  public synchronized Optional<StoredTask> apply(TaskUpdate update) {
    StoredTask before = known(update.id());
    if (before == null) {
      return Optional.empty();
    }
    StoredTask after = before.after(update, clock.instant());
    if (after != before) {
      put(after);
    }
    return Optional.of(after);
  }

  @Override
  public synchronized List<StoredTask> failUnfinished(TaskError error) {
    Instant now = clock.instant();
    List<StoredTask> failed = new ArrayList<>(unfinished.size());
    unfinished.values().forEach(task -> failed.add(task.failed(error, now)));
    failed.forEach(this::put);
    return failed;
  }

  private @Nullable StoredTask known(UUID id) {
    Finished known = finished.get(id);
    return known == null ? unfinished.get(id) : known.task();
  }

  private void put(StoredTask task) {
    if (!task.state().isFinished()) {
      unfinished.put(task.id(), task);
      return;
    }
    unfinished.remove(task.id());
    long bytes = bytes(task);
    finished.put(task.id(), new Finished(task, clock.instant(), bytes));
    finishedBytes += bytes;
    evictAged();
    while (finishedBytes > maxResultBytes && finished.size() > 1) {
      evictOldest();
    }
  }

  private void evictAged() {
    Instant limit = clock.instant().minus(retention);
    while (!finished.isEmpty() && !finished.values().iterator().next().since().isAfter(limit)) {
      evictOldest();
    }
    Instant lost = clock.instant().minus(unfinishedRetention);
    Iterator<StoredTask> oldest = unfinished.values().iterator();
    while (oldest.hasNext() && !oldest.next().submittedAt().isAfter(lost)) {
      oldest.remove();
    }
  }

  private void evictOldest() {
    Iterator<Finished> oldest = finished.values().iterator();
    finishedBytes -= oldest.next().bytes();
    oldest.remove();
  }

  private static long bytes(StoredTask task) {
    TaskError error = task.error();
    long characters = length(task.result());
    if (error != null) {
      characters += length(error.type()) + length(error.message()) + length(error.trace());
    }
    return 2 * characters;
  }

  private static long length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
