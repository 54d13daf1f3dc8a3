package dev.warren.producer.store;

import dev.warren.wire.TaskError;
import java.time.Instant;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the replies to a part of a group do to it ({@link TaskLattice} has the rest). Pure.
 *
 * <ol>
 *   <li><b>I1</b> Items get their outcomes in order, each once: {@link GroupPart#done} of them have
 *       one, and {@link ItemOutcomes} has as many.
 *   <li><b>I2</b> What is left after an item failed is sent again as a new generation, so that a
 *       reply never tells of items other than those it was sent for.
 *   <li><b>I3</b> Retries count for the item that fails, not for the part.
 * </ol>
 *
 * A part of which one item is left is sent as the plain task, whose reply is the item's value; any
 * other one as a chunk, whose reply is a list.
 */
final class PartLattice {

  private static final String RESULT_LOST = "ResultLost";
  private static final String ITEMS_FAILED = "ItemsFailed";
  private static final int LONGEST_TRACE = 4000;

  private PartLattice() {}

  static StoredTask succeeded(
      StoredTask task, GroupPart part, TaskUpdate news, Instant now, boolean mayRunAgain) {
    String result = news.result() == null ? "null" : news.result();
    List<String> values = part.left() == 1 ? List.of(result) : ItemOutcomes.elements(result);
    TaskDraft draft = TaskLattice.heard(task, news, TaskLattice.attempt(task, news));
    if (values != null && values.size() == part.left()) {
      draft.result = ItemOutcomes.withValues(task.result(), values);
      draft.part = part.withOutcomes(values.size(), 0);
    } else {
      TaskError lost =
          new TaskError(
              RESULT_LOST,
              "a chunk of %d items came back with %s values"
                  .formatted(part.left(), values == null ? "no" : values.size()),
              null);
      fail(draft, part, lost, part.left());
    }
    goOn(draft, news, now, mayRunAgain);
    return draft.done();
  }

  static StoredTask failed(
      StoredTask task,
      GroupPart part,
      TaskUpdate news,
      Instant now,
      DoubleSupplier jitter,
      boolean mayRunAgain) {
    List<String> before = valuesBefore(part, news);
    boolean moved = before != null && !before.isEmpty();
    TaskDraft draft = TaskLattice.heard(task, news, TaskLattice.attempt(task, news));
    GroupPart reached = part;
    if (moved) {
      draft.result = ItemOutcomes.withValues(task.result(), before);
      reached = part.withOutcomes(before.size(), 0);
      draft.part = reached;
    }
    int retries = moved ? 0 : task.retries(); // I3
    if (mayRunAgain && TaskLattice.isRetried(task, news, retries)) {
      if (moved) {
        sendAgain(draft, reached);
      }
      TaskLattice.retry(draft, news, retries, now, jitter);
      return draft.done();
    }
    fail(draft, reached, brief(news.error()), before == null ? reached.left() : 1);
    goOn(draft, news, now, mayRunAgain);
    return draft.done();
  }

  /** The values of the items before the one that failed; null if the reply does not tell them. */
  private static @Nullable List<String> valuesBefore(GroupPart part, TaskUpdate news) {
    List<String> values = part.left() == 1 ? null : ItemOutcomes.elements(news.result());
    return values == null || values.size() >= part.left() ? null : values;
  }

  private static void fail(TaskDraft draft, GroupPart part, TaskError error, int items) {
    draft.result = ItemOutcomes.withErrors(draft.result, error, items);
    draft.part = part.withOutcomes(items, items);
    draft.error = error;
  }

  /** Sends what is left, or ends. */
  private static void goOn(TaskDraft draft, TaskUpdate news, Instant now, boolean mayRunAgain) {
    GroupPart part = draft.part;
    if (part == null) {
      return;
    }
    if (part.left() > 0 && mayRunAgain) {
      sendAgain(draft, part);
      draft.state = TaskState.QUEUED;
      draft.retries = 0;
      draft.dueAt = now;
      draft.startedAt = null;
      draft.error = null;
    } else if (part.left() > 0) {
      TaskLattice.finish(draft, TaskState.REVOKED, news, now);
      draft.error = TaskLattice.CANCELLED;
    } else if (part.failed() > 0) {
      TaskLattice.finish(draft, TaskState.FAILED, news, now);
      if (part.items() > 1) {
        draft.error =
            new TaskError(
                ITEMS_FAILED, "%d of %d items failed".formatted(part.failed(), part.items()), null);
      }
    } else {
      TaskLattice.finish(draft, TaskState.SUCCEEDED, news, now);
    }
  }

  /** The next message has other items, and counts its attempts anew (I2). */
  private static void sendAgain(TaskDraft draft, GroupPart part) {
    draft.part = part.sentAgain();
    draft.attempts = 0;
  }

  private static TaskError brief(@Nullable TaskError error) {
    TaskError whole = TaskLattice.whole(error);
    if (whole == null) {
      return new TaskError("Unknown", "the worker did not tell why", null);
    }
    String trace = whole.trace();
    return new TaskError(
        whole.type(),
        TaskLattice.shortened(whole.message(), TaskLattice.LONGEST_NOTE),
        trace == null ? null : TaskLattice.shortened(trace, LONGEST_TRACE));
  }
}
