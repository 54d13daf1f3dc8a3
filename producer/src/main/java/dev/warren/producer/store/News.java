package dev.warren.producer.store;

import dev.warren.producer.FailPoint;
import dev.warren.producer.store.TaskStore.Applied;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Works replies into tasks: all of a batch in memory, and then each changed task written once. */
final class News {

  private static final String KEEP_ATTEMPT =
      """
      insert into task_attempt (task_id, generation, attempt, worker, started_at, ended_at,
        error_type, error_message)
      values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
      """;

  private final Database database;
  private final TaskReads reads;

  News(Database database, TaskReads reads) {
    this.database = database;
    this.reads = reads;
  }

  Applied apply(List<TaskUpdate> updates, Instant moment) {
    Instant now = Moments.micros(moment);
    return database.write(
        () -> {
          Batch batch = new Batch(now, reads.lock(updates.stream().map(TaskUpdate::id).toList()));
          updates.forEach(batch::take);
          List<StoredTask> changed = List.copyOf(batch.changed.values());
          database.batch(
              TaskRows.UPDATE, changed, (to, task) -> bind(to, task, batch.heardAt(task.id())));
          database.batch(KEEP_ATTEMPT, batch.ended, News::bind);
          FailPoint.S12_BEFORE_COMMIT.hit();
          return new Applied(
              changed.stream().map(News::shown).toList(), List.copyOf(batch.late), batch.unknown);
        });
  }

  private static void bind(Binder to, StoredTask task, Instant heardAt) throws SQLException {
    TaskRows.bindUpdate(to, shown(task), task.dueAt(), task.state().isFinished() ? null : heardAt);
  }

  /** What is left of a part is due at once; that is no eta. */
  private static StoredTask shown(StoredTask task) {
    if (task.state() != TaskState.QUEUED) {
      return task;
    }
    TaskDraft draft = new TaskDraft(task);
    draft.dueAt = null;
    return draft.done();
  }

  private static void bind(Binder to, EndedAttempt ended) throws SQLException {
    Attempt attempt = ended.attempt();
    to.id(ended.task()).count(ended.generation()).count(attempt.number());
    to.text(attempt.worker()).moment(attempt.startedAt()).moment(attempt.endedAt());
    to.text(attempt.errorType()).text(attempt.errorMessage());
  }

  private record EndedAttempt(UUID task, int generation, Attempt attempt) {}

  /** The state of one batch; on one thread. */
  private static final class Batch {
    private final Instant now;
    private final Map<UUID, StoredTask> tasks = new HashMap<>();
    private final Set<UUID> cancelled = new HashSet<>();
    private final Map<UUID, StoredTask> changed = new LinkedHashMap<>();
    private final Map<UUID, Instant> silentUntil = new HashMap<>();
    private final Set<UUID> late = new LinkedHashSet<>();
    private final List<EndedAttempt> ended = new ArrayList<>();
    private int unknown;

    Batch(Instant now, List<TaskReads.Locked> locked) {
      this.now = now;
      for (TaskReads.Locked row : locked) {
        tasks.put(row.task().id(), row.task());
        if (row.cancelRequested()) {
          cancelled.add(row.task().id());
        }
      }
    }

    void take(TaskUpdate news) {
      UUID id = news.id();
      StoredTask before = tasks.get(id);
      if (before == null) {
        unknown++;
      } else if (before.state().isFinished()) {
        late.add(id);
      } else {
        boolean mayRunAgain = !cancelled.contains(id);
        StoredTask after = TaskLattice.after(before, news, now, Batch::jitter, mayRunAgain);
        if (after != before) {
          tasks.put(id, after);
          changed.put(id, after);
          silentUntil.remove(id);
          Instant dueAt = TaskLattice.moment(news.dueAt());
          if (news.status() == TaskStatus.RETRY && dueAt != null && dueAt.isAfter(now)) {
            silentUntil.put(id, dueAt);
          }
          keepAttempts(before, after, news);
        }
      }
    }

    /** A broker that holds it for a while has not lost it. */
    Instant heardAt(UUID id) {
      return silentUntil.getOrDefault(id, now);
    }

    private static double jitter() {
      return ThreadLocalRandom.current().nextDouble();
    }

    private void keepAttempts(StoredTask before, StoredTask after, TaskUpdate news) {
      if (before.state() == TaskState.STARTED && after.attempts() > before.attempts()) {
        keep(before, null, null); // nobody told how it ended
      }
      boolean told = news.status() == TaskStatus.FAILURE || news.status() == TaskStatus.RETRY;
      if (told && after.state() == TaskState.RETRYING && after.attempts() > 0) {
        Instant doneAt = TaskLattice.moment(news.doneAt());
        keep(after, doneAt == null ? now : doneAt, after.error());
      }
    }

    private void keep(StoredTask task, @Nullable Instant endedAt, @Nullable TaskError error) {
      ended.add(
          new EndedAttempt(
              task.id(),
              task.generation(),
              new Attempt(
                  task.attempts(),
                  task.worker(),
                  task.startedAt(),
                  endedAt,
                  error == null ? null : error.type(),
                  error == null ? null : error.message())));
    }
  }
}
