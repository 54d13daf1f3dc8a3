package dev.warren.producer.store;

import dev.warren.producer.store.TaskReads.Locked;
import dev.warren.producer.store.TaskStore.Cancelled;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Ends what has not begun, and marks what runs. */
final class Cancels {

  private static final int BATCH = 500;

  private final Database database;
  private final TaskReads reads;

  Cancels(Database database, TaskReads reads) {
    this.database = database;
    this.reads = reads;
  }

  Optional<Cancelled> cancel(UUID id, Instant now) {
    return cancel(List.of(id), now).stream().findFirst();
  }

  /** One transaction for each batch: the parts of a group may be many. */
  List<Cancelled> cancelGroup(UUID group, Instant now) {
    List<UUID> parts =
        database.read(
            () ->
                database.query(
                    "select id from task where group_id = ? and state in " + TaskRows.UNFINISHED,
                    to -> to.id(group),
                    (row, index) -> TaskRows.uuid(row, "id")));
    List<Cancelled> cancelled = new ArrayList<>(parts.size());
    for (int from = 0; from < parts.size(); from += BATCH) {
      cancelled.addAll(cancel(parts.subList(from, Math.min(parts.size(), from + BATCH)), now));
    }
    return cancelled;
  }

  private List<Cancelled> cancel(List<UUID> ids, Instant moment) {
    Instant now = Moments.micros(moment);
    return database.write(
        () -> {
          List<Cancelled> all = reads.lock(ids).stream().map(row -> cancelled(row, now)).toList();
          database.batch(
              TaskRows.UPDATE,
              all.stream().filter(Cancelled::ended).toList(),
              (to, ended) -> TaskRows.bindUpdate(to, ended.task(), null, null));
          database.batch(
              "update task set cancel_requested = true where id = ?",
              all.stream().filter(Cancelled::requested).toList(),
              (to, requested) -> to.id(requested.task().id()));
          return all;
        });
  }

  private static Cancelled cancelled(Locked row, Instant now) {
    StoredTask task = row.task();
    if (task.state().isFinished()) {
      return new Cancelled(task, false, false);
    }
    if (task.state() == TaskState.STARTED) {
      return new Cancelled(task, false, true);
    }
    TaskDraft draft = new TaskDraft(task);
    draft.state = TaskState.REVOKED;
    draft.finishedAt = now;
    draft.dueAt = null;
    draft.error = TaskLattice.CANCELLED;
    return new Cancelled(draft.done(), true, false);
  }
}
