package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.GetResponse;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.it.MutatedMessages.Mutated;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * No message whatever stops a worker. {@code -Dwarren.mutations=N} sets how many are tried, {@code
 * -Dwarren.mutations.seed=S} which.
 */
@Tag(Ci.FIRST_PASS_ONLY)
class MutatedMessagesTest {

  private static final int COUNT = Integer.getInteger("warren.mutations", 10_000);
  private static final long SEED = Long.getLong("warren.mutations.seed", System.nanoTime());
  private static final Set<String> ENDS = Set.of("SUCCESS", "FAILURE", "REVOKED");
  private static final JsonMapper JSON = new JsonMapper();

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("mutated");

  @AutoClose private final PlainAmqp amqp = PlainAmqp.to(uri);
  @AutoClose private WorkerProcess worker;
  @AutoClose private Warren warren;

  /** Correlation ids of what was sent, with the status of its answer; null for none yet. */
  private final Map<String, String> ends = new HashMap<>();

  private final Set<String> quarantined = new HashSet<>();
  private final Map<String, Mutated> sent = new LinkedHashMap<>();

  @Test
  void everyOneOfManyRandomMessagesIsAnsweredOrInQuarantineAndTheWorkerLives() throws Exception {
    worker =
        WorkerProcess.on(uri)
            .queue(queue)
            .set("warren.worker.unknown-task-ttl", "0s")
            .set("logging.level.root", "ERROR")
            .startReady();
    long pid = worker.pid();
    String replies = amqp.replyQueue();
    MutatedMessages messages = new MutatedMessages(SEED, replies);
    for (int i = 0; i < COUNT; i++) {
      Mutated next = messages.next();
      ends.put(next.correlationId(), null);
      sent.put(next.correlationId(), next);
      amqp.put(queue, next.properties(), next.body());
    }

    Deadline.awaitAsserted(
        "each of %d has an end (seed %d)".formatted(COUNT, SEED),
        Deadline.HEALED,
        () -> {
          take(replies);
          assertThat(sent.keySet().stream().filter(this::hasNoEnd).map(id -> shown(sent.get(id))))
              .isEmpty();
        });

    long good = ends.values().stream().filter("SUCCESS"::equals).count();
    long failed =
        ends.entrySet().stream()
            .filter(e -> e.getValue() != null && !e.getValue().equals("SUCCESS"))
            .filter(e -> !quarantined.contains(e.getKey()))
            .count();
    System.out.printf(
        "%d messages (seed %d): %d succeeded, %d failed, %d in quarantine%n",
        COUNT, SEED, good, failed, quarantined.size());
    assertThat(good + failed + quarantined.size()).isEqualTo(COUNT);
    assertThat(List.of(good, failed, (long) quarantined.size())).allMatch(some -> some > 0);
    assertThat(worker.pid()).isEqualTo(pid);
    assertThat(worker.isAlive()).isTrue();
    assertThat(worker.log()).isEmpty();
    warren = Warren.connect(uri);
    TaskRef<Integer> wordCount = TaskRef.of("text.word_count", Integer.class);
    assertThat(warren.pool(queue).applyAsync(wordCount.with("a b")).get(Deadline.TASK))
        .isEqualTo(2);
  }

  private boolean hasNoEnd(String id) {
    return ends.get(id) == null && !quarantined.contains(id);
  }

  private static String shown(Mutated message) {
    return message.properties().getHeaders()
        + " "
        + new String(message.body(), StandardCharsets.UTF_8);
  }

  private void take(String replies) {
    for (GetResponse reply : amqp.takeAll(replies)) {
      JsonNode body = JSON.readTree(reply.getBody());
      String status = body.path("status").asString();
      String id = reply.getProps().getCorrelationId();
      if (ends.containsKey(id) && ENDS.contains(status)) {
        ends.put(id, status);
      }
    }
    for (GetResponse kept : amqp.takeAll(queue + ".dead")) {
      quarantined.add(kept.getProps().getCorrelationId());
      assertThat(kept.getProps().getHeaders()).containsKey("x-warren-reason");
    }
  }
}
