package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.Rest;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The order in which things are started does not matter. */
class LateBrokerTest {

  @Test
  void workerAndProducerStartWithoutABrokerAndHealWhenItComes() {
    String queue = TestBroker.uniqueName("late");
    try (TestBroker broker = TestBroker.own()) {
      broker.stop();
      try (WorkerProcess worker = WorkerProcess.on(broker.uri()).queue(queue, 10).start();
          ProducerProcess producer =
              ProducerProcess.on(broker.uri()).queue(queue, 10).start().awaitLive()) {
        TaskApi tasks = producer.tasks();
        assertThat(producer.isReady()).isFalse();
        Rest.Answer refused = tasks.post("text.word_count", "a b");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.problem()).isEqualTo("broker-unavailable");
        assertThat(Integer.parseInt(refused.header("retry-after"))).isPositive();
        assertThat(refused.took()).isLessThan(Duration.ofSeconds(2));
        Deadline.await(
            "the worker waits for the broker",
            Deadline.APP_START,
            () -> worker.log().contains("takes tasks from '" + queue + "'"));
        assertThat(worker.isReady()).isFalse();

        broker.start();

        producer.awaitReady();
        worker.awaitReady();
        assertThat(tasks.run("text.word_count", "a b").path("result").asInt()).isEqualTo(2);
        assertThat(tasks.queue(queue).path("maxLength").asInt()).isEqualTo(10);
      }
    }
  }
}
