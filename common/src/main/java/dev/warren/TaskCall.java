package dev.warren;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call of a task, ready to be submitted: its arguments and what the caller chose for it.
 *
 * <pre>{@code
 * pool.applyAsync(WORD_COUNT.with(text).kwarg("language", "en").onSuccess(total::addAndGet));
 * }</pre>
 *
 * Immutable: every method gives another call. It is a {@link Callable} only so that {@link
 * WorkerPool#asExecutorService()} can take it.
 *
 * @param <R> the result's type
 */
public final class TaskCall<R> implements Callable<R> {

  private static final int HIGHEST_PRIORITY = 255;

  private final TaskRef<R> task;
  private final List<? extends @Nullable Object> args;
  private final Map<String, @Nullable Object> kwargs;
  private final Options options;
  private final Callbacks<R> callbacks;

  /**
   * What the caller chose, but for the arguments. Changed only while a call is made from another.
   */
  private static final class Options {

    private static final Options NONE = new Options();

    private @Nullable Instant eta;
    private @Nullable Instant expires;
    private @Nullable Duration softTimeLimit;
    private @Nullable Duration timeLimit;
    private @Nullable Integer priority;
    private @Nullable String queue;

    private Options copy() {
      Options copy = new Options();
      copy.eta = eta;
      copy.expires = expires;
      copy.softTimeLimit = softTimeLimit;
      copy.timeLimit = timeLimit;
      copy.priority = priority;
      copy.queue = queue;
      return copy;
    }
  }

  private TaskCall(
      TaskRef<R> task,
      List<? extends @Nullable Object> args,
      Map<String, @Nullable Object> kwargs,
      Options options,
      Callbacks<R> callbacks) {
    this.task = task;
    this.args = args;
    this.kwargs = kwargs;
    this.options = options;
    this.callbacks = callbacks;
  }

  static <R> TaskCall<R> of(TaskRef<R> task, List<? extends @Nullable Object> args) {
    return new TaskCall<>(task, args, Map.of(), Options.NONE, Callbacks.none());
  }

  private TaskCall<R> with(Consumer<Options> change) {
    Options others = options.copy();
    change.accept(others);
    return new TaskCall<>(task, args, kwargs, others, callbacks);
  }

  /** This call with one more keyword argument. */
  public TaskCall<R> kwarg(String name, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(kwargs);
    more.put(name, value);
    return new TaskCall<>(task, args, Collections.unmodifiableMap(more), options, callbacks);
  }

  /**
   * This call, of no use any more after a moment: a worker that gets it later does not run it, and
   * the handle fails with {@link WarrenException.TaskRevokedException}.
   */
  public TaskCall<R> expiresAt(Instant moment) {
    return with(others -> others.expires = moment);
  }

  /**
   * This call, not to start before a moment. It is in the queue at once, and counts as any other
   * there; the worker that gets it gives it to the broker to hold.
   */
  public TaskCall<R> notBefore(Instant moment) {
    return with(others -> others.eta = moment);
  }

  /** As {@link #notBefore}, so long from now. */
  public TaskCall<R> countdown(Duration delay) {
    return notBefore(Instant.now().plus(delay));
  }

  /**
   * This call, whose attempts are asked to end by an interrupt when they have run for so long: for
   * longer than zero. Goes before what the task or its worker says.
   */
  public TaskCall<R> softTimeLimit(Duration limit) {
    return with(others -> others.softTimeLimit = limit);
  }

  /**
   * This call, whose attempts may not run for longer; longer than zero. In a worker's process they
   * are killed then, in a thread they are interrupted. Goes before what the task or its worker
   * says.
   */
  public TaskCall<R> timeLimit(Duration limit) {
    return with(others -> others.timeLimit = limit);
  }

  /**
   * This call, with a priority of 0 to 255: among those that wait, a higher one goes first, if the
   * queue has priorities ({@code warren.queues.<name>.max-priority}, or a quorum queue of RabbitMQ
   * 4, which has two: 5 and more, and less). Absent counts as 0.
   *
   * @throws IllegalArgumentException if it is not 0 to 255
   */
  public TaskCall<R> priority(int priority) {
    if (priority < 0 || priority > HIGHEST_PRIORITY) {
      throw new IllegalArgumentException("a priority is 0 to 255: " + priority);
    }
    return with(others -> others.priority = priority);
  }

  /**
   * This call, on another queue than the pool's: for a step of a {@link Chain}, or a task of a
   * {@link Group} or {@link Chord}, that other workers serve, Celery's for instance. The queue must
   * exist: it is not declared, and {@link WarrenException.NoSuchQueueException} says that it does
   * not.
   */
  public TaskCall<R> onQueue(String queue) {
    return with(others -> others.queue = queue);
  }

  /** This call; {@code callback} gets the value. See {@link Callbacks}. */
  public TaskCall<R> onSuccess(Consumer<? super R> callback) {
    return new TaskCall<>(
        task, args, kwargs, options, new Callbacks<>(callback, callbacks.onFailure()));
  }

  /** This call; {@code callback} gets the failure. See {@link Callbacks}. */
  public TaskCall<R> onFailure(Consumer<? super WarrenException> callback) {
    return new TaskCall<>(task, args, kwargs, options, callbacks.orFailure(callback));
  }

  /** The task to run. */
  public TaskRef<R> task() {
    return task;
  }

  /** Positional arguments. */
  public List<? extends @Nullable Object> args() {
    return args;
  }

  /** Keyword arguments. */
  public Map<String, @Nullable Object> kwargs() {
    return kwargs;
  }

  /** The moment after which it must not start, or null. */
  public @Nullable Instant expires() {
    return options.expires;
  }

  /** The moment before which it must not start, or null. */
  public @Nullable Instant eta() {
    return options.eta;
  }

  /** How long an attempt may run before it is asked to end, or null. */
  public @Nullable Duration softTimeLimit() {
    return options.softTimeLimit;
  }

  /** How long an attempt may run, or null. */
  public @Nullable Duration timeLimit() {
    return options.timeLimit;
  }

  /** Its priority, or null. */
  public @Nullable Integer priority() {
    return options.priority;
  }

  /** The queue that it goes to, or null for the pool's. */
  public @Nullable String queue() {
    return options.queue;
  }

  /** What is called with its result. */
  public Callbacks<R> callbacks() {
    return callbacks;
  }

  /**
   * Not to be called: a task runs on a worker.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public R call() {
    throw new UnsupportedOperationException(
        task + " runs on a worker; submit this call to a WorkerPool or its asExecutorService()");
  }

  @Override
  public String toString() {
    return task + "(" + args.size() + " arguments, " + kwargs.keySet() + ")";
  }
}
