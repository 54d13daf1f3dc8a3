package dev.warren.control;

import dev.warren.wire.ControlReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One question to all workers, which of some tasks of a queue they hold, and the answers so far.
 *
 * <p>A Warren worker says with its answer how many consumers of the queue it has. A Celery worker
 * does not: it counts as one if it says to another question that it consumes the queue.
 * Thread-safe.
 */
final class RollCall {

  /** The key in a Warren worker's answer that is no task's id. */
  static final String WORKER = "warren";

  /** Answers that are taken; past that the question has no conclusion. */
  private static final int MOST_ANSWERS = 20_000;

  private final String ticket = UUID.randomUUID().toString();
  private final String queue;
  private final List<String> ids;
  private final Set<String> asked;
  private final CompletableFuture<Void> allHeld = new CompletableFuture<>();

  /** Consumers of each process that has answered; one that answers twice counts once. */
  private final Map<String, Integer> consumers = new HashMap<>();

  private final Map<String, String> holders = new HashMap<>();
  private final Set<String> answered = new HashSet<>();
  private final Set<String> celeryWorkers = new HashSet<>();
  private final Set<String> celeryWorkersOnQueue = new HashSet<>();
  private boolean heard;

  RollCall(String queue, List<String> ids) {
    this.queue = queue;
    this.ids = List.copyOf(ids);
    this.asked = Set.copyOf(ids);
  }

  /**
   * What was answered.
   *
   * @param ids the tasks that were asked for
   * @param heard whether the broker took the question, so that silence means something
   * @param consumers how many consumers of the queue the workers have that answered
   * @param holders the worker that holds a task, by its id
   * @param answered the workers that answered
   */
  record Answers(
      List<String> ids,
      boolean heard,
      int consumers,
      Map<String, String> holders,
      Set<String> answered) {}

  String ticket() {
    return ticket;
  }

  String queue() {
    return queue;
  }

  List<String> ids() {
    return ids;
  }

  /** The broker has taken the question. */
  synchronized void heard() {
    heard = true;
  }

  /** Completes when there is nothing more to hear: some worker holds each of the tasks. */
  CompletableFuture<Void> allHeld() {
    return allHeld;
  }

  synchronized void onReply(ControlReply reply) {
    if (!(reply.value() instanceof JsonNode value)
        || answered.size() + celeryWorkersOnQueue.size() >= MOST_ANSWERS) {
      return;
    }
    if (value.isArray()) {
      for (JsonNode consumed : value) {
        if (consumed.path("name").asString("").equals(queue)) {
          celeryWorkersOnQueue.add(reply.worker());
        }
      }
    } else if (value.isObject() && !value.has("error")) {
      answered.add(reply.worker());
      value.propertyNames().stream()
          .filter(asked::contains)
          .forEach(id -> holders.put(id, reply.worker()));
      count(reply.worker(), value.get(WORKER));
      if (holders.size() == asked.size()) {
        allHeld.complete(null);
      }
    }
  }

  private void count(String worker, @Nullable JsonNode told) {
    if (told == null) {
      celeryWorkers.add(worker);
    } else if (told.path("consumers").path(queue).isInt()) {
      consumers.put(
          told.path("process").asString(worker),
          Math.max(0, told.path("consumers").path(queue).asInt()));
    }
  }

  synchronized Answers answers() {
    long count = consumers.values().stream().mapToLong(Integer::longValue).sum();
    count += celeryWorkers.stream().filter(celeryWorkersOnQueue::contains).count();
    return new Answers(
        ids,
        heard,
        (int) Math.min(Integer.MAX_VALUE, count),
        Map.copyOf(holders),
        Set.copyOf(answered));
  }

  /** Questions for tasks of a queue, each of a size that fits into a message. */
  static List<RollCall> of(String queue, List<String> ids) {
    List<RollCall> calls = new ArrayList<>();
    ControlSender.batches(ids).forEach(batch -> calls.add(new RollCall(queue, batch)));
    return calls;
  }
}
