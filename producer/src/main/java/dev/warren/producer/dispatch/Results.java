package dev.warren.producer.dispatch;

import dev.warren.producer.FailPoint;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.TaskStore.Applied;
import dev.warren.producer.store.TaskUpdate;
import dev.warren.rabbit.ReplyBatches;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Records what workers answer, many answers in one transaction, and tells those who wait.
 *
 * <ol>
 *   <li><b>I1</b> A reply is acked after its news are committed: a crash in between brings it
 *       again, and it says nothing new then.
 *   <li><b>I2</b> While the database is away, replies wait on the broker.
 *   <li><b>I3</b> One reply that the database refuses does not hold up the others.
 * </ol>
 *
 * Called on one thread; blocks for the database.
 */
final class Results implements ReplyBatches.Handler {

  private static final Logger log = LoggerFactory.getLogger(Results.class);

  /** What no text in a database may have: a half of a pair, and NUL. */
  private static final Pattern UNFIT = Pattern.compile("[\\x{D800}-\\x{DFFF}\\x00]");

  private static final Pattern LONE_SURROGATE = Pattern.compile("[\\x{D800}-\\x{DFFF}]");

  private final TaskStore store;
  private final Waiters waiters;
  private final Revocations revocations;
  private final JsonMapper json;
  private final Clock clock;
  private final Counter late;
  private final Counter unknown;

  Results(
      TaskStore store,
      Waiters waiters,
      Revocations revocations,
      JsonMapper json,
      Clock clock,
      MeterRegistry metrics) {
    this.store = store;
    this.waiters = waiters;
    this.revocations = revocations;
    this.json = json;
    this.clock = clock;
    this.late = metrics.counter("warren.results.late");
    this.unknown = metrics.counter("warren.results.unknown");
  }

  @Override
  public void onReplies(List<ReplyMessage> replies) {
    FailPoint.S11_RECEIVED.hit();
    Instant now = clock.instant();
    List<TaskUpdate> updates = new ArrayList<>(replies.size());
    for (ReplyMessage reply : replies) {
      TaskUpdate update = update(reply);
      if (update != null) {
        updates.add(update);
      } else {
        unknown.increment();
      }
    }
    Applied applied = apply(updates, now);
    FailPoint.S12_COMMITTED.hit();
    unknown.increment(applied.unknown());
    late.increment(applied.late().size());
    stopWhatIsRevoked(updates, applied.late());
    for (StoredTask task : applied.tasks()) {
      waiters.changed(task);
    }
  }

  private Applied apply(List<TaskUpdate> updates, Instant now) {
    try {
      return store.apply(updates, now);
    } catch (StoreUnavailableException e) {
      throw e;
    } catch (RuntimeException e) {
      log.error("replies could not be recorded together, so one by one", e);
      return oneByOne(updates, now);
    }
  }

  private Applied oneByOne(List<TaskUpdate> updates, Instant now) {
    List<StoredTask> tasks = new ArrayList<>();
    List<UUID> ignored = new ArrayList<>();
    int unknowns = 0;
    for (TaskUpdate update : updates) {
      try {
        Applied applied = store.apply(List.of(update), now);
        tasks.addAll(applied.tasks());
        ignored.addAll(applied.late());
        unknowns += applied.unknown();
      } catch (StoreUnavailableException e) {
        throw e;
      } catch (RuntimeException e) {
        log.error("the reply to task {} cannot be recorded; the task fails", update.id(), e);
        tasks.addAll(store.apply(List.of(unrecordable(update)), now).tasks());
      }
    }
    return new Applied(tasks, ignored, unknowns);
  }

  private static TaskUpdate unrecordable(TaskUpdate update) {
    TaskError error = new TaskError("UnreadableReply", "the reply cannot be stored", null);
    return new TaskUpdate(
        update.id(),
        update.generation(),
        TaskStatus.FAILURE,
        null,
        error,
        null,
        update.attempt(),
        null,
        null);
  }

  /** A worker that had not heard of the cancellation has begun, or goes on. */
  private void stopWhatIsRevoked(List<TaskUpdate> updates, List<UUID> late) {
    if (late.isEmpty()) {
      return;
    }
    Set<UUID> running = new HashSet<>();
    for (TaskUpdate update : updates) {
      if (update.status() == TaskStatus.STARTED || update.status() == TaskStatus.PROGRESS) {
        running.add(update.id());
      }
    }
    running.retainAll(late);
    List<StoredTask> revoked =
        running.isEmpty()
            ? List.of()
            : store.findAll(running).stream()
                .filter(task -> task.state() == TaskState.REVOKED)
                .toList();
    revocations.tell(revoked);
  }

  private @Nullable TaskUpdate update(ReplyMessage reply) {
    UUID id = id(reply.taskId());
    if (id == null) {
      log.debug("ignored a reply whose task has no UUID");
      return null;
    }
    return new TaskUpdate(
        TaskId.inStore(id),
        TaskId.generation(id),
        reply.status(),
        result(reply),
        error(reply.error()),
        fit(reply.worker()),
        reply.attempt(),
        reply.startedAt(),
        reply.doneAt(),
        reply.dueAt());
  }

  /** The text "null" of a task that returned nothing; null where nothing is told. */
  private @Nullable String result(ReplyMessage reply) {
    return reply.result() == null && reply.status() != TaskStatus.SUCCESS
        ? null
        : escaped(json.writeValueAsString(reply.result()));
  }

  /**
   * In JSON text, half of a surrogate pair can only stand inside of a string. Python sends such;
   * written out in UTF-8 it needs an escape.
   */
  private static String escaped(String json) {
    return LONE_SURROGATE
        .matcher(json)
        .replaceAll(half -> "\\\\u%04x".formatted((int) half.group().charAt(0)));
  }

  private static @Nullable TaskError error(@Nullable TaskError error) {
    return error == null
        ? null
        : new TaskError(
            String.valueOf(fit(error.type())),
            String.valueOf(fit(error.message())),
            fit(error.trace()));
  }

  private static @Nullable String fit(@Nullable String text) {
    return text == null ? null : UNFIT.matcher(text).replaceAll("\uFFFD");
  }

  private static @Nullable UUID id(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
