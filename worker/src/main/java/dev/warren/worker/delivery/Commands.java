package dev.warren.worker.delivery;

import dev.warren.wire.ControlRequest;
import dev.warren.wire.OneLine;
import dev.warren.wire.WireFormat;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * What clients may tell a worker to do and may ask it. Anybody who may publish on the virtual host
 * can send these: nothing here runs code, or tells of other tasks than those that are named.
 */
final class Commands {

  private static final Logger log = LoggerFactory.getLogger(Commands.class);

  private final String worker;
  private final Revocations revocations;
  private final Holdings holdings;
  private final Supplier<Map<String, Integer>> consumers;
  private final ControlAnswers answers;

  /** Tells two workers of one name apart. */
  private final String process = UUID.randomUUID().toString();

  /**
   * @param consumers how many consumers of each of its queues this worker has right now
   */
  Commands(
      String worker,
      Slots slots,
      Supplier<Map<String, Integer>> consumers,
      ControlAnswers answers) {
    this.worker = worker;
    this.revocations = slots.revocations();
    this.holdings = slots.holdings();
    this.consumers = consumers;
    this.answers = answers;
  }

  /** Does one, and answers it if that is wanted. */
  void execute(ControlRequest command) {
    switch (command.method()) {
      case "revoke" -> answer(command, revoke(command));
      case "query_task" -> answer(command, queryTask(command));
      default -> log.debug("command {} is not known here", OneLine.of(command.method()));
    }
  }

  /** Does a revocation that was sent while this worker was not there. */
  void revokeSilently(ControlRequest command) {
    revoke(command);
  }

  private void answer(ControlRequest command, Object value) {
    if (command.replyTo() != null) {
      answers.send(command.replyTo(), value);
    }
  }

  private Object revoke(ControlRequest command) {
    List<String> ids = WireFormat.strings(command.arguments().get("task_id"));
    boolean terminate =
        command.arguments().get("terminate") instanceof JsonNode node && node.asBoolean(false);
    revocations.revoke(ids, terminate);
    log.debug("{} tasks are revoked", ids.size());
    return Map.of("ok", "tasks " + OneLine.of(ids.toString()) + " flagged as revoked");
  }

  /** Celery's answer, for the tasks that are held; and one more entry, of this worker. */
  private Object queryTask(ControlRequest command) {
    Map<String, Integer> consuming = consumers.get();
    Set<String> asked = new HashSet<>(WireFormat.strings(command.arguments().get("ids")));
    Set<String> running = revocations.running();
    Map<String, Object> answer = new LinkedHashMap<>();
    for (String id : holdings.heldOf(asked)) {
      String state = running.contains(id) ? "active" : "reserved";
      answer.put(id, List.of(state, Map.of("id", id, "hostname", worker)));
    }
    answer.put("warren", Map.of("consumers", consuming, "process", process));
    return answer;
  }
}
