package dev.warren.producer.store;

import dev.warren.Progress;
import dev.warren.wire.TaskError;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How tasks stand in the table {@code task}. */
final class TaskRows {

  private static final String WITHOUT_TEXTS =
      "id, task, queue, state, priority, eta, expires, soft_time_limit_ms, time_limit_ms,"
          + " max_retries, attempts, retries, due_at, worker, submitted_at, started_at, finished_at, progress_current,"
          + " progress_total, group_id, first_item, items, done, failed, generation, star,"
          + " cancel_requested, error_type, error_message";

  /** All of a task but its arguments. */
  static final String COLUMNS = WITHOUT_TEXTS + ", error_trace, result";

  /** As {@link #COLUMNS}, without what may be long. */
  static final String BRIEF =
      WITHOUT_TEXTS + ", cast(null as varchar) as error_trace, cast(null as varchar) as result";

  static final String UNFINISHED = "('SCHEDULED', 'QUEUED', 'STARTED', 'RETRYING')";

  static final String INSERT =
      """
      insert into task (id, task, queue, state, priority, eta, expires, soft_time_limit_ms,
        time_limit_ms, max_retries, attempts, retries, due_at, submitted_at, group_id, first_item, items, done, failed,
        generation, star, publish_at, accepted, cancel_requested)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, false)
      """;

  static final String INSERT_CONTENT =
      "insert into task_content (task_id, args, kwargs) values (?, ?, ?)";

  /** Writes what news, or a cancellation, may have changed. */
  static final String UPDATE =
      """
      update task set state = ?, attempts = ?, retries = ?, due_at = ?, worker = ?, started_at = ?,
        finished_at = ?, progress_current = ?, progress_total = ?, result = ?, error_type = ?,
        error_message = ?, error_trace = ?, done = ?, failed = ?, generation = ?, publish_at = ?,
        heard_at = ?, accepted = true
      where id = ?
      """;

  private TaskRows() {}

  static void bindInsert(Binder to, NewRow row) throws SQLException {
    StoredTask task = row.task();
    TaskOptions options = task.options();
    GroupPart part = task.part();
    to.id(task.id()).text(task.task()).text(task.queue()).text(task.state().name());
    to.count(options.priority()).moment(options.eta()).moment(options.expires());
    to.millis(options.softTimeLimit()).millis(options.timeLimit()).count(options.maxRetries());
    to.moment(task.dueAt()).moment(task.submittedAt());
    to.id(part == null ? null : part.group()).count(part == null ? null : part.first());
    to.count(part == null ? null : part.items()).count(part == null ? null : part.generation());
    to.flag(part == null ? null : part.star());
    to.moment(row.publishAt()).flag(row.accepted());
  }

  static void bindContent(Binder to, NewRow row) throws SQLException {
    to.id(row.task().id()).text(row.args()).text(row.kwargs());
  }

  /**
   * @param publishAt its place in the outbox, or null
   * @param heardAt now, or null if it is finished
   */
  static void bindUpdate(
      Binder to, StoredTask task, @Nullable Instant publishAt, @Nullable Instant heardAt)
      throws SQLException {
    Progress progress = task.progress();
    TaskError error = task.error();
    GroupPart part = task.part();
    to.text(task.state().name()).count(task.attempts()).count(task.retries());
    to.moment(task.dueAt()).text(task.worker());
    to.moment(task.startedAt()).moment(task.finishedAt());
    to.number(progress == null ? null : progress.current());
    to.number(progress == null ? null : progress.total());
    to.text(task.result()).text(error == null ? null : error.type());
    to.text(error == null ? null : error.message()).text(error == null ? null : error.trace());
    to.count(part == null ? null : part.done()).count(part == null ? null : part.failed());
    to.count(part == null ? null : part.generation());
    to.moment(publishAt).moment(heardAt).id(task.id());
  }

  static StoredTask task(ResultSet row, int index) throws SQLException {
    return new StoredTask(
        uuid(row, "id"),
        text(row, "task"),
        text(row, "queue"),
        options(row),
        TaskState.valueOf(text(row, "state")),
        row.getInt("attempts"),
        row.getInt("retries"),
        moment(row, "due_at"),
        row.getString("worker"),
        present(moment(row, "submitted_at")),
        moment(row, "started_at"),
        moment(row, "finished_at"),
        progress(row),
        row.getString("result"),
        error(row),
        part(row));
  }

  static UUID uuid(ResultSet row, String column) throws SQLException {
    return present(row.getObject(column, UUID.class));
  }

  static String text(ResultSet row, String column) throws SQLException {
    return present(row.getString(column));
  }

  static @Nullable Instant moment(ResultSet row, String column) throws SQLException {
    OffsetDateTime moment = row.getObject(column, OffsetDateTime.class);
    return moment == null ? null : moment.toInstant();
  }

  static <T> T present(@Nullable T value) throws SQLException {
    if (value == null) {
      throw new SQLException("a column that is never null is null");
    }
    return value;
  }

  private static TaskOptions options(ResultSet row) throws SQLException {
    return new TaskOptions(
        row.getObject("priority", Integer.class),
        moment(row, "eta"),
        moment(row, "expires"),
        duration(row, "soft_time_limit_ms"),
        duration(row, "time_limit_ms"),
        row.getInt("max_retries"));
  }

  private static @Nullable Duration duration(ResultSet row, String column) throws SQLException {
    Long millis = row.getObject(column, Long.class);
    return millis == null ? null : Duration.ofMillis(millis);
  }

  private static @Nullable Progress progress(ResultSet row) throws SQLException {
    Long current = row.getObject("progress_current", Long.class);
    return current == null ? null : new Progress(current, row.getLong("progress_total"));
  }

  private static @Nullable TaskError error(ResultSet row) throws SQLException {
    String type = row.getString("error_type");
    String message = row.getString("error_message");
    return type == null
        ? null
        : new TaskError(type, message == null ? "" : message, row.getString("error_trace"));
  }

  private static @Nullable GroupPart part(ResultSet row) throws SQLException {
    UUID group = row.getObject("group_id", UUID.class);
    return group == null
        ? null
        : new GroupPart(
            group,
            row.getInt("first_item"),
            row.getInt("items"),
            row.getInt("done"),
            row.getInt("failed"),
            row.getInt("generation"),
            row.getBoolean("star"));
  }
}
