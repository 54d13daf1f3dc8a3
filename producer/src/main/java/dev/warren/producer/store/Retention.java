package dev.warren.producer.store;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Forgets. Several producers may do so at a time: each batch is locked, and what another one has
 * locked is left to it.
 */
final class Retention {

  /** Looked at in one statement; each may have 100,000 parts. */
  private static final int GROUPS_LOOKED_AT = 2;

  private static final int GROUPS = 20;
  private static final int BATCH = 1000;

  private final Database database;

  Retention(Database database) {
    this.database = database;
  }

  int prune(Instant finishedBefore, Instant openBefore, int limit) {
    int pruned = database.write(() -> pruneTasks(finishedBefore, limit));
    database.write(() -> dropGroups(finishedBefore, openBefore));
    return pruned == limit ? limit : pruned + database.write(() -> pruneParts(limit - pruned));
  }

  /** A group is forgotten as a whole, when its last part may be. */
  private void dropGroups(Instant finishedBefore, Instant openBefore) {
    database.update(
        "update task_group set stage = 'DROPPED' where stage = 'OPEN' and submitted_at < ?",
        to -> to.moment(openBefore));
    List<UUID> old =
        ids(
            """
            select g.id from task_group g
            where g.stage = 'RELEASED' and g.submitted_at < ? and not exists (
              select 1 from task t where t.group_id = g.id
                and (t.finished_at is null or t.finished_at >= ?))
            limit ?
            """,
            to -> to.moment(finishedBefore).moment(finishedBefore).count(GROUPS_LOOKED_AT));
    database.update("update task_group set stage = 'DROPPED' where id = any(?)", to -> to.ids(old));
  }

  private int pruneTasks(Instant finishedBefore, int limit) {
    return remove(
        ids(
            "select id from task where finished_at < ? and group_id is null"
                + " order by finished_at limit ? for update skip locked",
            to -> to.moment(finishedBefore).count(limit)));
  }

  private int pruneParts(int limit) {
    int pruned = 0;
    List<UUID> dropped =
        ids(
            "select id from task_group where stage = 'DROPPED' order by stage, id limit ?"
                + " for update skip locked",
            to -> to.count(GROUPS));
    for (UUID group : dropped) {
      int room = limit - pruned;
      int parts = removeParts(group, room);
      pruned += parts;
      if (parts == room) {
        return pruned;
      }
    }
    return pruned;
  }

  /** Removes a group that is DROPPED. */
  void removeGroup(UUID group) {
    while (database.write(() -> removeParts(group, BATCH)) == BATCH) {
      // the next ones
    }
  }

  private int removeParts(UUID group, int limit) {
    List<UUID> parts =
        ids(
            "select id from task where group_id = ? order by id limit ? for update",
            to -> to.id(group).count(limit));
    if (parts.size() < limit) {
      remove(List.of(group));
    }
    return remove(parts);
  }

  private List<UUID> ids(String sql, Binder.Binding binding) {
    return database.query(sql, binding, (row, index) -> TaskRows.uuid(row, "id"));
  }

  /** Tasks, or a group, and what belongs to them. */
  private int remove(List<UUID> ids) {
    if (ids.isEmpty()) {
      return 0;
    }
    database.update("delete from task_content where task_id = any(?)", to -> to.ids(ids));
    database.update("delete from task_attempt where task_id = any(?)", to -> to.ids(ids));
    database.update("delete from idempotency where task_id = any(?)", to -> to.ids(ids));
    database.update("delete from task_group where id = any(?)", to -> to.ids(ids));
    return database.update("delete from task where id = any(?)", to -> to.ids(ids));
  }
}
