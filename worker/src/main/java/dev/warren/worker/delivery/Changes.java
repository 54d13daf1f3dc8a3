package dev.warren.worker.delivery;

import dev.warren.rabbit.AmqpMessages;
import dev.warren.rabbit.Topology;
import dev.warren.wire.OneLine;
import dev.warren.worker.ConsumedQueue;
import dev.warren.worker.event.Events;
import dev.warren.worker.event.TaskEvents;
import dev.warren.worker.execute.TaskRegistry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commands that change something, answered as Celery does. */
final class Changes {

  /** Those that wait for the broker. */
  static final Set<String> BLOCKING =
      Set.of("pool_grow", "pool_shrink", "add_consumer", "cancel_consumer");

  private static final Logger log = LoggerFactory.getLogger(Changes.class);

  private final Revocations revocations;
  private final TaskRegistry registry;
  private final Consumers consumers;
  private final Replies replies;
  private final Events events;
  private final TaskEvents taskEvents;
  private final Runnable shutdown;

  /**
   * @param shutdown begins the orderly end of this process
   */
  Changes(
      Revocations revocations,
      TaskRegistry registry,
      Consumers consumers,
      Replies replies,
      Events events,
      TaskEvents taskEvents,
      Runnable shutdown) {
    this.revocations = revocations;
    this.registry = registry;
    this.consumers = consumers;
    this.replies = replies;
    this.events = events;
    this.taskEvents = taskEvents;
    this.shutdown = shutdown;
  }

  void addTo(Map<String, Commands.Command> table) {
    table.put("revoke", this::revoke);
    table.put("terminate", arguments -> revoke(arguments.texts("task_id"), true));
    table.put("enable_events", arguments -> enableEvents());
    table.put("disable_events", arguments -> disableEvents());
    table.put("rate_limit", this::rateLimit);
    table.put("time_limit", this::timeLimit);
    table.put("pool_grow", arguments -> resize(positive(arguments), "pool will grow"));
    table.put("pool_shrink", arguments -> resize(-positive(arguments), "pool will shrink"));
    table.put("add_consumer", this::addConsumer);
    table.put("cancel_consumer", this::cancelConsumer);
    table.put("autoscale", arguments -> notSupported("autoscale", "use pool_grow, pool_shrink"));
    table.put("pool_restart", arguments -> notSupported("pool_restart", "start the worker again"));
    table.put("shutdown", arguments -> shutDown());
  }

  private static Object ok(String what) {
    return Map.of("ok", what);
  }

  private static Object notSupported(String command, String instead) {
    throw new IllegalArgumentException(
        command + " is not supported by a Warren worker: " + instead);
  }

  // --- tasks -------------------------------------------------------------------------------------

  Object revoke(Arguments arguments) {
    return revoke(arguments.texts("task_id"), arguments.flag("terminate"));
  }

  private Object revoke(List<String> ids, boolean terminate) {
    Set<String> terminated = new HashSet<>(revocations.running());
    revocations.revoke(ids, terminate);
    log.debug("{} tasks are revoked", ids.size());
    if (!terminate) {
      return ok("tasks " + OneLine.of(String.join(", ", ids)) + " flagged as revoked");
    }
    terminated.retainAll(Set.copyOf(ids));
    return ok(
        "terminate: "
            + (terminated.isEmpty() ? "tasks unknown" : OneLine.of(String.join(", ", terminated))));
  }

  private Object rateLimit(Arguments arguments) {
    String task = arguments.text("task_name");
    String rate = arguments.textOr("rate_limit", "").strip();
    boolean isNone = rate.isEmpty() || rate.matches("0+([./]\\w*)?");
    String told = rate.contains("/") ? rate : rate.replaceFirst("\\.0*$", "") + "/s";
    if (!registry.limitRate(task, isNone ? "" : told)) {
      throw new IllegalArgumentException("unknown task");
    }
    log.info("task {} has another rate limit: {}", task, isNone ? "none" : told);
    return ok(isNone ? "rate limit disabled successfully" : "new rate limit set successfully");
  }

  private Object timeLimit(Arguments arguments) {
    String task = arguments.text("task_name");
    if (!registry.limitTime(task, arguments.seconds("soft"), arguments.seconds("hard"))) {
      throw new IllegalArgumentException("unknown task");
    }
    log.info(
        "task {} has other time limits: soft {}, hard {}",
        task,
        arguments.seconds("soft"),
        arguments.seconds("hard"));
    return ok("time limits set successfully");
  }

  // --- events ------------------------------------------------------------------------------------

  private Object enableEvents() {
    if (!taskEvents.enable(true)) {
      return ok("task events already enabled");
    }
    events.online();
    log.info("events of tasks are enabled by a command");
    return ok("task events enabled");
  }

  private Object disableEvents() {
    if (!taskEvents.enable(false)) {
      return ok("task events already disabled");
    }
    log.info("events of tasks are disabled by a command");
    return ok("task events disabled");
  }

  // --- slots and queues --------------------------------------------------------------------------

  private static int positive(Arguments arguments) {
    int number = arguments.numberOr("n", 1);
    if (number < 1) {
      throw new IllegalArgumentException("argument 'n' must be at least 1: " + number);
    }
    return number;
  }

  private Object resize(int more, String done) {
    log.info("this worker has {} slots now, by a command", consumers.resize(more));
    return ok(done);
  }

  private Object addConsumer(Arguments arguments) {
    String queue = arguments.text("queue");
    String exchange = arguments.textOr("exchange", "");
    if (!exchange.isEmpty() && !exchange.equals(queue)) {
      throw new IllegalArgumentException(
          "a Warren worker binds no queues: leave the exchange out, and bind the queue yourself");
    }
    if (!AmqpMessages.fitsShortString(Topology.delay(queue)) || queue.startsWith("amq.")) {
      throw new IllegalArgumentException("that cannot be a task queue: " + OneLine.of(queue));
    }
    replies.forbid(queue);
    if (!consumers.add(new ConsumedQueue(queue, 1))) {
      return ok("already consuming from '" + queue + "'");
    }
    log.info("this worker takes tasks from '{}', too, by a command", OneLine.of(queue));
    return ok("add consumer " + queue);
  }

  private Object cancelConsumer(Arguments arguments) {
    String queue = arguments.text("queue");
    if (consumers.cancel(queue)) {
      log.info("this worker takes no more tasks from '{}', by a command", OneLine.of(queue));
    }
    return ok("no longer consuming from " + queue);
  }

  private Object shutDown() {
    log.warn("this worker ends by a command");
    shutdown.run();
    return ok("shutdown");
  }
}
