package dev.warren.producer.store;

import dev.warren.producer.store.TaskStore.Content;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads tasks. */
final class TaskReads {

  private static final int BATCH = 1000;

  private final Database database;

  TaskReads(Database database) {
    this.database = database;
  }

  Optional<StoredTask> find(UUID id) {
    return Optional.ofNullable(
        database.first(
            "select " + TaskRows.COLUMNS + " from task where id = ?",
            to -> to.id(id),
            TaskRows::task));
  }

  List<StoredTask> findAll(Collection<UUID> ids) {
    List<UUID> all = List.copyOf(ids);
    List<StoredTask> found = new ArrayList<>(all.size());
    for (int from = 0; from < all.size(); from += BATCH) {
      List<UUID> some = all.subList(from, Math.min(all.size(), from + BATCH));
      found.addAll(
          database.query(
              "select " + TaskRows.COLUMNS + " from task where id = any(?)",
              to -> to.ids(some),
              TaskRows::task));
    }
    return found;
  }

  Optional<Content> content(UUID id) {
    return Optional.ofNullable(
        database.first(
            "select args, kwargs from task_content where task_id = ?",
            to -> to.id(id),
            (row, index) -> new Content(TaskRows.text(row, "args"), TaskRows.text(row, "kwargs"))));
  }

  /** For each state one query, which an index answers in order. */
  List<StoredTask> list(TaskQuery query) {
    if (query.states().isEmpty() || query.group() != null) {
      return list(query, null);
    }
    return query.states().stream()
        .flatMap(state -> list(query, state).stream())
        .sorted(Comparator.comparing(StoredTask::id).reversed())
        .limit(query.limit())
        .toList();
  }

  private List<StoredTask> list(TaskQuery query, @Nullable TaskState state) {
    StringBuilder sql = new StringBuilder("select " + TaskRows.BRIEF + " from task where true");
    Set<TaskState> among = state == null ? query.states() : Set.of();
    sql.append(state == null ? "" : " and state = ?");
    sql.append(among.isEmpty() ? "" : " and state = any(?)");
    sql.append(query.task() == null ? "" : " and task = ?");
    sql.append(query.queue() == null ? "" : " and queue = ?");
    sql.append(query.group() == null ? "" : " and group_id = ?");
    sql.append(query.before() == null ? "" : " and id < ?");
    sql.append(state == null ? " order by id desc" : " order by state desc, id desc");
    return database.query(
        sql.append(" limit ?").toString(),
        to -> {
          if (state != null) {
            to.text(state.name());
          }
          if (!among.isEmpty()) {
            to.texts(among.stream().map(TaskState::name).toList());
          }
          if (query.task() != null) {
            to.text(query.task());
          }
          if (query.queue() != null) {
            to.text(query.queue());
          }
          if (query.group() != null) {
            to.id(query.group());
          }
          if (query.before() != null) {
            to.id(query.before());
          }
          to.count(query.limit());
        },
        TaskRows::task);
  }

  List<Attempt> attempts(StoredTask task) {
    List<Attempt> attempts =
        new ArrayList<>(
            database.query(
                "select * from task_attempt where task_id = ? and generation = ? order by attempt",
                to -> to.id(task.id()).count(task.generation()),
                TaskReads::attempt));
    int last = attempts.isEmpty() ? 0 : attempts.get(attempts.size() - 1).number();
    if (task.attempts() > last) {
      boolean failed = task.error() != null && task.state() != TaskState.REVOKED;
      attempts.add(
          new Attempt(
              task.attempts(),
              task.worker(),
              task.startedAt(),
              task.finishedAt(),
              failed ? task.error().type() : null,
              failed ? task.error().message() : null));
    }
    return attempts;
  }

  private static Attempt attempt(ResultSet row, int index) throws SQLException {
    return new Attempt(
        row.getInt("attempt"),
        row.getString("worker"),
        TaskRows.moment(row, "started_at"),
        TaskRows.moment(row, "ended_at"),
        row.getString("error_type"),
        row.getString("error_message"));
  }

  /** The parts whose items begin at, or go on behind, item {@code from}. */
  List<StoredTask> parts(UUID group, int from, int limit) {
    return database.query(
        "select "
            + TaskRows.COLUMNS
            + " from task where group_id = ? and first_item >= coalesce((select first_item from"
            + " task where group_id = ? and first_item <= ? and first_item + items > ?"
            + " order by first_item desc limit 1), ?) order by group_id, first_item limit ?",
        to -> to.id(group).id(group).count(from).count(from).count(from).count(limit),
        TaskRows::task);
  }

  long countUnfinished() {
    Long count =
        database.first(
            "select count(*) from task where state in " + TaskRows.UNFINISHED,
            to -> {},
            (row, index) -> row.getLong(1));
    return count == null ? 0 : count;
  }

  Map<TaskState, Long> countByState() {
    Map<TaskState, Long> counts = new EnumMap<>(TaskState.class);
    database
        .query(
            "select state, count(*) as tasks from task group by state",
            to -> {},
            (row, index) ->
                Map.entry(TaskState.valueOf(TaskRows.text(row, "state")), row.getLong("tasks")))
        .forEach(count -> counts.put(count.getKey(), count.getValue()));
    return counts;
  }

  /**
   * A task that this transaction has locked.
   *
   * @param cancelRequested whether it was cancelled while it ran
   */
  record Locked(StoredTask task, boolean cancelRequested) {
    private static Locked of(ResultSet row, int index) throws SQLException {
      return new Locked(TaskRows.task(row, index), row.getBoolean("cancel_requested"));
    }
  }

  /** Locks tasks, in the order of their ids, so that nobody waits for somebody who waits. */
  List<Locked> lock(Collection<UUID> ids) {
    List<UUID> sorted = ids.stream().distinct().sorted().toList();
    return database.query(
        "select " + TaskRows.COLUMNS + " from task where id = any(?) order by id for update",
        to -> to.ids(sorted),
        Locked::of);
  }
}
