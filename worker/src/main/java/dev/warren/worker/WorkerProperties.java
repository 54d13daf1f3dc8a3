package dev.warren.worker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The worker's settings, {@code warren.worker.*}. A value left out (null) gets its default here,
 * and nowhere else; a wrong one stops the start and names the property.
 *
 * @param concurrency slots, that is how many tasks run at once. More than processors pays for tasks
 *     that wait. Default: the machine's processors
 * @param name what callers and operators see of this worker. Default: {@code <pid>@<host>}
 * @param queue the task queue to consume. Default: {@code warren.default-queue}
 * @param drainTimeout how long running tasks may go on after SIGTERM before they are interrupted
 *     and given back. Keep it below the time after which the platform kills. Default: 30s
 * @param unknownTaskTtl how long a task that no worker knows goes round, waiting for a worker that
 *     knows it, before it fails as {@code NotRegistered}. Covers a rolling deploy. Default: 10m
 * @param maxLostAttempts how often a task's worker may be lost (killed, or cut off from the broker)
 *     while it has the task, before the task fails as {@code WorkerLostError} and goes to
 *     quarantine: a task that kills its workers takes so many of them. The last time, the task runs
 *     in a worker that has no other such task, so that none is condemned for being nearby. At least
 *     2, because a broker that crashes marks every waiting task as one that was lost once; the same
 *     in all workers of a queue. Default: 3
 * @param readyFile a file that is written every 2 s while the worker takes tasks and removed while
 *     it does not, for health checks of processes without a port. Default: none
 * @param maxTasks after how many tasks the process ends with exit code 0, for whoever starts it to
 *     start another; Python's {@code maxtasksperchild}. A chunk of a map counts as one. Tasks that
 *     run then are finished, without a time limit. Default: none
 * @param initializer a task that runs once, before the worker takes tasks; if it fails, the worker
 *     does not start. Default: none
 * @param initializerArgs positional arguments of the initializer, a JSON list. Default: none
 */
@ConfigurationProperties("warren.worker")
public record WorkerProperties(
    Integer concurrency,
    String name,
    @Nullable String queue,
    Duration drainTimeout,
    Duration unknownTaskTtl,
    Integer maxLostAttempts,
    @Nullable Path readyFile,
    @Nullable Integer maxTasks,
    @Nullable String initializer,
    @Nullable String initializerArgs) {

  /** One channel for each slot; brokers allow some 2,000 on a connection. */
  private static final int MOST_SLOTS = 1_000;

  /** Fills in what was left out and checks the rest. */
  public WorkerProperties(
      @Nullable Integer concurrency,
      @Nullable String name,
      @Nullable String queue,
      @Nullable Duration drainTimeout,
      @Nullable Duration unknownTaskTtl,
      @Nullable Integer maxLostAttempts,
      @Nullable Path readyFile,
      @Nullable Integer maxTasks,
      @Nullable String initializer,
      @Nullable String initializerArgs) {
    this.concurrency =
        concurrency == null ? Runtime.getRuntime().availableProcessors() : concurrency;
    if (this.concurrency < 1 || this.concurrency > MOST_SLOTS) {
      throw new IllegalArgumentException(
          "warren.worker.concurrency must be 1 to %d: %d".formatted(MOST_SLOTS, concurrency));
    }
    this.name = name == null || name.isBlank() ? defaultName() : name;
    this.queue = queue;
    this.drainTimeout =
        notNegative("warren.worker.drain-timeout", drainTimeout, Duration.ofSeconds(30));
    this.unknownTaskTtl =
        notNegative("warren.worker.unknown-task-ttl", unknownTaskTtl, Duration.ofMinutes(10));
    this.maxLostAttempts = maxLostAttempts == null ? 3 : maxLostAttempts;
    if (this.maxLostAttempts < 2) {
      throw new IllegalArgumentException(
          "warren.worker.max-lost-attempts must be at least 2: " + maxLostAttempts);
    }
    this.readyFile = readyFile;
    if (maxTasks != null && maxTasks < 1) {
      throw new IllegalArgumentException("warren.worker.max-tasks must be at least 1: " + maxTasks);
    }
    this.maxTasks = maxTasks;
    this.initializer = initializer == null || initializer.isBlank() ? null : initializer;
    this.initializerArgs = initializerArgs;
  }

  private static Duration notNegative(
      String property, @Nullable Duration value, Duration otherwise) {
    if (value != null && value.isNegative()) {
      throw new IllegalArgumentException(property + " must not be negative: " + value);
    }
    return value == null ? otherwise : value;
  }

  private static String defaultName() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "unknown-host";
    }
    return ProcessHandle.current().pid() + "@" + host;
  }
}
