package dev.warren.producer.api;

import dev.warren.producer.store.Attempt;
import dev.warren.producer.store.Claim;
import dev.warren.producer.store.Claim.Lease;
import dev.warren.producer.store.Idempotency;
import dev.warren.producer.store.NewRow;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskQuery;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.TaskUpdate;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A store of which the API's tests can say that it is away, and what a task is. It keeps what it is
 * told in a map; what news do to a task is the real store's, tested there.
 */
final class MapTaskStore implements TaskStore {

  @Override
  public UUID identity() {
    return new UUID(0, 1);
  }

  private final Map<UUID, StoredTask> tasks = new LinkedHashMap<>();
  private final Map<UUID, List<Attempt>> attempts = new LinkedHashMap<>();
  private volatile boolean down;

  synchronized void put(StoredTask task) {
    tasks.put(task.id(), task);
  }

  synchronized void put(UUID task, List<Attempt> all) {
    attempts.put(task, all);
  }

  synchronized void forget(UUID id) {
    tasks.remove(id);
  }

  synchronized void reset() {
    tasks.clear();
    attempts.clear();
    down = false;
  }

  void isDown() {
    down = true;
  }

  @Override
  public synchronized Optional<StoredTask> find(UUID id) {
    requireUp();
    return Optional.ofNullable(tasks.get(id));
  }

  @Override
  public synchronized List<StoredTask> findAll(Collection<UUID> ids) {
    requireUp();
    return ids.stream().map(tasks::get).filter(Objects::nonNull).toList();
  }

  @Override
  public synchronized List<StoredTask> list(TaskQuery query) {
    requireUp();
    return tasks.values().stream()
        .sorted(Comparator.comparing((StoredTask task) -> task.id().toString()).reversed())
        .filter(task -> query.states().isEmpty() || query.states().contains(task.state()))
        .filter(task -> query.task() == null || query.task().equals(task.task()))
        .filter(task -> query.queue() == null || query.queue().equals(task.queue()))
        .filter(
            task ->
                query.group() == null
                    || task.part() != null && query.group().equals(task.part().group()))
        .filter(
            task ->
                query.before() == null
                    || task.id().toString().compareTo(query.before().toString()) < 0)
        .limit(query.limit())
        .map(task -> Tasks.with(task, task.state(), null, null, task.progress()))
        .toList();
  }

  @Override
  public synchronized List<Attempt> attempts(StoredTask task) {
    requireUp();
    return attempts.getOrDefault(task.id(), List.of());
  }

  private void requireUp() {
    if (down) {
      throw new StoreUnavailableException(
          "jdbc:postgresql://secret-host refuses", new IllegalStateException("planned"), true);
    }
  }

  // --- what the API does not call --------------------------------------------------------------

  private static <T> T unused() {
    throw new UnsupportedOperationException("not for the API");
  }

  @Override
  public List<@Nullable Earlier> add(List<NewRow> rows) {
    return unused();
  }

  @Override
  public Set<UUID> withdraw(Collection<UUID> ids) {
    return unused();
  }

  @Override
  public void accept(Collection<UUID> ids) {
    unused();
  }

  @Override
  public long countUnfinished() {
    return 0;
  }

  @Override
  public List<Claim> claimDue(Instant now, Instant until, int limit, Set<String> except) {
    return List.of();
  }

  @Override
  public List<Lease> renew(Collection<Lease> leases, Instant leaseUntil) {
    return unused();
  }

  @Override
  public void sent(Collection<Lease> leases, Instant now) {
    unused();
  }

  @Override
  public void postpone(Collection<Lease> leases, Instant until) {
    unused();
  }

  @Override
  public List<Claim> claimDueOf(String queue, Instant now, Instant leaseUntil, int limit) {
    return unused();
  }

  @Override
  public List<Silent> silent(String queue, Instant before, int limit) {
    return List.of();
  }

  @Override
  public Set<UUID> republish(Collection<Silent> lost, Instant now) {
    return unused();
  }

  @Override
  public Applied apply(List<TaskUpdate> updates, Instant now) {
    return unused();
  }

  @Override
  public Optional<Cancelled> cancel(UUID id, Instant now) {
    return unused();
  }

  @Override
  public List<Cancelled> cancelGroup(UUID group, Instant now) {
    return unused();
  }

  @Override
  public Optional<Content> content(UUID id) {
    return unused();
  }

  @Override
  public void openGroup(UUID id, String task, String queue, int chunkSize, Instant now) {
    unused();
  }

  @Override
  public @Nullable EarlierGroup sealGroup(
      UUID id, int items, @Nullable Idempotency idempotency, Instant now) {
    return unused();
  }

  @Override
  public void dropGroup(UUID id) {
    unused();
  }

  @Override
  public Optional<TaskGroup> findGroup(UUID id) {
    return unused();
  }

  @Override
  public List<TaskGroup> listGroups(@Nullable UUID before, int limit) {
    return unused();
  }

  @Override
  public List<StoredTask> parts(UUID group, int from, int limit) {
    return unused();
  }

  @Override
  public int prune(Instant finishedBefore, Instant openBefore, int limit) {
    return 0;
  }

  @Override
  public Map<TaskState, Long> countByState() {
    return Map.of();
  }
}
