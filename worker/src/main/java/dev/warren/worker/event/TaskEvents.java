package dev.warren.worker.event;

import dev.warren.wire.TaskError;
import dev.warren.wire.TaskMessage;
import dev.warren.worker.execute.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Tells what becomes of tasks, while that is enabled, and counts those that began in any case.
 * Thread-safe; never blocks, never throws.
 */
public final class TaskEvents {

  /** Characters of arguments, results and exceptions; a trace may have twice as many. */
  private static final int LONGEST = 1_000;

  private static final int MOST_RECEIVED = 10_000;
  private static final double NANOS_OF_A_SECOND = 1e9;

  private final Events events;
  private final Clock clock;
  private final Map<String, LongAdder> begun = new ConcurrentHashMap<>();

  /** Whose reception was told: one that has to wait for its turn is looked at again and again. */
  private final Set<String> received =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                  return size() > MOST_RECEIVED;
                }
              }));

  private volatile boolean enabled;

  /**
   * @param enabled whether they are told from the start
   */
  public TaskEvents(Events events, Clock clock, boolean enabled) {
    this.events = events;
    this.clock = clock;
    this.enabled = enabled;
  }

  /**
   * Tells them from now on, or does not.
   *
   * @return whether that is a change
   */
  public synchronized boolean enable(boolean enable) {
    boolean isChange = enabled != enable;
    enabled = enable;
    return isChange;
  }

  /** How many tasks of each name have begun. */
  public Map<String, Long> begun() {
    Map<String, Long> counts = new TreeMap<>();
    begun.forEach((name, count) -> counts.put(name, count.sum()));
    return counts;
  }

  /** How many tasks have begun. */
  public long processed() {
    return begun.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /**
   * A worker has a task, and has not begun.
   *
   * @param headers its message's
   */
  public void received(TaskMessage task, Map<String, ? extends @Nullable Object> headers) {
    if (!enabled || !received.add(task.id())) {
      return;
    }
    Map<String, @Nullable Object> fields = of(task.id());
    fields.put("name", task.task());
    fields.put(
        "args",
        headers.get("argsrepr") instanceof String args
            ? PythonText.cut(args, LONGEST)
            : PythonText.tuple(task.args(), LONGEST));
    fields.put(
        "kwargs",
        headers.get("kwargsrepr") instanceof String kwargs
            ? PythonText.cut(kwargs, LONGEST)
            : PythonText.of(task.kwargs(), LONGEST));
    fields.put("root_id", headers.get("root_id") instanceof String root ? root : task.id());
    fields.put("parent_id", headers.get("parent_id") instanceof String parent ? parent : null);
    fields.put("retries", task.retries());
    fields.put("eta", text(task.eta()));
    fields.put("expires", text(task.expires()));
    events.ofTask("task-received", fields);
  }

  private static @Nullable String text(@Nullable Instant moment) {
    return moment == null ? null : moment.toString();
  }

  private static Map<String, @Nullable Object> of(String id) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("uuid", PythonText.cut(id, LONGEST));
    return fields;
  }

  /** A task that this worker knows begins to run. */
  public void started(TaskMessage task) {
    begun.computeIfAbsent(task.task(), name -> new LongAdder()).increment();
    if (enabled) {
      events.ofTask("task-started", of(task.id()));
    }
  }

  /**
   * An attempt has ended, or a task that does not begin any more.
   *
   * @param startedAt when it began; null if it did not
   */
  public void ended(TaskMessage task, Outcome outcome, @Nullable Instant startedAt) {
    received.remove(task.id());
    if (!enabled) {
      return;
    }
    Map<String, @Nullable Object> fields = of(task.id());
    switch (outcome.kind()) {
      case SUCCEEDED -> {
        fields.put("result", PythonText.of(outcome.value(), LONGEST));
        fields.put("runtime", seconds(startedAt));
        events.ofTask("task-succeeded", fields);
      }
      case EXPIRED, REVOKED -> {
        fields.put("terminated", startedAt != null);
        fields.put("signum", null);
        fields.put("expired", outcome.kind() == Outcome.Kind.EXPIRED);
        events.ofTask("task-revoked", fields);
      }
      case RETRY -> events.ofTask("task-retried", withError(fields, outcome.error()));
      case ABANDONED -> rejected(task.id(), true);
      default -> events.ofTask("task-failed", withError(fields, outcome.error()));
    }
  }

  private double seconds(@Nullable Instant since) {
    return since == null
        ? 0
        : Duration.between(since, clock.instant()).toNanos() / NANOS_OF_A_SECOND;
  }

  private static Map<String, @Nullable Object> withError(
      Map<String, @Nullable Object> fields, @Nullable TaskError error) {
    if (error != null) {
      String message = PythonText.of(error.message(), LONGEST);
      fields.put("exception", PythonText.cut(error.type() + "(" + message + ")", LONGEST));
      String trace = error.trace();
      fields.put("traceback", trace == null ? null : PythonText.cut(trace, 2 * LONGEST));
    }
    return fields;
  }

  /**
   * A message is not run here.
   *
   * @param requeued whether another worker may run it
   */
  public void rejected(String id, boolean requeued) {
    received.remove(id);
    if (enabled) {
      Map<String, @Nullable Object> fields = of(id);
      fields.put("requeue", requeued);
      events.ofTask("task-rejected", fields);
    }
  }
}
