package dev.warren.producer.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads groups: how far they are is summed up from their parts each time. */
final class GroupRows {

  private static final String KNOWN =
      "select id, task, queue, items, chunk_size, submitted_at from task_group"
          + " where stage in ('SEALED', 'RELEASED')";

  private static final String SUMS =
      """
      select group_id, state, count(*) as parts, sum(items) as items, sum(done) as done,
        sum(failed) as failed, max(finished_at) as finished_at
      from task where group_id = any(?) group by group_id, state
      """;

  private final Database database;

  GroupRows(Database database) {
    this.database = database;
  }

  Optional<TaskGroup> find(UUID id) {
    return withSums(database.query(KNOWN + " and id = ?", to -> to.id(id), GroupRows::group))
        .stream()
        .findFirst();
  }

  List<TaskGroup> list(@Nullable UUID before, int limit) {
    return withSums(
        database.query(
            KNOWN + (before == null ? "" : " and id < ?") + " order by id desc limit ?",
            to -> {
              if (before != null) {
                to.id(before);
              }
              to.count(limit);
            },
            GroupRows::group));
  }

  private static TaskGroup group(ResultSet row, int index) throws SQLException {
    return new TaskGroup(
        TaskRows.uuid(row, "id"),
        TaskRows.text(row, "task"),
        TaskRows.text(row, "queue"),
        row.getInt("items"),
        row.getInt("chunk_size"),
        0,
        0,
        Map.of(),
        TaskRows.present(TaskRows.moment(row, "submitted_at")),
        null);
  }

  private List<TaskGroup> withSums(List<TaskGroup> groups) {
    Map<UUID, Sums> sums = sums(groups.stream().map(TaskGroup::id).toList());
    return groups.stream()
        .map(group -> sums.getOrDefault(group.id(), new Sums()).of(group))
        .toList();
  }

  private Map<UUID, Sums> sums(Collection<UUID> groups) {
    Map<UUID, Sums> sums = new HashMap<>();
    database.query(
        SUMS,
        to -> to.ids(groups),
        (row, index) -> {
          sums.computeIfAbsent(TaskRows.uuid(row, "group_id"), id -> new Sums()).add(row);
          return true;
        });
    return sums;
  }

  /** What a group's parts come to; on one thread. */
  private static final class Sums {
    private final Map<TaskState, Integer> parts = new EnumMap<>(TaskState.class);
    private int done;
    private int failed;
    private @Nullable Instant finishedAt;

    void add(ResultSet row) throws SQLException {
      TaskState state = TaskState.valueOf(TaskRows.text(row, "state"));
      parts.put(state, row.getInt("parts"));
      // Items that were revoked will have no other outcome.
      int given = state.isFinished() ? row.getInt("items") - row.getInt("done") : 0;
      done += row.getInt("done") + given;
      failed += row.getInt("failed") + given;
      Instant at = TaskRows.moment(row, "finished_at");
      if (at != null && (finishedAt == null || at.isAfter(finishedAt))) {
        finishedAt = at;
      }
    }

    TaskGroup of(TaskGroup group) {
      boolean finished = parts.keySet().stream().allMatch(TaskState::isFinished);
      Instant end = finishedAt == null ? group.submittedAt() : finishedAt;
      return new TaskGroup(
          group.id(),
          group.task(),
          group.queue(),
          group.items(),
          group.chunkSize(),
          done,
          failed,
          parts,
          group.submittedAt(),
          finished ? end : null);
    }
  }
}
