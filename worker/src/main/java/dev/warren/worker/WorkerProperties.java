package dev.warren.worker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * The worker's settings, {@code warren.worker.*}. A value left out (null) gets its default here,
 * and nowhere else; a wrong one stops the start and names the property.
 *
 * @param concurrency slots, that is how many tasks run at once. More than processors pays for tasks
 *     that wait. Default: the machine's processors
 * @param name what callers and operators see of this worker. Default: {@code <pid>@<host>}
 * @param queue the task queue to consume. Default: {@code warren.default-queue}
 * @param queues several task queues to consume, in place of {@code queue}, each {@code <queue>} or
 *     {@code <queue>:<weight>}: of {@code urgent:3, bulk} three urgent tasks begin for one of bulk,
 *     while both have some that wait. Each slot has a channel for each queue. Default: none
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
 * @param renewAfter how long a task runs before its message is delivered anew, and again each time
 *     it has run for so long, so that the broker's {@code consumer_timeout} does not pass. Less
 *     than half of that, which is 30 min unless the broker is told otherwise. At least 1s. Default:
 *     10m
 * @param readyFile a file that is written every 2 s while the worker takes tasks and removed while
 *     it does not, for health checks of processes without a port. Default: none
 * @param maxTasks after how many tasks the process ends with exit code 0, for whoever starts it to
 *     start another; Python's {@code maxtasksperchild}. A chunk of a map counts as one. Tasks that
 *     run then are finished, without a time limit. Default: none
 * @param initializer a task that runs once, before the worker takes tasks; if it fails, the worker
 *     does not start. Default: none
 * @param initializerArgs positional arguments of the initializer, a JSON list. Default: none
 * @param isolation where tasks run, unless a task says otherwise: {@code thread} or {@code
 *     process}. Default: thread
 * @param softTimeLimit how long one attempt may run before it is asked to end by an interrupt,
 *     unless the task or its caller says otherwise. Default: none
 * @param timeLimit how long one attempt may run, likewise. In a process it is killed then; in a
 *     thread it is interrupted. Default: none
 * @param child the processes of {@code isolation=process}
 * @param events whether it is told what becomes of each task, as Celery's {@code -E} does. The
 *     worker's own heartbeat is sent in any case. Default: false
 * @param control which commands it obeys
 */
@ConfigurationProperties("warren.worker")
public record WorkerProperties(
    Integer concurrency,
    String name,
    @Nullable String queue,
    List<String> queues,
    Duration drainTimeout,
    Duration unknownTaskTtl,
    Integer maxLostAttempts,
    Duration renewAfter,
    @Nullable Path readyFile,
    @Nullable Integer maxTasks,
    @Nullable String initializer,
    @Nullable String initializerArgs,
    Isolation isolation,
    @Nullable Duration softTimeLimit,
    @Nullable Duration timeLimit,
    ChildProperties child,
    Boolean events,
    ControlProperties control) {

  /** One channel for each slot; brokers allow some 2,000 on a connection. */
  private static final int MOST_SLOTS = 1_000;

  private static final Duration SHORTEST_RENEWAL = Duration.ofSeconds(1);

  /** Fills in what was left out and checks the rest. */
  public WorkerProperties(
      @Nullable Integer concurrency,
      @Nullable String name,
      @Nullable String queue,
      @Nullable List<String> queues,
      @Nullable Duration drainTimeout,
      @Nullable Duration unknownTaskTtl,
      @Nullable Integer maxLostAttempts,
      @Nullable Duration renewAfter,
      @Nullable Path readyFile,
      @Nullable Integer maxTasks,
      @Nullable String initializer,
      @Nullable String initializerArgs,
      @Nullable Isolation isolation,
      @Nullable Duration softTimeLimit,
      @Nullable Duration timeLimit,
      @Nullable ChildProperties child,
      @Nullable Boolean events,
      @Nullable ControlProperties control) {
    this.concurrency =
        concurrency == null ? Runtime.getRuntime().availableProcessors() : concurrency;
    if (this.concurrency < 1 || this.concurrency > MOST_SLOTS) {
      throw new IllegalArgumentException(
          "warren.worker.concurrency must be 1 to %d: %d".formatted(MOST_SLOTS, concurrency));
    }
    this.name = name == null || name.isBlank() ? defaultName() : name;
    this.queue = queue;
    this.queues = queues == null ? List.of() : List.copyOf(queues);
    checkQueues();
    this.drainTimeout =
        notNegative("warren.worker.drain-timeout", drainTimeout, Duration.ofSeconds(30));
    this.unknownTaskTtl =
        notNegative("warren.worker.unknown-task-ttl", unknownTaskTtl, Duration.ofMinutes(10));
    this.maxLostAttempts = maxLostAttempts == null ? 3 : maxLostAttempts;
    if (this.maxLostAttempts < 2) {
      throw new IllegalArgumentException(
          "warren.worker.max-lost-attempts must be at least 2: " + maxLostAttempts);
    }
    this.renewAfter = renewAfter == null ? Duration.ofMinutes(10) : renewAfter;
    if (this.renewAfter.compareTo(SHORTEST_RENEWAL) < 0) {
      throw new IllegalArgumentException(
          "warren.worker.renew-after must be at least 1s: " + renewAfter);
    }
    this.readyFile = readyFile;
    if (maxTasks != null && maxTasks < 1) {
      throw new IllegalArgumentException("warren.worker.max-tasks must be at least 1: " + maxTasks);
    }
    this.maxTasks = maxTasks;
    this.initializer = initializer == null || initializer.isBlank() ? null : initializer;
    this.initializerArgs = initializerArgs;
    this.isolation =
        isolation == null || isolation == Isolation.DEFAULT ? Isolation.THREAD : isolation;
    this.softTimeLimit = positive("warren.worker.soft-time-limit", softTimeLimit);
    this.timeLimit = positive("warren.worker.time-limit", timeLimit);
    this.child =
        child == null ? new ChildProperties(null, null, null, null, null, null, null, null) : child;
    this.events = events != null && events;
    this.control = control == null ? new ControlProperties(null) : control;
  }

  private void checkQueues() {
    if (queue != null && !queues.isEmpty()) {
      throw new IllegalArgumentException(
          "warren.worker.queue and warren.worker.queues are both set; leave one away");
    }
    if (concurrency * ConsumedQueue.parse(queues).size() > MOST_SLOTS) {
      throw new IllegalArgumentException(
          "warren.worker.concurrency times the number of warren.worker.queues must be at most %d: %d times %d"
              .formatted(MOST_SLOTS, concurrency, queues.size()));
    }
  }

  /**
   * The task queues to consume, at least one.
   *
   * @param defaultQueue the one to consume if none is set
   */
  public List<ConsumedQueue> consumed(String defaultQueue) {
    return queues.isEmpty()
        ? List.of(new ConsumedQueue(queue == null ? defaultQueue : queue, 1))
        : ConsumedQueue.parse(queues);
  }

  private static @Nullable Duration positive(String property, @Nullable Duration value) {
    if (value != null && (value.isNegative() || value.isZero())) {
      throw new IllegalArgumentException(property + " must be longer than 0: " + value);
    }
    return value;
  }

  private static Duration notNegative(
      String property, @Nullable Duration value, Duration otherwise) {
    if (value != null && value.isNegative()) {
      throw new IllegalArgumentException(property + " must not be negative: " + value);
    }
    return value == null ? otherwise : value;
  }

  private static String defaultName() {
    return ProcessHandle.current().pid() + "@" + HostName.get();
  }

  /**
   * Remote control, {@code warren.worker.control.*}. Commands that only ask are always answered.
   *
   * @param allow commands that change something and are obeyed, by name; {@code *} for all. Anybody
   *     who may publish on the virtual host can send them. A list without {@code revoke} takes from
   *     callers that they can cancel tasks. Default: {@code revoke, terminate, enable_events,
   *     disable_events}
   */
  public record ControlProperties(List<String> allow) {

    private static final List<String> HARMLESS =
        List.of("revoke", "terminate", "enable_events", "disable_events");

    /** Fills in what was left out. */
    public ControlProperties(@Nullable List<String> allow) {
      this.allow = allow == null ? HARMLESS : allow.stream().map(String::strip).toList();
    }
  }

  /**
   * The children that run tasks in processes of their own, {@code warren.worker.child.*}. There are
   * at most {@code concurrency} of them.
   *
   * @param maxTasks after how many tasks a child is replaced. Default: never
   * @param maxAge after what time a child is replaced, once it has no task. Default: never
   * @param maxMemory with how much resident memory after a task a child is replaced. Linux only.
   *     Default: any
   * @param startTimeout how long a child may take until it takes tasks. Default: 60s
   * @param silence how long a child that has a task may give no sign of life before it is killed,
   *     because it was stopped or only collects garbage. Default: 60s
   * @param jvmArgs arguments of its JVM, as {@code -Xmx512m}. Default: none; all children may take
   *     half of the machine's memory
   * @param environment names of variables that it inherits beside {@code PATH}, {@code HOME},
   *     {@code USER}, {@code LANG}, {@code LC_ALL}, {@code TZ} and Spring's for profiles and for
   *     the place of its settings: nothing with a secret, unless it is named here. Default: none
   * @param cache a folder that outlives the worker, where the application's jar is taken apart and
   *     an archive of its classes is kept, so that children start faster. Default: {@code
   *     ~/.cache/warren}
   */
  public record ChildProperties(
      @Nullable Integer maxTasks,
      @Nullable Duration maxAge,
      @Nullable DataSize maxMemory,
      Duration startTimeout,
      Duration silence,
      List<String> jvmArgs,
      List<String> environment,
      @Nullable Path cache) {

    /** Fills in what was left out and checks the rest. */
    public ChildProperties(
        @Nullable Integer maxTasks,
        @Nullable Duration maxAge,
        @Nullable DataSize maxMemory,
        @Nullable Duration startTimeout,
        @Nullable Duration silence,
        @Nullable List<String> jvmArgs,
        @Nullable List<String> environment,
        @Nullable Path cache) {
      if (maxTasks != null && maxTasks < 1) {
        throw new IllegalArgumentException(
            "warren.worker.child.max-tasks must be at least 1: " + maxTasks);
      }
      this.maxTasks = maxTasks;
      this.maxAge = positive("warren.worker.child.max-age", maxAge);
      if (maxMemory != null && maxMemory.toBytes() <= 0) {
        throw new IllegalArgumentException(
            "warren.worker.child.max-memory must be more than 0: " + maxMemory);
      }
      this.maxMemory = maxMemory;
      Duration start = positive("warren.worker.child.start-timeout", startTimeout);
      this.startTimeout = start == null ? Duration.ofSeconds(60) : start;
      Duration quiet = positive("warren.worker.child.silence", silence);
      this.silence = quiet == null ? Duration.ofSeconds(60) : quiet;
      this.jvmArgs = jvmArgs == null ? List.of() : List.copyOf(jvmArgs);
      this.environment = environment == null ? List.of() : List.copyOf(environment);
      this.cache = cache == null ? homeCache() : cache;
    }

    private static @Nullable Path homeCache() {
      Path home = Path.of(System.getProperty("user.home", ""));
      return home.isAbsolute() && Files.isWritable(home)
          ? home.resolve(".cache").resolve("warren")
          : null;
    }
  }
}
