package dev.warren;

import java.util.ArrayList;
import java.util.List;

/**
 * Tasks one after the other, each with the result of the one before it as its first argument;
 * Celery's {@code chain}.
 *
 * <pre>{@code
 * AsyncResult<Report> report =
 *     pool.applyAsync(Chain.of(FETCH.with(url)).then(PARSE.with()).then(RENDER.with("en")));
 * }</pre>
 *
 * The workers send each step when the one before it has ended: the chain goes on without its
 * caller. The first that fails ends it, and is its failure. A worker that is lost between two steps
 * may run both again. Immutable.
 *
 * @param <R> the type of the last result
 */
public final class Chain<R> {

  /**
   * A step.
   *
   * @param takesResult whether the result of the step before goes before the call's own arguments
   */
  public record Link(TaskCall<?> call, boolean takesResult) {}

  private final List<Link> links;
  private final TaskCall<R> last;

  private Chain(List<Link> links, TaskCall<R> last) {
    this.links = links;
    this.last = last;
  }

  /** A chain of one step. */
  public static <R> Chain<R> of(TaskCall<R> first) {
    return new Chain<>(List.of(new Link(first, false)), first);
  }

  /** This chain, and then a call whose first argument is the result so far. */
  public <S> Chain<S> then(TaskCall<S> next) {
    return with(next, true);
  }

  /** This chain, and then a call with its own arguments only; Celery's immutable signature. */
  public <S> Chain<S> thenOnly(TaskCall<S> next) {
    return with(next, false);
  }

  private <S> Chain<S> with(TaskCall<S> next, boolean takesResult) {
    List<Link> more = new ArrayList<>(links);
    more.add(new Link(next, takesResult));
    return new Chain<>(List.copyOf(more), next);
  }

  /** All steps; at least one. */
  public List<Link> links() {
    return links;
  }

  /** The last step. */
  public TaskCall<R> last() {
    return last;
  }
}
