package dev.warren;

import java.time.Duration;

/**
 * A group of tasks, and a callback that is called once, with the list of all their results, in
 * order, as its first argument; Celery's {@code chord}, which Celery itself does not have over
 * RabbitMQ.
 *
 * <pre>{@code
 * pool.applyAsync(Chord.of(Group.of(pages), MERGE.with("book.pdf")));
 * }</pre>
 *
 * The results wait on the broker: once the handle is accepted the callback is called whatever
 * becomes of the caller, and of workers that are lost. It is never called twice, unless its own
 * worker is lost while it runs: then, as every task, again. If one of the tasks fails, the callback
 * is not called, and the handle fails with a {@link WarrenException.TaskFailedException} of type
 * {@code ChordError} when all of them have ended.
 *
 * <p>The callback runs on a Warren worker; the tasks may run on Celery's, too. The results must
 * together be no larger than a message may be. Immutable.
 *
 * @param <R> the type of the callback's result
 */
public final class Chord<R> {

  private static final Duration LONGEST_WAIT = Duration.ofDays(7);

  private final Group<?> group;
  private final TaskCall<R> callback;
  private final Duration waitAtMost;

  private Chord(Group<?> group, TaskCall<R> callback, Duration waitAtMost) {
    this.group = group;
    this.callback = callback;
    this.waitAtMost = waitAtMost;
  }

  /** A chord whose tasks may take a day. */
  public static <R> Chord<R> of(Group<?> group, TaskCall<R> callback) {
    return new Chord<>(group, callback, Duration.ofDays(1));
  }

  /**
   * This chord, which fails if its tasks have not all ended so long after it was sent.
   *
   * @throws IllegalArgumentException if that is not more than 0, and at most 7 days
   */
  public Chord<R> waitAtMost(Duration limit) {
    if (limit.isNegative() || limit.isZero() || limit.compareTo(LONGEST_WAIT) > 0) {
      throw new IllegalArgumentException("a chord waits for up to 7 days: " + limit);
    }
    return new Chord<>(group, callback, limit);
  }

  /** The tasks whose results the callback gets. */
  public Group<?> group() {
    return group;
  }

  /** What is called with them. */
  public TaskCall<R> callback() {
    return callback;
  }

  /** How long the results are waited for. */
  public Duration waitAtMost() {
    return waitAtMost;
  }
}
