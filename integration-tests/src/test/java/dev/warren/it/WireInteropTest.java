package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a Celery 5.5 client writes and reads, byte for byte, against a Warren worker.
 *
 * @see <a href="https://docs.celeryq.dev/en/stable/internals/protocol.html">Celery's protocol</a>
 */
class WireInteropTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String QUEUE = TestBroker.uniqueName("wire");
  private static final String EMBED =
      "{\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}";

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static PlainAmqp amqp;

  private final String id = UUID.randomUUID().toString();

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(QUEUE).startReady();
    amqp = PlainAmqp.to(uri);
  }

  @Test
  void aCeleryClientsTaskIsAnsweredWithCelerysResult() {
    String replies = amqp.replyQueue();
    String body = "[[\"the quick brown fox\"], {}, " + EMBED + "]";

    amqp.put(QUEUE, celery(CeleryHeaders.of("text.word_count", id), replies), utf8(body));

    GetResponse reply = amqp.awaitOne(replies, Deadline.TASK);
    assertThat(reply.getProps().getCorrelationId()).isEqualTo(id);
    assertThat(reply.getProps().getContentType()).isEqualTo("application/json");
    assertThat(reply.getProps().getContentEncoding()).isEqualTo("utf-8");
    JsonNode result = JSON.readTree(reply.getBody());
    assertThat(text(result, "task_id")).isEqualTo(id);
    assertThat(text(result, "status")).isEqualTo("SUCCESS");
    assertThat(result.path("result").asInt()).isEqualTo(4);
    assertThat(result.path("traceback").isNull()).isTrue();
    assertThat(result.path("children").isArray()).isTrue();
    assertThat(result.path("children").isEmpty()).isTrue();
  }

  @Test
  void aFailureIsWhatACeleryClientTurnsIntoAnException() {
    String replies = amqp.replyQueue();
    String body = "[[], {\"message\": \"no luck\"}, " + EMBED + "]";

    amqp.put(QUEUE, celery(CeleryHeaders.of("demo.fail", id), replies), utf8(body));

    GetResponse reply = amqp.awaitOne(replies, Deadline.TASK);
    assertThat(reply.getProps().getCorrelationId()).isEqualTo(id);
    JsonNode result = JSON.readTree(reply.getBody());
    assertThat(text(result, "status")).isEqualTo("FAILURE");
    assertThat(text(result.path("result"), "exc_type")).isEqualTo("IllegalStateException");
    assertThat(result.path("result").path("exc_message").toString()).isEqualTo("[\"no luck\"]");
    assertThat(text(result.path("result"), "exc_module")).isEqualTo("java.lang");
    assertThat(text(result, "traceback")).contains("no luck").contains("\tat ");
  }

  @Test
  void nameAndIdAreHeadersEnough() {
    String replies = amqp.replyQueue();
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .replyTo(replies)
            .headers(Map.of("task", "text.word_count", "id", id))
            .build();

    amqp.put(QUEUE, properties, utf8("[[\"a b c\"], {}, null]"));

    GetResponse reply = amqp.awaitOne(replies, Deadline.TASK);
    assertThat(reply.getProps().getCorrelationId()).isEqualTo(id);
    assertThat(JSON.readTree(reply.getBody()).path("result").asInt()).isEqualTo(3);
  }

  @Test
  void aChunkOfCelerysStarmapIsAnsweredAsOneList() {
    String replies = amqp.replyQueue();
    String signature =
        "{\"task\": \"text.word_count\", \"args\": [], \"kwargs\": {}, \"options\": {},"
            + " \"subtask_type\": null, \"immutable\": false}";
    String body =
        "[[], {\"task\": " + signature + ", \"it\": [[\"a\"], [\"b c\"]]}, " + EMBED + "]";

    amqp.put(QUEUE, celery(CeleryHeaders.of("celery.starmap", id), replies), utf8(body));

    JsonNode result = JSON.readTree(amqp.awaitOne(replies, Deadline.TASK).getBody());
    assertThat(result.path("result").toString()).isEqualTo("[1,2]");
  }

  @Test
  void aCeleryClientsTimeLimitEndsItsTaskWithCelerysFailureAndTheSlotTakesTheNext() {
    String replies = amqp.replyQueue();
    Map<String, @Nullable Object> headers = CeleryHeaders.of("demo.sleep", id);
    headers.put("timelimit", Arrays.asList(1, null));
    for (int task = 0; task < 3; task++) { // on two slots
      amqp.put(QUEUE, celery(headers, replies), utf8("[[86400], {}, " + EMBED + "]"));
    }

    for (int task = 0; task < 3; task++) {
      JsonNode result = JSON.readTree(amqp.awaitOne(replies, Deadline.TASK).getBody());
      assertThat(text(result, "status")).isEqualTo("FAILURE");
      assertThat(text(result.path("result"), "exc_type")).isEqualTo("TimeLimitExceeded");
      assertThat(text(result.path("result"), "exc_module")).isEqualTo("celery.exceptions");
    }
  }

  @Test
  void aCeleryClientsSoftTimeLimitEndsItsTaskWithCelerysFailure() {
    String replies = amqp.replyQueue();
    Map<String, @Nullable Object> headers = CeleryHeaders.of("demo.sleep", id);
    headers.put("timelimit", Arrays.asList(3600, 0.5));

    amqp.put(QUEUE, celery(headers, replies), utf8("[[86400], {}, " + EMBED + "]"));

    JsonNode result = JSON.readTree(amqp.awaitOne(replies, Deadline.TASK).getBody());
    assertThat(text(result.path("result"), "exc_type")).isEqualTo("SoftTimeLimitExceeded");
    assertThat(text(result.path("result"), "exc_module")).isEqualTo("celery.exceptions");
  }

  private BasicProperties celery(Map<String, @Nullable Object> headers, String replyTo) {
    return new BasicProperties.Builder()
        .contentType("application/json")
        .contentEncoding("utf-8")
        .headers(headers)
        .deliveryMode(2)
        .priority(0)
        .correlationId(id)
        .replyTo(replyTo)
        .build();
  }

  private static String text(JsonNode node, String property) {
    return node.path(property).asString("");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
