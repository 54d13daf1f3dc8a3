package dev.warren.worker.delivery;

import dev.warren.rabbit.Broker;
import dev.warren.worker.HostName;
import dev.warren.worker.WorkerProperties;
import dev.warren.worker.event.LamportClock;
import dev.warren.worker.event.Machine;
import dev.warren.worker.event.TaskEvents;
import dev.warren.worker.execute.TaskExecutor;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a worker tells of itself: Celery's {@code stats}, {@code conf} and {@code report}. */
final class WorkerFacts {

  private static final double NANOS_OF_A_SECOND = 1e9;
  private static final long MILLIS = 1_000;

  private final Broker broker;
  private final WorkerProperties properties;
  private final Consumers consumers;
  private final TaskExecutor executor;
  private final TaskEvents tasks;
  private final LamportClock clock;

  WorkerFacts(
      Broker broker,
      WorkerProperties properties,
      Consumers consumers,
      TaskExecutor executor,
      TaskEvents tasks,
      LamportClock clock) {
    this.broker = broker;
    this.properties = properties;
    this.consumers = consumers;
    this.executor = executor;
    this.tasks = tasks;
    this.clock = clock;
  }

  Map<String, Object> stats() {
    Map<String, Object> stats = new LinkedHashMap<>();
    stats.put("total", tasks.begun());
    stats.put("pid", ProcessHandle.current().pid());
    stats.put("clock", String.valueOf(clock.value()));
    stats.put("uptime", ManagementFactory.getRuntimeMXBean().getUptime() / MILLIS);
    stats.put("pool", pool());
    stats.put("broker", broker());
    stats.put("prefetch_count", consumers.count() * consumers.queues().size());
    stats.put("rusage", usage());
    stats.putAll(Machine.software());
    return stats;
  }

  private Map<String, Object> pool() {
    List<Long> children = executor.processes();
    Map<String, Object> pool = new LinkedHashMap<>();
    pool.put("implementation", "warren:" + properties.isolation().name().toLowerCase(Locale.ROOT));
    pool.put("max-concurrency", consumers.count());
    pool.put("processes", children.isEmpty() ? List.of(ProcessHandle.current().pid()) : children);
    pool.put(
        "max-tasks-per-child",
        properties.child().maxTasks() == null ? "N/A" : properties.child().maxTasks());
    pool.put("put-guarded-by-semaphore", false);
    pool.put(
        "timeouts", List.of(seconds(properties.softTimeLimit()), seconds(properties.timeLimit())));
    return pool;
  }

  private static double seconds(@Nullable Duration limit) {
    return limit == null ? 0 : limit.toMillis() / 1_000.0;
  }

  /** Where it is connected to, and nothing with which others could. */
  private Map<String, Object> broker() {
    Map<String, String> connection = broker.connectionProperties();
    String addresses = connection.getOrDefault("spring.rabbitmq.addresses", "");
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("hostname", addresses);
    told.put("transport", "amqp");
    told.put("virtual_host", connection.getOrDefault("spring.rabbitmq.virtual-host", "/"));
    told.put("ssl", Boolean.parseBoolean(connection.get("spring.rabbitmq.ssl.enabled")));
    return told;
  }

  private static Map<String, Object> usage() {
    Runtime runtime = Runtime.getRuntime();
    Map<String, Object> usage = new LinkedHashMap<>();
    ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .ifPresent(used -> usage.put("utime", used.toNanos() / NANOS_OF_A_SECOND));
    usage.put("heap_used", runtime.totalMemory() - runtime.freeMemory());
    usage.put("heap_max", runtime.maxMemory());
    usage.put("threads", ManagementFactory.getThreadMXBean().getThreadCount());
    return usage;
  }

  /**
   * Settings by name. Arguments of the initializer and of JVMs may be secrets, and are not told.
   */
  Map<String, @Nullable Object> settings() {
    Map<String, @Nullable Object> told = new LinkedHashMap<>();
    told.put("warren.worker.name", properties.name());
    told.put("warren.worker.concurrency", properties.concurrency());
    told.put("warren.worker.queues", consumers.queues());
    told.put("warren.worker.isolation", properties.isolation().name().toLowerCase(Locale.ROOT));
    told.put("warren.worker.drain-timeout", text(properties.drainTimeout()));
    told.put("warren.worker.unknown-task-ttl", text(properties.unknownTaskTtl()));
    told.put("warren.worker.max-lost-attempts", properties.maxLostAttempts());
    told.put("warren.worker.renew-after", text(properties.renewAfter()));
    told.put("warren.worker.max-tasks", properties.maxTasks());
    told.put("warren.worker.initializer", properties.initializer());
    told.put("warren.worker.soft-time-limit", text(properties.softTimeLimit()));
    told.put("warren.worker.time-limit", text(properties.timeLimit()));
    told.put("warren.worker.child.max-tasks", properties.child().maxTasks());
    told.put("warren.worker.child.max-age", text(properties.child().maxAge()));
    told.put("warren.worker.child.start-timeout", text(properties.child().startTimeout()));
    told.put("warren.worker.child.silence", text(properties.child().silence()));
    told.put("warren.worker.events", properties.events());
    told.put("warren.worker.control.allow", properties.control().allow());
    return told;
  }

  private static @Nullable String text(@Nullable Duration time) {
    return time == null ? null : time.toString();
  }

  String report() {
    return """

        software -> warren:%s java:%s (%s)
        platform -> system:%s %s arch:%s host:%s
        broker   -> amqp %s

        %s
        """
        .formatted(
            Machine.version(),
            System.getProperty("java.version"),
            System.getProperty("java.vm.name"),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch"),
            HostName.get(),
            broker().get("hostname"),
            settings().entrySet().stream()
                .map(setting -> setting.getKey() + ": " + setting.getValue())
                .collect(Collectors.joining("\n")));
  }
}
