package dev.warren.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a task stands among others, and what follows it: Celery's canvas, in the headers and the
 * third part of a message's body.
 *
 * @param rootId the first task of those that follow each other; null for the task itself
 * @param parentId the task that this one follows, or null
 * @param group the group that the task is in, or null
 * @param groupIndex its place there, or null
 * @param callbacks called with the task's value when it has succeeded
 * @param errbacks called with the task's id when it has failed
 * @param chain what is left of the chain that it is in, the next one last, as Celery has it
 * @see <a href="https://docs.celeryq.dev/en/stable/userguide/canvas.html">Celery's canvas</a>
 */
public record Canvas(
    @Nullable String rootId,
    @Nullable String parentId,
    @Nullable String group,
    @Nullable Integer groupIndex,
    List<Signature> callbacks,
    List<Signature> errbacks,
    List<Signature> chain) {

  /** A task by itself. */
  public static final Canvas NONE =
      new Canvas(null, null, null, null, List.of(), List.of(), List.of());

  /** A task that others follow. */
  public static Canvas chain(List<Signature> chain) {
    return new Canvas(null, null, null, null, List.of(), List.of(), chain);
  }

  /** Whether anything is to be done when the task has ended. */
  public boolean isFollowed() {
    return !(callbacks.isEmpty() && errbacks.isEmpty() && chain.isEmpty());
  }
}
