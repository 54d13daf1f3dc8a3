package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.Rest;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nothing needs the broker in order to start, or to stop. */
@Tag(Ci.SECOND_PASS_ONLY)
class AbsentBrokerTest {

  /** Nothing runs, so there is nothing to wait for but a broker that does not answer. */
  private static final Duration STOP = Duration.ofSeconds(15);

  /** Not after a limit of the broker's, the least of which is 10 s. */
  private static final Duration SOON = Duration.ofSeconds(8);

  @AutoClose private static TestBroker broker;

  private final String queue = TestBroker.uniqueName("absent");

  @BeforeAll
  static void startBroker() {
    broker = TestBroker.own();
  }

  @Test
  void workerAndProducerStartWithoutABrokerAndHealWhenItComes() {
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
      assertThat(refused.took()).isLessThan(SOON);
      Deadline.await(
          "the worker waits for the broker",
          Deadline.APP_START,
          () -> worker.log().contains("waits for the broker"));
      assertThat(worker.isReady()).isFalse();

      broker.start();

      producer.awaitReady();
      worker.awaitReady();
      assertThat(tasks.run("text.word_count", "a b").path("result").asInt()).isEqualTo(2);
      assertThat(tasks.queue(queue).path("maxLength").asInt()).isEqualTo(10);
    }
  }

  @Test
  void workerAndProducerStopInTimeWhileTheBrokerHangs() {
    try (WorkerProcess worker =
            WorkerProcess.on(broker.uri()).queue(queue).concurrency(16).start();
        ProducerProcess producer = ProducerProcess.on(broker.uri()).queue(queue).startReady()) {
      worker.awaitReady();
      broker.freeze();
      try {
        worker.sigterm();
        producer.sigterm();

        assertThat(worker.awaitExit(STOP)).isZero();
        assertThat(producer.awaitExit(STOP)).isEqualTo(128 + 15);
      } finally {
        broker.thaw();
      }
    }
  }
}
