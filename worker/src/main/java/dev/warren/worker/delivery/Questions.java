package dev.warren.worker.delivery;

import dev.warren.worker.event.Events;
import dev.warren.worker.event.LamportClock;
import dev.warren.worker.execute.TaskRegistry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Commands that only ask, answered as Celery does. */
final class Questions {

  /** Ids; a message has room for some 100,000. */
  private static final int MOST_REVOKED = 10_000;

  private static final double NANOS_OF_A_SECOND = 1e9;

  private final String worker;
  private final Revocations revocations;
  private final Holdings holdings;
  private final Slots slots;
  private final Consumers consumers;
  private final TaskRegistry registry;
  private final RequestInfo info;
  private final WorkerFacts facts;
  private final Events events;
  private final LamportClock clock;
  private final AllowedCommands allowed;

  /** Tells two workers of one name apart. */
  private final String process = UUID.randomUUID().toString();

  Questions(
      String worker,
      Slots slots,
      Consumers consumers,
      TaskRegistry registry,
      RequestInfo info,
      WorkerFacts facts,
      Events events,
      LamportClock clock,
      AllowedCommands allowed) {
    this.worker = worker;
    this.revocations = slots.revocations();
    this.holdings = slots.holdings();
    this.slots = slots;
    this.consumers = consumers;
    this.registry = registry;
    this.info = info;
    this.facts = facts;
    this.events = events;
    this.clock = clock;
    this.allowed = allowed;
  }

  void addTo(Map<String, Commands.Command> table) {
    table.put("ping", arguments -> Map.of("ok", "pong"));
    table.put("clock", arguments -> Map.of("clock", clock.value()));
    table.put("hello", this::hello);
    table.put("query_task", this::queryTask);
    table.put("stats", arguments -> facts.stats());
    table.put("report", arguments -> Map.of("ok", facts.report()));
    table.put("heartbeat", this::heartbeat);
    table.put("election", arguments -> null); // between workers; it needs no answer
    table.put("active_queues", arguments -> activeQueues());
    putWithAlias(table, "conf", "dump_conf", arguments -> facts.settings());
    putWithAlias(table, "active", "dump_active", arguments -> active());
    putWithAlias(table, "reserved", "dump_reserved", arguments -> reserved());
    putWithAlias(table, "scheduled", "dump_schedule", arguments -> List.of());
    putWithAlias(table, "revoked", "dump_revoked", arguments -> revocations.last(MOST_REVOKED));
    putWithAlias(table, "registered", "dump_tasks", this::registered);
  }

  private static void putWithAlias(
      Map<String, Commands.Command> table, String name, String alias, Commands.Command command) {
    table.put(name, command);
    table.put(alias, command);
  }

  private @Nullable Object heartbeat(Arguments arguments) {
    events.heartbeat();
    return null;
  }

  /** A Celery worker that starts asks what it has missed, and tells what it knows. */
  private @Nullable Object hello(Arguments arguments) {
    if (arguments.textOr("from_node", "").equals(worker)) {
      return null;
    }
    if (allowed.contains("revoke")) {
      revocations.revoke(arguments.texts("revoked"), false);
    }
    double now = System.nanoTime() / NANOS_OF_A_SECOND; // Python's monotonic clock
    Map<String, Double> revoked = new LinkedHashMap<>();
    revocations.last(MOST_REVOKED).forEach(id -> revoked.put(id, now));
    return Map.of("revoked", revoked, "clock", clock.forward());
  }

  // --- tasks -------------------------------------------------------------------------------------

  private List<Map<String, @Nullable Object>> active() {
    return slots.runningNow().stream().map(info::of).toList();
  }

  /** What has come, and waits for a slot. */
  private List<Map<String, @Nullable Object>> reserved() {
    return holdings.unsettled().stream()
        .filter(delivery -> delivery.begunAt() == null && delivery.isOpen())
        .map(info::of)
        .toList();
  }

  /** Celery's answer, for the tasks that are held; and one more entry, of this worker. */
  private Object queryTask(Arguments arguments) {
    Map<String, Integer> consuming = consumers.consuming();
    Set<String> asked = new HashSet<>(arguments.texts("ids"));
    Set<String> running = revocations.running();
    Map<String, Object> answer = new LinkedHashMap<>();
    for (String id : holdings.heldOf(asked)) {
      String state = running.contains(id) ? "active" : "reserved";
      answer.put(id, List.of(state, infoOf(id)));
    }
    answer.put("warren", Map.of("consumers", consuming, "process", process));
    return answer;
  }

  private Map<String, ? extends @Nullable Object> infoOf(String id) {
    return holdings
        .find(id)
        .<Map<String, ? extends @Nullable Object>>map(info::of)
        .orElse(Map.of("id", id, "hostname", worker));
  }

  private List<String> registered(Arguments arguments) {
    List<String> items = arguments.texts("taskinfoitems");
    List<String> names = new ArrayList<>(registry.names());
    if (arguments.flag("builtins")) {
      names.addAll(0, List.of("celery.accumulate", "celery.map", "celery.starmap"));
    }
    return names.stream()
        .map(
            name ->
                TaskInfo.of(
                    name, registry.rulesOf(name), items.isEmpty() ? List.of("rate_limit") : items))
        .toList();
  }

  // --- queues ------------------------------------------------------------------------------------

  private List<Map<String, @Nullable Object>> activeQueues() {
    return consumers.queues().stream().map(Questions::queue).toList();
  }

  /** A queue that is reached by its name, over the exchange that every broker has. */
  private static Map<String, @Nullable Object> queue(String name) {
    Map<String, @Nullable Object> exchange = new LinkedHashMap<>();
    exchange.put("name", "");
    exchange.put("type", "direct");
    exchange.put("arguments", null);
    exchange.put("durable", true);
    exchange.put("passive", false);
    exchange.put("auto_delete", false);
    exchange.put("delivery_mode", null);
    exchange.put("no_declare", false);
    Map<String, @Nullable Object> queue = new LinkedHashMap<>();
    queue.put("name", name);
    queue.put("exchange", exchange);
    queue.put("routing_key", name);
    queue.put("queue_arguments", null);
    queue.put("binding_arguments", null);
    queue.put("consumer_arguments", null);
    queue.put("durable", true);
    queue.put("exclusive", false);
    queue.put("auto_delete", false);
    queue.put("no_ack", false);
    queue.put("alias", null);
    queue.put("bindings", List.of());
    queue.put("no_declare", null);
    queue.put("expires", null);
    queue.put("message_ttl", null);
    queue.put("max_length", null);
    queue.put("max_length_bytes", null);
    queue.put("max_priority", null);
    return queue;
  }
}
