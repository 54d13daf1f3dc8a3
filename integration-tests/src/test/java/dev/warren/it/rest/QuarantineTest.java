package dev.warren.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.Rest;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What an operator can do over REST with messages that are no tasks, or that kill workers. */
@Timeout(300)
class QuarantineTest {

  private static final String QUEUE = TestBroker.uniqueName("quarantine");
  private static final String DEAD = QUEUE + ".dead";
  private static final String PATH = "/api/v1/queues/" + QUEUE + "/quarantine";

  @AutoClose private static PlainAmqp amqp;
  @AutoClose private static ProducerProcess producer;

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    amqp = PlainAmqp.to(uri);
    producer = ProducerProcess.on(uri).queue(QUEUE).startReady();
  }

  @BeforeEach
  void empty() {
    List.of(QUEUE, QUEUE + ".due", DEAD).forEach(amqp::purge);
  }

  @Test
  void aMessageThatIsNoTaskIsShownWithTheReasonAndCanBeDropped() throws Exception {
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .headers(Map.of("task", "text.word_count", "id", "an-id"))
            .build();
    try (WorkerProcess worker =
        WorkerProcess.on(TestBroker.shared().uri()).queue(QUEUE).startReady()) {
      amqp.put(QUEUE, properties, "no {JSON".getBytes(StandardCharsets.UTF_8));
      Deadline.await("it is in quarantine", Deadline.TASK, () -> amqp.count(DEAD) == 1);

      JsonNode shown = rest().get(PATH).json().path("messages").path(0);
      assertThat(shown.path("reason").asString()).isEqualTo("not-json");
      assertThat(shown.path("detail").asString()).contains("JSON");
      assertThat(shown.path("worker").asString()).isEqualTo(worker.name());
      assertThat(shown.path("task").asString()).isEqualTo("text.word_count");
      assertThat(shown.path("id").asString()).isEqualTo("an-id");
      assertThat(shown.path("time").asString()).startsWith("20");
      assertThat(shown.path("size").asInt()).isEqualTo(8);
      assertThat(shown.path("body").asString()).isEqualTo("no {JSON");
      assertThat(shown.path("truncated").asBoolean()).isFalse();

      String one = PATH + "/" + shown.path("key").asString();
      JsonNode whole = rest().get(one).json();
      assertThat(whole.path("headers").path("x-warren-queue").asString()).isEqualTo(QUEUE);
      assertThat(whole.path("body")).isEqualTo(shown.path("body"));
      assertThat(producer.tasks().queue(QUEUE).path("dead").asInt()).isEqualTo(1);

      assertThat(delete(one)).contains("\"dropped\":1");
      assertThat(rest().get(one).problem()).isEqualTo("message-not-found");
      assertThat(delete(one)).contains("message-not-found");
      assertThat(amqp.count(DEAD)).isZero();
    }
  }

  @Test
  void aTaskThatIsRequeuedRunsAndAnswers() {
    String id = producer.tasks().accepted("text.word_count", "a b c");
    moveToQuarantine(QUEUE);
    String key = rest().get(PATH).json().path("messages").path(0).path("key").asString();

    Rest.Answer answer = rest().post(PATH + "/" + key + "/requeue", Map.of());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json()).hasToString("{\"requeued\":1}");
    try (WorkerProcess worker =
        WorkerProcess.on(TestBroker.shared().uri()).queue(QUEUE).startReady()) {
      JsonNode done = producer.tasks().awaitDone(id, Deadline.TASK);
      assertThat(done.path("result").asInt()).isEqualTo(3);
      assertThat(worker.isAlive()).isTrue();
    }
    assertThat(rest().post(PATH + "/" + key + "/requeue", Map.of()).problem())
        .isEqualTo("message-not-found");
  }

  @Test
  void allAreRequeuedOrDroppedAndTheCallSaysHowMany() throws Exception {
    TaskApi tasks = producer.tasks();
    IntStream.range(0, 5).forEach(i -> tasks.accepted("demo.sleep", i));
    IntStream.range(0, 5).forEach(i -> moveToQuarantine(QUEUE));

    assertThat(rest().post(PATH + "/requeue?limit=3", Map.of()).json())
        .hasToString("{\"requeued\":3,\"left\":2}");
    assertThat(delete(PATH)).isEqualTo("{\"dropped\":2,\"left\":0}");

    assertThat(amqp.count(QUEUE + ".due")).isEqualTo(3);
    assertThat(rest().post(PATH + "/requeue", Map.of()).json())
        .hasToString("{\"requeued\":0,\"left\":0}");
  }

  @Test
  void aBodyThatIsNoTextIsShownInBase64AndALongOneIsCut() {
    amqp.put(DEAD, new BasicProperties(), new byte[] {(byte) 0xFF, 0});
    amqp.put(DEAD, new BasicProperties(), "ä".repeat(3000).getBytes(StandardCharsets.UTF_8));

    JsonNode messages = rest().get(PATH).json().path("messages");

    assertThat(messages.path(0).path("bodyBase64").asString()).isEqualTo("/wA=");
    assertThat(messages.path(0).path("reason").isNull()).isTrue();
    assertThat(messages.path(1).path("truncated").asBoolean()).isTrue();
    assertThat(messages.path(1).path("body").asString()).isEqualTo("ä".repeat(2048));
    assertThat(messages.path(1).path("size").asInt()).isEqualTo(6000);
    String whole = PATH + "/" + messages.path(1).path("key").asString();
    assertThat(rest().get(whole).json().path("body").asString()).hasSize(3000);
  }

  @Test
  void whatTheBrokerThrewOutItselfIsShownWithItsReason() {
    BasicProperties expiring = new BasicProperties.Builder().expiration("1").build();
    amqp.put(QUEUE + ".due", expiring, new byte[] {'x'});
    Deadline.await("it expires", Deadline.TASK, () -> amqp.count(DEAD) == 1);

    JsonNode shown = rest().get(PATH).json().path("messages").path(0);

    assertThat(shown.path("reason").asString()).isEqualTo("expired");
    assertThat(shown.path("time").asString()).startsWith("20");
  }

  @Test
  void whatIsNotKnownIsAProblem() {
    assertThat(rest().get("/api/v1/queues/nowhere/quarantine").problem())
        .isEqualTo("queue-not-found");
    assertThat(rest().get(PATH + "/x").problem()).isEqualTo("message-not-found");
    assertThat(rest().get(PATH + "/" + "0".repeat(32)).problem()).isEqualTo("message-not-found");
    assertThat(rest().get(PATH + "?limit=0").problem()).isEqualTo("invalid-parameter");
  }

  /** As a worker does. */
  private static void moveToQuarantine(String queue) {
    GetResponse taken = amqp.awaitOne(queue, Deadline.TASK);
    Map<String, Object> headers = new HashMap<>(taken.getProps().getHeaders());
    headers.put("x-warren-reason", "worker-lost");
    headers.put("warren_lost_attempts", 3);
    amqp.put(DEAD, taken.getProps().builder().headers(headers).build(), taken.getBody());
  }

  private static Rest rest() {
    return producer.rest();
  }

  private static String delete(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(producer.address() + path)).DELETE().build(),
            BodyHandlers.ofString())
        .body();
  }
}
