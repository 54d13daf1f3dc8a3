package dev.warren.producer.store;

import dev.warren.producer.store.TaskStore.EarlierGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How groups begin and end. A group may have 100,000 parts, so what concerns all of them is done in
 * batches; each step leaves a stage from which anybody can go on.
 *
 * <ol>
 *   <li><b>I1</b> One statement accepts a group: OPEN → SEALED. What follows, putting its parts
 *       into the outbox, is done by whoever sealed it, or by the next relay if that one died.
 *   <li><b>I2</b> No part of a group is in the outbox before it is SEALED.
 *   <li><b>I3</b> A group that is DROPPED is known to nobody, and its parts are in no outbox;
 *       pruning removes them.
 * </ol>
 */
final class GroupLife {

  private static final Logger log = LoggerFactory.getLogger(GroupLife.class);

  private static final int BATCH = 2000;

  /** Whoever seals a group releases its parts in less. */
  private static final Duration SEALER_IS_DEAD = Duration.ofSeconds(3);

  private static final String UNRELEASED =
      "group_id = ? and publish_at is null and heard_at is null"
          + " and state in ('SCHEDULED', 'QUEUED')";

  private final Database database;
  private final Intake intake;
  private final Retention retention;

  GroupLife(Database database, Intake intake, Retention retention) {
    this.database = database;
    this.intake = intake;
    this.retention = retention;
  }

  void open(UUID id, String task, String queue, int chunkSize, Instant now) {
    database.write(
        () ->
            database.update(
                "insert into task_group (id, task, queue, stage, items, chunk_size, submitted_at)"
                    + " values (?, ?, ?, 'OPEN', 0, ?, ?)",
                to -> to.id(id).text(task).text(queue).count(chunkSize).moment(now)));
  }

  @Nullable EarlierGroup seal(UUID id, int items, @Nullable Idempotency key, Instant now) {
    EarlierGroup earlier =
        database.write(
            () -> {
              EarlierGroup known = key == null ? null : intake.claim(key, id);
              if (known == null) {
                int sealed =
                    database.update(
                        "update task_group set stage = 'SEALED', items = ?, submitted_at = ?"
                            + " where id = ? and stage = 'OPEN'",
                        to -> to.count(items).moment(now).id(id));
                if (sealed == 0) {
                  throw new IllegalStateException("group " + id + " is not open");
                }
              }
              return known;
            });
    if (earlier == null) {
      releaseSealed(id, now);
    } else {
      drop(id);
    }
    return earlier;
  }

  /** It is accepted, whatever happens to this. */
  private void releaseSealed(UUID id, Instant now) {
    try {
      release(id, now);
    } catch (StoreUnavailableException e) {
      log.warn("group {} is sealed; its parts come into the outbox later", id, e);
    }
  }

  /** Puts the parts of groups that were sealed by somebody who died into the outbox. */
  void releaseForgotten(Instant now) {
    List<UUID> sealed =
        database.read(
            () ->
                database.query(
                    "select id from task_group where stage = 'SEALED' and submitted_at < ?",
                    to -> to.moment(now.minus(SEALER_IS_DEAD)),
                    (row, index) -> TaskRows.uuid(row, "id")));
    sealed.forEach(id -> release(id, now));
  }

  private void release(UUID group, Instant now) {
    while (database.write(() -> releaseSome(group, now)) > 0) {
      // the next ones
    }
    database.write(
        () ->
            database.update(
                "update task_group set stage = 'RELEASED' where id = ? and stage = 'SEALED'"
                    + " and not exists (select 1 from task where "
                    + UNRELEASED
                    + ")",
                to -> to.id(group).id(group)));
  }

  private int releaseSome(UUID group, Instant now) {
    List<UUID> parts =
        database.query(
            "select id from task where " + UNRELEASED + " order by first_item limit ? for update",
            to -> to.id(group).count(BATCH),
            (row, index) -> TaskRows.uuid(row, "id"));
    return database.update(
        "update task set publish_at = coalesce(due_at, ?) where id = any(?)",
        to -> to.moment(now).ids(parts));
  }

  /** Removes an open group; what does not get done here, pruning does. */
  void drop(UUID group) {
    int dropped =
        database.write(
            () ->
                database.update(
                    "update task_group set stage = 'DROPPED' where id = ? and stage = 'OPEN'",
                    to -> to.id(group)));
    if (dropped > 0) {
      retention.removeGroup(group);
    }
  }
}
