package dev.warren.producer.store;

import dev.warren.producer.FailPoint;
import dev.warren.producer.store.TaskStore.Earlier;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * New tasks, and their idempotency keys.
 *
 * <ol>
 *   <li><b>I1</b> The key's row decides: whoever inserts it has the key, in one transaction with
 *       the task. Everybody else waits for that transaction, and then finds the task.
 * </ol>
 */
final class Intake {

  private static final String INSERT_KEY =
      "insert into idempotency (request_key, fingerprint, task_id) values (?, ?, ?)"
          + " on conflict do nothing";

  private static final String HOLDERS =
      "select request_key, task_id from idempotency where request_key = any(?)";

  private static final String EARLIER =
      "select k.request_key, k.fingerprint, k.task_id, t.accepted from idempotency k"
          + " left join task t on t.id = k.task_id where k.request_key = any(?)";

  private final Database database;
  private final TaskReads reads;

  Intake(Database database, TaskReads reads) {
    this.database = database;
    this.reads = reads;
  }

  List<@Nullable Earlier> add(List<NewRow> rows) {
    return database.write(
        () -> {
          Set<NewRow> repeated = repeated(rows);
          List<NewRow> added = rows.stream().filter(row -> !repeated.contains(row)).toList();
          database.batch(TaskRows.INSERT, added, TaskRows::bindInsert);
          database.batch(TaskRows.INSERT_CONTENT, added, TaskRows::bindContent);
          List<@Nullable Earlier> earlier = earlier(rows, repeated);
          FailPoint.S1_BEFORE_COMMIT.hit();
          return earlier;
        });
  }

  /** Inserts the keys, and tells whose key is another's. */
  private Set<NewRow> repeated(List<NewRow> rows) {
    List<NewRow> keyed =
        rows.stream()
            .filter(row -> row.idempotency() != null)
            .sorted(Comparator.comparing(row -> key(row).key())) // or two producers deadlock
            .toList();
    if (keyed.isEmpty()) {
      return Set.of();
    }
    database.batch(INSERT_KEY, keyed, (to, row) -> bindKey(to, key(row), row.task().id()));
    Map<String, UUID> holders = new HashMap<>();
    database.query(
        HOLDERS,
        to -> to.texts(keys(keyed)),
        (row, index) ->
            holders.put(TaskRows.text(row, "request_key"), TaskRows.uuid(row, "task_id")));
    return keyed.stream()
        .filter(row -> !row.task().id().equals(holders.get(key(row).key())))
        .collect(Collectors.toSet());
  }

  private List<@Nullable Earlier> earlier(List<NewRow> rows, Set<NewRow> repeated) {
    Map<String, Earlier> known = repeated.isEmpty() ? Map.of() : known(repeated);
    List<@Nullable Earlier> all = new ArrayList<>(rows.size());
    for (NewRow row : rows) {
      Earlier earlier = repeated.contains(row) ? known.get(key(row).key()) : null;
      if (repeated.contains(row)
          && (earlier == null || earlier.task() == null && !earlier.accepted())) {
        throw withdrawn();
      }
      all.add(earlier);
    }
    return all;
  }

  private Map<String, Earlier> known(Collection<NewRow> repeated) {
    List<Known> found = database.query(EARLIER, to -> to.texts(keys(repeated)), Known::of);
    Map<UUID, StoredTask> tasks = new HashMap<>();
    reads
        .findAll(found.stream().map(Known::task).toList())
        .forEach(task -> tasks.put(task.id(), task));
    Map<String, Earlier> earlier = new HashMap<>();
    for (Known key : found) {
      StoredTask task = tasks.get(key.task());
      earlier.put(key.key(), new Earlier(key.fingerprint(), key.task(), task, key.accepted()));
    }
    return earlier;
  }

  private static List<String> keys(Collection<NewRow> rows) {
    return rows.stream().map(row -> key(row).key()).distinct().toList();
  }

  private static RuntimeException withdrawn() {
    return Database.lostRace("the earlier request was withdrawn meanwhile");
  }

  /** What is known by a key; a task that is pruned, or is a group, was accepted. */
  private record Known(String key, String fingerprint, UUID task, boolean accepted) {
    static Known of(ResultSet row, int index) throws SQLException {
      return new Known(
          TaskRows.text(row, "request_key"),
          TaskRows.text(row, "fingerprint"),
          TaskRows.uuid(row, "task_id"),
          !Boolean.FALSE.equals(row.getObject("accepted", Boolean.class)));
    }
  }

  private static Idempotency key(NewRow row) {
    Idempotency key = row.idempotency();
    if (key == null) {
      throw new IllegalArgumentException("a row without an idempotency key");
    }
    return key;
  }

  private static void bindKey(Binder to, Idempotency key, UUID task) throws SQLException {
    to.text(key.key()).text(key.fingerprint()).id(task);
  }

  /**
   * Takes a group's key, inside of a transaction.
   *
   * @return the one who has it, or null if it is this one's
   */
  TaskStore.@Nullable EarlierGroup claim(Idempotency key, UUID group) {
    if (database.update(INSERT_KEY, to -> bindKey(to, key, group)) > 0) {
      return null;
    }
    Known known = database.first(EARLIER, to -> to.texts(List.of(key.key())), Known::of);
    if (known == null) {
      throw withdrawn();
    }
    return new TaskStore.EarlierGroup(known.fingerprint(), known.task());
  }

  Set<UUID> withdraw(Collection<UUID> ids) {
    return database.write(
        () -> {
          List<UUID> sorted = ids.stream().distinct().sorted().toList();
          List<UUID> removed =
              database.changed(
                  "delete from task where id = ? and accepted = false", sorted, Binder::id);
          database.update("delete from task_content where task_id = any(?)", to -> to.ids(removed));
          database.update("delete from idempotency where task_id = any(?)", to -> to.ids(removed));
          return new HashSet<>(removed);
        });
  }

  void accept(Collection<UUID> ids) {
    List<UUID> sorted = ids.stream().distinct().sorted().toList();
    database.write(
        () ->
            database.batch(
                "update task set accepted = true where id = ? and accepted = false",
                sorted,
                Binder::id));
  }
}
