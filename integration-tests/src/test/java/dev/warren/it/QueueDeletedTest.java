package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.Rest;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Queues that somebody deletes under running applications come back by themselves. */
class QueueDeletedTest {

  private static final String QUEUE = TestBroker.uniqueName("deleted");

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static ProducerProcess producer;
  @AutoClose private static PlainAmqp amqp;

  private final TaskApi tasks = producer.tasks();

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(QUEUE, 100).start();
    producer = ProducerProcess.on(uri).queue(QUEUE, 100).startReady();
    worker.awaitReady();
    amqp = PlainAmqp.to(uri);
  }

  @Test
  void theTaskQueueIsDeclaredAgainAndTheNextTaskRuns() {
    amqp.delete(QUEUE);

    String id = postUntilAccepted();

    assertThat(tasks.awaitDone(id, Deadline.HEALED).path("state").asString())
        .isEqualTo("SUCCEEDED");
    assertThat(worker.isAlive()).isTrue();
  }

  @Test
  void theQueueOfDueTasksIsDeclaredAgainAndConsumed() {
    amqp.delete(QUEUE + ".due");

    String id = tasks.accepted("no.such_task");

    Deadline.await(
        "the task that nobody knows came round again",
        Deadline.HEALED,
        () -> tasks.state(id).equals("RETRYING") && amqp.exists(QUEUE + ".due"));
    Deadline.await("the worker is ready again", Deadline.HEALED, worker::isReady);
  }

  @Test
  void theQuarantineIsDeclaredAgainAndNothingIsLost() {
    amqp.delete(QUEUE + ".dead");

    amqp.put(QUEUE, new BasicProperties.Builder().build(), new byte[] {1, 2, 3});

    Deadline.await(
        "the message is in quarantine",
        Deadline.HEALED,
        () -> amqp.exists(QUEUE + ".dead") && amqp.count(QUEUE + ".dead") == 1);
  }

  /** While the queue is missing the answer is 503, which says that the task was not taken. */
  private String postUntilAccepted() {
    return Deadline.awaitValue(
        "a task is accepted again",
        Deadline.HEALED,
        () -> {
          Rest.Answer answer = tasks.post("text.word_count", "a b c");
          if (answer.status() == 202) {
            return TaskApi.id(answer);
          }
          assertThat(answer.status()).isEqualTo(503);
          assertThat(answer.problem()).isEqualTo("no-such-queue");
          return null;
        });
  }
}
