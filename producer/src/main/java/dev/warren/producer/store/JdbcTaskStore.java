package dev.warren.producer.store;

import dev.warren.producer.store.Claim.Lease;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store in H2 or PostgreSQL. Thread-safe.
 *
 * <p>{@link Intake} takes tasks, {@link Outbox} hands them out to be published, {@link News} works
 * replies into them, {@link Retention} forgets them. What concerns all parts of a group, or prunes,
 * is more than one transaction; each of them leaves a state from which anybody can go on.
 */
final class JdbcTaskStore implements TaskStore {

  private static final Logger log = LoggerFactory.getLogger(JdbcTaskStore.class);

  private final Database database;
  private final TaskReads reads;
  private final Intake intake;
  private final Outbox outbox;
  private final News news;
  private final Cancels cancels;
  private final Retention retention;
  private final GroupRows groups;
  private final GroupLife groupLife;

  JdbcTaskStore(DataSource source) {
    this.database = new Database(source);
    this.reads = new TaskReads(database);
    this.intake = new Intake(database, reads);
    this.outbox = new Outbox(database);
    this.news = new News(database, reads);
    this.cancels = new Cancels(database, reads);
    this.retention = new Retention(database);
    this.groups = new GroupRows(database);
    this.groupLife = new GroupLife(database, intake, retention);
  }

  @Override
  public UUID identity() {
    return database.write(
        () -> {
          database.update(
              "insert into store_identity (one, id) values (1, ?) on conflict do nothing",
              to -> to.id(UUID.randomUUID()));
          return database
              .query(
                  "select id from store_identity",
                  to -> {},
                  (row, number) -> row.getObject("id", UUID.class))
              .get(0);
        });
  }

  @Override
  public List<@Nullable Earlier> add(List<NewRow> rows) {
    return intake.add(rows);
  }

  @Override
  public Set<UUID> withdraw(Collection<UUID> ids) {
    return intake.withdraw(ids);
  }

  @Override
  public void accept(Collection<UUID> ids) {
    intake.accept(ids);
  }

  @Override
  public long countUnfinished() {
    return database.read(reads::countUnfinished);
  }

  @Override
  public List<Claim> claimDue(Instant now, Instant leaseUntil, int limit, Set<String> except) {
    releaseForgotten(now);
    return outbox.claimDue(now, leaseUntil, limit, except);
  }

  /** Slow groups are no reason to hold up what is due. */
  private void releaseForgotten(Instant now) {
    try {
      groupLife.releaseForgotten(now);
    } catch (StoreUnavailableException e) {
      log.debug("groups could not be released, and will be later", e);
    }
  }

  @Override
  public List<Claim> claimDueOf(String queue, Instant now, Instant leaseUntil, int limit) {
    return outbox.claimDueOf(queue, now, leaseUntil, limit);
  }

  @Override
  public List<Lease> renew(Collection<Lease> leases, Instant leaseUntil) {
    return outbox.renew(leases, leaseUntil);
  }

  @Override
  public void sent(Collection<Lease> leases, Instant now) {
    outbox.sent(leases, now);
  }

  @Override
  public void postpone(Collection<Lease> leases, Instant until) {
    outbox.postpone(leases, until);
  }

  @Override
  public List<Silent> silent(String queue, Instant before, int limit) {
    return database.read(() -> outbox.silent(queue, before, limit));
  }

  @Override
  public Set<UUID> republish(Collection<Silent> lost, Instant now) {
    return outbox.republish(lost, now);
  }

  @Override
  public Applied apply(List<TaskUpdate> updates, Instant now) {
    return news.apply(updates, now);
  }

  @Override
  public Optional<Cancelled> cancel(UUID id, Instant now) {
    return cancels.cancel(id, now);
  }

  @Override
  public List<Cancelled> cancelGroup(UUID group, Instant now) {
    return cancels.cancelGroup(group, now);
  }

  @Override
  public Optional<StoredTask> find(UUID id) {
    return database.read(() -> reads.find(id));
  }

  @Override
  public List<StoredTask> findAll(Collection<UUID> ids) {
    return database.read(() -> reads.findAll(ids));
  }

  @Override
  public Optional<Content> content(UUID id) {
    return database.read(() -> reads.content(id));
  }

  @Override
  public List<StoredTask> list(TaskQuery query) {
    return database.read(() -> reads.list(query));
  }

  @Override
  public List<Attempt> attempts(StoredTask task) {
    return database.read(() -> reads.attempts(task));
  }

  @Override
  public void openGroup(UUID id, String task, String queue, int chunkSize, Instant now) {
    groupLife.open(id, task, queue, chunkSize, now);
  }

  @Override
  public @Nullable EarlierGroup sealGroup(
      UUID id, int items, @Nullable Idempotency idempotency, Instant now) {
    return groupLife.seal(id, items, idempotency, now);
  }

  @Override
  public void dropGroup(UUID id) {
    groupLife.drop(id);
  }

  @Override
  public Optional<TaskGroup> findGroup(UUID id) {
    return database.read(() -> groups.find(id));
  }

  @Override
  public List<TaskGroup> listGroups(@Nullable UUID before, int limit) {
    return database.read(() -> groups.list(before, limit));
  }

  @Override
  public List<StoredTask> parts(UUID group, int from, int limit) {
    return database.read(() -> reads.parts(group, from, limit));
  }

  @Override
  public int prune(Instant finishedBefore, Instant openBefore, int limit) {
    return retention.prune(finishedBefore, openBefore, limit);
  }

  @Override
  public Map<TaskState, Long> countByState() {
    return database.read(reads::countByState);
  }
}
