package dev.warren;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A pool that owns its worker processes; what Python's {@code Pool(...)} is given.
 *
 * <pre>{@code
 * WorkerPool pool = warren.pool(ProcessPoolSettings.of(4).running(TextTasks.class));
 * }</pre>
 *
 * Immutable: every method gives other settings. A value left out (null) gets its default here.
 *
 * @param processes the most processes; each runs one task at a time. Default: the processors that
 *     this JVM may use
 * @param taskClasses Spring components or configurations whose {@link TaskRef tasks} the processes
 *     know, on the class path of this JVM. Default: none, which gives the built-in tasks
 * @param maxTasksPerChild after how many messages (calls, and chunks of maps) a process is
 *     replaced. Default: null, never
 * @param initializer a task that every process runs once, before it takes others; its positional
 *     arguments only. Default: null, none
 * @param jvmArgs options of the processes' JVMs, which anybody on the machine can read. Default:
 *     the serial collector
 * @param startTimeout how long a process may take to start, with its initializer. Default: 60s
 */
public record ProcessPoolSettings(
    Integer processes,
    List<Class<?>> taskClasses,
    @Nullable Integer maxTasksPerChild,
    @Nullable TaskCall<?> initializer,
    List<String> jvmArgs,
    Duration startTimeout) {

  private static final List<String> LEAN = List.of("-XX:+UseSerialGC", "-Xshare:auto");
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  /** Fills in what was left out and checks the rest. */
  public ProcessPoolSettings(
      @Nullable Integer processes,
      @Nullable List<Class<?>> taskClasses,
      @Nullable Integer maxTasksPerChild,
      @Nullable TaskCall<?> initializer,
      @Nullable List<String> jvmArgs,
      @Nullable Duration startTimeout) {
    this.processes = processes == null ? Runtime.getRuntime().availableProcessors() : processes;
    if (this.processes < 1) {
      throw new IllegalArgumentException("Number of processes must be at least 1");
    }
    this.taskClasses = taskClasses == null ? List.of() : List.copyOf(taskClasses);
    if (maxTasksPerChild != null && maxTasksPerChild < 1) {
      throw new IllegalArgumentException(
          "maxTasksPerChild must be at least 1, or null for no limit: " + maxTasksPerChild);
    }
    this.maxTasksPerChild = maxTasksPerChild;
    if (initializer != null && !initializer.kwargs().isEmpty()) {
      throw new IllegalArgumentException(
          "an initializer takes positional arguments only: " + initializer);
    }
    this.initializer = initializer;
    this.jvmArgs = jvmArgs == null ? LEAN : List.copyOf(jvmArgs);
    this.startTimeout = startTimeout == null ? START_TIMEOUT : startTimeout;
    if (this.startTimeout.isNegative() || this.startTimeout.isZero()) {
      throw new IllegalArgumentException("startTimeout must be longer than 0: " + startTimeout);
    }
  }

  /** As many processes as there are processors, for the built-in tasks. */
  public static ProcessPoolSettings defaults() {
    return new ProcessPoolSettings(null, null, null, null, null, null);
  }

  /**
   * So many processes, for the built-in tasks.
   *
   * @throws IllegalArgumentException if {@code processes} is less than 1
   */
  public static ProcessPoolSettings of(int processes) {
    return new ProcessPoolSettings(processes, null, null, null, null, null);
  }

  /** These settings for processes that know the tasks of these classes, and no others. */
  public ProcessPoolSettings running(Class<?>... classes) {
    return new ProcessPoolSettings(
        processes, List.of(classes), maxTasksPerChild, initializer, jvmArgs, startTimeout);
  }

  /** These settings with processes that are replaced after so many messages. */
  public ProcessPoolSettings withMaxTasksPerChild(int messages) {
    return new ProcessPoolSettings(
        processes, taskClasses, messages, initializer, jvmArgs, startTimeout);
  }

  /** These settings with a task that every process runs once, before it takes others. */
  public ProcessPoolSettings initializedBy(TaskRef<?> task, @Nullable Object... args) {
    return new ProcessPoolSettings(
        processes, taskClasses, maxTasksPerChild, task.with(args), jvmArgs, startTimeout);
  }

  /** These settings with more options for the processes' JVMs, as {@code -Xmx256m}. */
  public ProcessPoolSettings withJvmArgs(String... more) {
    List<String> all = Stream.concat(jvmArgs.stream(), Stream.of(more)).toList();
    return new ProcessPoolSettings(
        processes, taskClasses, maxTasksPerChild, initializer, all, startTimeout);
  }

  /** These settings with another time limit for the start of a process. */
  public ProcessPoolSettings withStartTimeout(Duration timeout) {
    return new ProcessPoolSettings(
        processes, taskClasses, maxTasksPerChild, initializer, jvmArgs, timeout);
  }
}
