package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.ResultLostException;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Whatever happens to a reply queue, no task is pending for ever and no result ever changes. */
@Tag(Ci.FIRST_PASS_ONLY)
class RepliesTest {

  private static final String QUEUE = TestBroker.uniqueName("replies");
  private static final String NOBODYS = TestBroker.uniqueName("nobodys");
  private static final TaskRef<Integer> WORD_COUNT = TaskRef.of("text.word_count", Integer.class);

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static ProducerProcess producer;
  @AutoClose private static PlainAmqp amqp;

  private final TaskApi tasks = producer.tasks();

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(QUEUE).start();
    producer =
        ProducerProcess.on(uri)
            .queue(QUEUE)
            .set("warren.queues." + NOBODYS + ".max-length", 100)
            .startReady();
    worker.awaitReady();
    amqp = PlainAmqp.to(uri);
  }

  @AfterEach
  void theNextTaskRuns() {
    assertThat(tasks.run("text.word_count", "a b c").path("result").asInt()).isEqualTo(3);
    assertThat(producer.log().lines().filter(line -> line.contains(" ERROR "))).isEmpty();
  }

  @Test
  void aReplyQueueFullOfNonsenseHarmsNobody() {
    String replies = replyQueueOf(postForNobody());

    MalformedMessages.of(80, replies, TestBroker.USER)
        .forEach(m -> amqp.put(replies, m.properties(), m.body()));
    BasicProperties unreadable =
        MalformedMessages.wellFormed()
            .headers(Map.of("deep", MalformedMessages.nested(40)))
            .build();
    amqp.put(replies, unreadable, new byte[] {'1'});

    Deadline.await("all are read", Deadline.HEALED, () -> amqp.count(replies) == 0);
    assertThat(producer.isReady()).isTrue();
  }

  @Test
  void aSecondReplyChangesNothing() {
    String replies = replyQueueOf(postForNobody());
    JsonNode done = tasks.run("text.word_count", "a b");
    String id = done.path("id").asString();

    for (String status : new String[] {"STARTED", "RETRY", "FAILURE", "SUCCESS", "REVOKED"}) {
      String body =
          "{\"task_id\": \"%s\", \"status\": \"%s\", \"result\": 42}".formatted(id, status);
      amqp.put(
          replies,
          new BasicProperties.Builder().contentType("application/json").correlationId(id).build(),
          body.getBytes(StandardCharsets.UTF_8));
    }

    Deadline.await("all are read", Deadline.TASK, () -> amqp.count(replies) == 0);
    tasks.run("text.word_count", "a b"); // its reply came behind them
    assertThat(tasks.get(id).json()).isEqualTo(done);
  }

  @Test
  void aResultThatIsLostWithItsQueueIsComputedAgain() {
    amqp.delete(replyQueueOf(postForNobody()));

    JsonNode done =
        tasks.awaitDone(tasks.accepted("text.word_count", "a b"), Deadline.HEALED.multipliedBy(2));

    assertThat(done.path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(done.path("result").asInt()).isEqualTo(2);
  }

  @Test
  void aHandleWhoseReplyQueueIsDeletedFails() throws Exception {
    String queue = TestBroker.uniqueName("nobodys");
    try (Warren warren = Warren.connect(TestBroker.shared().uri())) {
      AsyncResult<Integer> handle = warren.pool(queue).applyAsync(WORD_COUNT, "a b");
      String replies = amqp.awaitOne(queue, Deadline.TASK).getProps().getReplyTo();

      amqp.delete(replies);

      assertThatThrownBy(() -> handle.get(Deadline.HEALED)).isInstanceOf(ResultLostException.class);
      assertThat(warren.pool(QUEUE).applyAsync(WORD_COUNT, "a b").get(Deadline.TASK)).isEqualTo(2);
    }
  }

  /** Posts a task to a queue that has no worker. */
  private String postForNobody() {
    return TaskApi.id(
        producer
            .rest()
            .post(
                "/api/v1/tasks",
                Map.of("task", "text.word_count", "args", new String[] {"a"}, "queue", NOBODYS)));
  }

  private String replyQueueOf(String id) {
    while (true) { // one that was taken earlier is lost to the producer, and may be there again
      BasicProperties properties = amqp.awaitOne(NOBODYS, Deadline.TASK).getProps();
      if (properties.getCorrelationId().equals(id)) {
        return properties.getReplyTo();
      }
    }
  }
}
