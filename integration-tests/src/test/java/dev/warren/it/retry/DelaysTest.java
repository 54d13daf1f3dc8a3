package dev.warren.it.retry;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tasks that are not to start before a moment. */
class DelaysTest {

  private static final TaskRef<Long> NOW = TaskRef.of("retry.now", Long.class);

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("delays");

  @AutoClose private WorkerProcess worker;
  @AutoClose private Warren warren;
  @AutoClose private PlainAmqp amqp;

  @BeforeEach
  void start() {
    worker = worker();
    warren = Warren.connect(uri);
    amqp = PlainAmqp.to(uri);
    worker.awaitReady();
  }

  private WorkerProcess worker() {
    return WorkerProcess.on(uri).queue(queue).running(RetryWorker.class).start();
  }

  @Test
  void aTaskStartsNotBeforeItsMoment() throws Exception {
    WorkerPool pool = warren.pool(queue);
    List<Instant> etas = new ArrayList<>();
    List<AsyncResult<Long>> handles = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      Instant eta = Instant.now().plusMillis(i * 370L);
      etas.add(eta);
      handles.add(pool.applyAsync(NOW.with().notBefore(eta)));
    }

    for (int i = 0; i < handles.size(); i++) {
      assertThat(handles.get(i).get(Deadline.HEALED))
          .isGreaterThanOrEqualTo(etas.get(i).toEpochMilli());
    }
  }

  @Test
  void aCelerysEtaIsKept() throws Exception {
    String replies = amqp.replyQueue();
    Instant eta = Instant.now().plusSeconds(2);
    String id = UUID.randomUUID().toString();
    amqp.put(
        queue,
        new BasicProperties.Builder()
            .contentType("application/json")
            .contentEncoding("utf-8")
            .correlationId(id)
            .replyTo(replies)
            .headers(
                Map.of("lang", "py", "task", "retry.now", "id", id, "eta", eta + "", "retries", 0))
            .build(),
        "[[], {}, {}]".getBytes(StandardCharsets.UTF_8));

    JsonNode reply = new JsonMapper().readTree(amqp.awaitOne(replies, Deadline.HEALED).getBody());
    assertThat(reply.path("status").asString()).isEqualTo("SUCCESS");
    assertThat(reply.path("result").asLong()).isGreaterThanOrEqualTo(eta.toEpochMilli());
  }

  @Test
  void whatIsDelayedOutlivesAllWorkers() throws Exception {
    AsyncResult<Long> handle =
        warren.pool(queue).applyAsync(NOW.with().countdown(Duration.ofSeconds(4)));
    Deadline.await("it is held", Deadline.TASK, () -> amqp.count(queue) == 0 && isHeld());

    worker.kill9();

    try (WorkerProcess another = worker()) {
      assertThat(handle.get(Deadline.HEALED)).isPositive();
      assertThat(another.isAlive()).isTrue();
    }
  }

  /** {@code -Dwarren.delays=20000} for more; the lateness is printed. */
  @Test
  void manyAtOnceDoNotDelayEachOther() throws Exception {
    int count = Integer.getInteger("warren.delays", 1_000);
    WorkerPool pool = warren.pool(queue);
    Instant first = Instant.now().plusMillis(5_000 + count * 2L);
    List<Instant> etas = new ArrayList<>();
    List<AsyncResult<Long>> handles = new ArrayList<>();
    for (int i = 0; i < count; i++) { // the last ones first
      Instant eta = first.plusMillis((count - i) * 5L);
      etas.add(eta);
      handles.add(pool.applyAsync(NOW.with().notBefore(eta)));
    }

    long[] late = new long[count];
    for (int i = 0; i < count; i++) {
      late[i] = handles.get(i).get(Duration.ofMinutes(5)) - etas.get(i).toEpochMilli();
    }

    Arrays.sort(late);
    System.out.printf(
        "[delays] %d tasks, one every 5 ms: late by %d ms (median), %d ms (99 %%), %d ms (most)%n",
        count, late[count / 2], late[count * 99 / 100], late[count - 1]);
    assertThat(late[0]).isNotNegative();
    assertThat(late[count - 1]).isLessThan(Deadline.TASK.toMillis());
  }

  /** The broker hands on 32 at a time; what could never arrive would keep all places. */
  @Test
  void whatWasDelayedForAQueueThatIsGoneHoldsUpNoOther() throws Exception {
    Duration unit = Duration.ofMillis(250);
    WorkerPool pool = warren.pool(queue);
    pool.applyAsync(NOW.with().countdown(unit)).get(Deadline.HEALED); // the levels are there now
    String gone = TestBroker.uniqueName("gone");
    long before = amqp.count("warren.delay.dead");

    for (int i = 0; i < 40; i++) {
      amqp.publish(
          "warren.delay.0", "0.".repeat(24) + "1." + gone, new BasicProperties(), new byte[1]);
    }

    for (int i = 0; i < 10; i++) {
      pool.applyAsync(NOW.with().countdown(unit)).get(Deadline.HEALED);
    }
    Deadline.await(
        "they are kept", Deadline.TASK, () -> amqp.count("warren.delay.dead") >= before + 40);
  }

  @Test
  void whatIsDelayedFindsItsQueueThatWasDeclaredAgain() throws Exception {
    WorkerPool pool = warren.pool(queue);
    AsyncResult<Long> handle = pool.applyAsync(NOW.with().countdown(Duration.ofSeconds(5)));
    Deadline.await("it is held", Deadline.TASK, () -> amqp.count(queue) == 0 && isHeld());

    amqp.delete(queue + ".due");

    assertThat(handle.get(Deadline.HEALED)).isPositive();
  }

  private boolean isHeld() {
    for (int level = 0; level < 25; level++) {
      if (amqp.exists("warren.delay." + level) && amqp.count("warren.delay." + level) > 0) {
        return true;
      }
    }
    return false;
  }

  /** A handle that waits for its moment is not looked for among the lost. */
  @Test
  @Tag(Ci.FIRST_PASS_ONLY)
  void aTaskThatIsDelayedIsNotLost() throws Exception {
    AsyncResult<Long> handle =
        warren.pool(queue).applyAsync(NOW.with().countdown(Duration.ofSeconds(40)));

    assertThat(handle.get(Deadline.HEALED)).isPositive();
  }
}
