package dev.warren.producer.store;

import dev.warren.Progress;
import dev.warren.wire.TaskError;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A task while news are worked into it: what they can change, and the rest as it was. */
final class TaskDraft {

  private final StoredTask before;

  TaskState state;
  int attempts;
  int retries;
  @Nullable Instant dueAt;
  @Nullable String worker;
  @Nullable Instant startedAt;
  @Nullable Instant finishedAt;
  @Nullable Progress progress;
  @Nullable String result;
  @Nullable TaskError error;
  @Nullable GroupPart part;

  TaskDraft(StoredTask before) {
    this.before = before;
    this.state = before.state();
    this.attempts = before.attempts();
    this.retries = before.retries();
    this.dueAt = before.dueAt();
    this.worker = before.worker();
    this.startedAt = before.startedAt();
    this.finishedAt = before.finishedAt();
    this.progress = before.progress();
    this.result = before.result();
    this.error = before.error();
    this.part = before.part();
  }

  /** The task as it is now; the very same object if nothing has changed. */
  StoredTask done() {
    StoredTask after =
        new StoredTask(
            before.id(),
            before.task(),
            before.queue(),
            before.options(),
            state,
            attempts,
            retries,
            dueAt,
            worker,
            before.submittedAt(),
            startedAt,
            finishedAt,
            progress,
            result,
            error,
            part);
    return after.equals(before) ? before : after;
  }
}
