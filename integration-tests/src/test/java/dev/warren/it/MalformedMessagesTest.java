package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.it.MalformedMessages.Malformed;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is no task is kept with the reason, and harms neither the worker nor other tasks. */
class MalformedMessagesTest {

  private static final int COUNT = 100;
  private static final TaskRef<Integer> WORD_COUNT = TaskRef.of("text.word_count", Integer.class);

  private static String stranger;

  @AutoClose private static PlainAmqp amqp;

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("malformed");

  @AutoClose private WorkerProcess worker;
  @AutoClose private Warren warren;

  /** Another user than the worker's, so that what one may publish the other may not. */
  @BeforeAll
  static void connectAsAStranger() {
    TestBroker broker = TestBroker.shared();
    stranger = TestBroker.uniqueName("stranger");
    broker.addUser(stranger, "secret");
    amqp = PlainAmqp.to(broker.uri(stranger, "secret"));
  }

  @BeforeEach
  void start() {
    worker = WorkerProcess.on(uri).queue(queue).startReady();
    warren = Warren.connect(uri);
  }

  @Test
  void aHundredOfThemAreInQuarantineWithAReasonAndTheNextTaskRuns() throws Exception {
    List<Malformed> messages = MalformedMessages.of(COUNT, queue, stranger);

    messages.forEach(m -> amqp.put(queue, m.properties(), m.body()));

    Deadline.awaitAsserted(
        "all are in quarantine",
        Deadline.HEALED,
        () -> assertThat(amqp.count(dead())).isEqualTo(COUNT));
    theNextTaskRuns();
    List<GetResponse> kept = amqp.takeAll(dead());
    assertThat(kept).hasSize(COUNT);
    assertThat(kept).allSatisfy(MalformedMessagesTest::saysWhy);
    assertThat(kept.stream().map(k -> Arrays.hashCode(k.getBody())).sorted().toList())
        .as("the bodies as they came")
        .isEqualTo(messages.stream().map(m -> Arrays.hashCode(m.body())).sorted().toList());
    assertThat(amqp.count(queue) + amqp.count(queue + ".due")).isZero();
    assertThat(worker.log().lines().filter(line -> line.contains(" ERROR "))).isEmpty();
  }

  /** It can be delivered, but a client of RabbitMQ that reads it closes its connection. */
  @Test
  void aHeaderThatTheClientCannotReadHarmsNoOtherTask() throws Exception {
    BasicProperties properties =
        MalformedMessages.wellFormed()
            .headers(Map.of("deep", MalformedMessages.nested(40)))
            .build();
    amqp.put(queue, properties, new byte[] {'1'});

    for (int i = 0; i < 10; i++) {
      theNextTaskRuns();
    }

    Deadline.awaitAsserted(
        "it is in quarantine", Deadline.HEALED, () -> assertThat(amqp.count(dead())).isEqualTo(1));
    Deadline.await("the worker is ready", Deadline.HEALED, worker::isReady);
  }

  @Test
  void whoSentItIsToldIfItSaysWhoThatIs() {
    String replies = amqp.replyQueue();
    BasicProperties properties =
        MalformedMessages.wellFormed().replyTo(replies).correlationId("mine").build();

    amqp.put(queue, properties, "no JSON".getBytes(StandardCharsets.UTF_8));

    GetResponse reply = amqp.awaitOne(replies, Deadline.TASK);
    assertThat(reply.getProps().getCorrelationId()).isEqualTo("mine");
    JsonNode body = new JsonMapper().readTree(reply.getBody());
    assertThat(body.path("status").asString()).isEqualTo("FAILURE");
    assertThat(body.path("task_id").asString())
        .isEqualTo(Objects.toString(properties.getHeaders().get("id")));
    assertThat(body.path("result").path("exc_type").asString()).isEqualTo("InvalidTaskError");
    assertThat(body.path("result").path("exc_message").toString()).contains("JSON");
  }

  /** The broker gives what it throws out of a queue to {@code .due}, for other tasks' sake. */
  @Test
  void whatHasExpiredInAQueueIsKeptAndNotRun() {
    String other = TestBroker.uniqueName("expiring");
    startOn(other).close(); // it declares the queue
    BasicProperties expiring = MalformedMessages.wellFormed().expiration("1").build();
    amqp.put(other, expiring, "[[\"a b\"], {}, {}]".getBytes(StandardCharsets.UTF_8));
    Deadline.await("it expires", Deadline.TASK, () -> amqp.count(other + ".due") == 1);

    try (WorkerProcess another = startOn(other)) {
      GetResponse kept = amqp.awaitOne(other + ".dead", Deadline.TASK);
      assertThat(kept.getProps().getHeaders().get("x-warren-reason"))
          .asString()
          .isEqualTo("expired");
      assertThat(another.log()).contains("quarantine: expired");
    }
  }

  private WorkerProcess startOn(String name) {
    return WorkerProcess.on(uri).queue(name).startReady();
  }

  private void theNextTaskRuns() throws Exception {
    assertThat(worker.isAlive()).as("the worker process is the same").isTrue();
    assertThat(warren.pool(queue).applyAsync(WORD_COUNT, "a b c").get(Deadline.TASK)).isEqualTo(3);
  }

  private String dead() {
    return queue + ".dead";
  }

  private static void saysWhy(GetResponse kept) {
    BasicProperties properties = kept.getProps();
    assertThat(properties.getHeaders().get("x-warren-reason"))
        .asString()
        .matches("[a-z]+(-[a-z]+)*");
    assertThat(properties.getHeaders().get("x-warren-detail")).asString().isNotBlank();
    assertThat(properties.getExpiration()).as("it stays").isNull();
    assertThat(properties.getDeliveryMode()).as("persistent").isEqualTo(2);
  }
}
