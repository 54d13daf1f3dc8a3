package dev.warren;

import java.util.Collection;
import java.util.List;

/**
 * Tasks side by side, of any kind; Celery's {@code group}. For one task over many items {@link
 * WorkerPool#map} is faster, because it sends several in a message.
 *
 * <pre>{@code
 * List<Integer> counts = pool.apply(Group.of(WORDS.with(text), LINES.with(text)));
 * }</pre>
 *
 * Immutable.
 *
 * @param <R> the type of each result
 */
public final class Group<R> {

  private final List<TaskCall<R>> calls;

  private Group(List<TaskCall<R>> calls) {
    this.calls = calls;
  }

  /** A group of calls; their results are in the same order. */
  public static <R> Group<R> of(Collection<TaskCall<R>> calls) {
    return new Group<>(List.copyOf(calls));
  }

  /** As {@link #of(Collection)}. */
  @SafeVarargs
  @SuppressWarnings("varargs") // it is only read
  public static <R> Group<R> of(TaskCall<R>... calls) {
    return new Group<>(List.of(calls));
  }

  /** The calls; may be none. */
  public List<TaskCall<R>> calls() {
    return calls;
  }
}
