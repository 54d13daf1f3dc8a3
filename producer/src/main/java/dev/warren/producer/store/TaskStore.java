package dev.warren.producer.store;

import dev.warren.producer.store.Claim.Lease;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The database's tasks and groups, shared by all producers. Thread-safe. Each method is one
 * transaction, blocks for it, and tries again up to three times after a deadlock or a serialization
 * failure.
 *
 * <ol>
 *   <li><b>I1</b> A task and its place in the outbox ({@code publish_at}) are stored in one
 *       transaction: as long as a task has one, some producer will publish it.
 *   <li><b>I2</b> What somebody was told is accepted is never withdrawn.
 *   <li><b>I3</b> A state only moves forward ({@link TaskLattice}); a finished one never changes.
 * </ol>
 *
 * All methods throw {@link StoreUnavailableException} if the database does not answer or refuses;
 * those that write then may have written, or not, unless it says otherwise. Moments are kept in
 * microseconds.
 */
public interface TaskStore {

  /** A random id that this database has, and no other: one for each lineage of backups. */
  UUID identity();

  // --- accepting -------------------------------------------------------------------------------

  /**
   * Adds tasks. A row whose idempotency key is known already is not added, the others are.
   *
   * @return for each row the earlier request of its key, or null if it was added; in their order
   */
  List<@Nullable Earlier> add(List<NewRow> rows);

  /**
   * An earlier request with the same idempotency key.
   *
   * @param fingerprint the earlier request's
   * @param task its task; null if it was pruned
   * @param accepted whether its caller was, or will be, told that it is accepted; false while that
   *     is open
   */
  record Earlier(String fingerprint, UUID id, @Nullable StoredTask task, boolean accepted) {}

  /**
   * Removes tasks that the broker certainly did not take, and their idempotency keys; but not those
   * that are accepted meanwhile (I2).
   *
   * @return the ids that are removed
   */
  Set<UUID> withdraw(Collection<UUID> ids);

  /** From now on these are accepted, although nobody knows whether the broker has them. */
  void accept(Collection<UUID> ids);

  /** How many tasks are not finished; expensive with many tasks. */
  long countUnfinished();

  // --- outbox ----------------------------------------------------------------------------------

  /**
   * Takes tasks to publish: those whose {@code publish_at} has come, the earliest first; fewer than
   * there are if they are large. They are accepted from now on.
   *
   * @param leaseUntil nobody else takes them before
   * @param except queues to leave out
   */
  List<Claim> claimDue(Instant now, Instant leaseUntil, int limit, Set<String> except);

  /** As {@link #claimDue}, of one queue only. */
  List<Claim> claimDueOf(String queue, Instant now, Instant leaseUntil, int limit);

  /** Holds leases for longer: what is still held of them, with their new end. */
  List<Lease> renew(Collection<Lease> leases, Instant leaseUntil);

  /** The broker has these; a lease that is not held any more is skipped. SCHEDULED → QUEUED. */
  void sent(Collection<Lease> leases, Instant now);

  /** To be tried again at a moment, because the queue is full or the broker away. As sent. */
  void postpone(Collection<Lease> leases, Instant until);

  /**
   * Tasks of a queue that were sent, and not heard of since; those of the longest silence first.
   *
   * @param before sent, and last heard of, before this moment
   */
  List<Silent> silent(String queue, Instant before, int limit);

  /**
   * A task that was sent and is not finished.
   *
   * @param messageId what the message calls it
   * @param since when it was sent, or last heard of
   */
  record Silent(UUID id, UUID messageId, String queue, Instant since) {}

  /**
   * Puts tasks that are nowhere any more back into the outbox; those that finished, or were heard
   * of since, are skipped.
   *
   * @return those that are to be published again
   */
  Set<UUID> republish(Collection<Silent> lost, Instant now);

  // --- results ---------------------------------------------------------------------------------

  /**
   * Takes news into account, in their order, many at once.
   *
   * @return each task that is known, as it is after all of them, once
   */
  Applied apply(List<TaskUpdate> updates, Instant now);

  /**
   * What news did.
   *
   * @param tasks the tasks that changed, as they are now
   * @param late ids of those that were finished already, so that news were ignored
   * @param unknown how many updates tell of tasks that are not known
   */
  record Applied(List<StoredTask> tasks, List<UUID> late, int unknown) {}

  // --- cancelling ------------------------------------------------------------------------------

  /**
   * Ends a task that has not begun as REVOKED; marks one that runs as to be cancelled.
   *
   * @return the task afterwards, and whether this call ended it; empty if it is not known
   */
  Optional<Cancelled> cancel(UUID id, Instant now);

  /** What a cancellation did; {@code requested}: it runs, and its worker has to be told. */
  record Cancelled(StoredTask task, boolean ended, boolean requested) {}

  /** Cancels all unfinished parts of a group, as {@link #cancel}. */
  List<Cancelled> cancelGroup(UUID group, Instant now);

  // --- reading ---------------------------------------------------------------------------------

  /** The task as it is now; empty if it is not known, or not any more. */
  Optional<StoredTask> find(UUID id);

  /** Those of these tasks that are known; in no order. */
  List<StoredTask> findAll(Collection<UUID> ids);

  /** The arguments of a task: JSON texts of an array and an object. */
  Optional<Content> content(UUID id);

  /** A task's arguments, as JSON. */
  record Content(String args, String kwargs) {}

  /** Tasks, newest first; without result and trace. */
  List<StoredTask> list(TaskQuery query);

  /** All attempts of a task, as it was read, that are known; the first one first. */
  List<Attempt> attempts(StoredTask task);

  // --- groups ----------------------------------------------------------------------------------

  /** Begins a group; its parts are added with {@link #add}, and wait until it is sealed. */
  void openGroup(UUID id, String task, String queue, int chunkSize, Instant now);

  /**
   * Accepts a group with all its parts: from now on they are published.
   *
   * @param idempotency what makes a repetition known, or null
   * @return the earlier group of this key, in which case this one is removed; null if it is sealed
   */
  @Nullable EarlierGroup sealGroup(
      UUID id, int items, @Nullable Idempotency idempotency, Instant now);

  /** An earlier group with the same idempotency key. */
  record EarlierGroup(String fingerprint, UUID id) {}

  /** Removes a group that was not sealed, with its parts. */
  void dropGroup(UUID id);

  /** A sealed group as it is now; empty if it is not known, or not any more. */
  Optional<TaskGroup> findGroup(UUID id);

  /** Sealed groups, newest first, older than {@code before} if that is not null. */
  List<TaskGroup> listGroups(@Nullable UUID before, int limit);

  /** Parts of a group with their results, in order, from the one that has item {@code from} on. */
  List<StoredTask> parts(UUID group, int from, int limit);

  // --- retention -------------------------------------------------------------------------------

  /**
   * Forgets what finished before a moment, with its attempts, idempotency keys and groups, and
   * groups that were begun a long time ago and never sealed; at most {@code limit} tasks.
   *
   * @return how many tasks were forgotten: call again while it is {@code limit}
   */
  int prune(Instant finishedBefore, Instant openBefore, int limit);

  /** How many tasks are in each state, for metrics; expensive with many tasks. */
  Map<TaskState, Long> countByState();
}
