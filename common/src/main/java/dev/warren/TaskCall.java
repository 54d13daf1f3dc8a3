package dev.warren;

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

  private final TaskRef<R> task;
  private final List<? extends @Nullable Object> args;
  private final Map<String, @Nullable Object> kwargs;
  private final @Nullable Instant expires;
  private final Callbacks<R> callbacks;

  private TaskCall(
      TaskRef<R> task,
      List<? extends @Nullable Object> args,
      Map<String, @Nullable Object> kwargs,
      @Nullable Instant expires,
      Callbacks<R> callbacks) {
    this.task = task;
    this.args = args;
    this.kwargs = kwargs;
    this.expires = expires;
    this.callbacks = callbacks;
  }

  static <R> TaskCall<R> of(TaskRef<R> task, List<? extends @Nullable Object> args) {
    return new TaskCall<>(task, args, Map.of(), null, Callbacks.none());
  }

  /** This call with one more keyword argument. */
  public TaskCall<R> kwarg(String name, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(kwargs);
    more.put(name, value);
    return new TaskCall<>(task, args, Collections.unmodifiableMap(more), expires, callbacks);
  }

  /**
   * This call, of no use any more after a moment: a worker that gets it later does not run it, and
   * the handle fails with {@link WarrenException.TaskRevokedException}.
   */
  public TaskCall<R> expiresAt(Instant moment) {
    return new TaskCall<>(task, args, kwargs, moment, callbacks);
  }

  /** This call; {@code callback} gets the value. See {@link Callbacks}. */
  public TaskCall<R> onSuccess(Consumer<? super R> callback) {
    return new TaskCall<>(
        task, args, kwargs, expires, new Callbacks<>(callback, callbacks.onFailure()));
  }

  /** This call; {@code callback} gets the failure. See {@link Callbacks}. */
  public TaskCall<R> onFailure(Consumer<? super WarrenException> callback) {
    return new TaskCall<>(task, args, kwargs, expires, callbacks.orFailure(callback));
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
    return expires;
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
