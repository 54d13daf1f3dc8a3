package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A quorum queue is bounded, too, though not to the task. */
class QuorumQueueTest {

  private static final int BOUND = 10;

  /** One post at a time: the broker may take a few more than the bound before it says so. */
  private static final int SLACK = 5;

  @Test
  void aFullQuorumQueueRejectsAndRunsAllThatItAccepted() {
    String uri = TestBroker.shared().uri();
    String queue = TestBroker.uniqueName("quorum");
    String type = "warren.queues." + queue + ".type";
    try (ProducerProcess producer =
        ProducerProcess.on(uri).queue(queue, BOUND).set(type, "quorum").startReady()) {
      TaskApi tasks = producer.tasks();
      List<String> accepted = new ArrayList<>();
      int status = 202;
      while (status == 202 && accepted.size() <= BOUND + SLACK) {
        var answer = tasks.post("text.word_count", "two words");
        status = answer.status();
        if (status == 202) {
          accepted.add(TaskApi.id(answer));
        }
      }
      assertThat(status).isEqualTo(429);
      assertThat(accepted).hasSizeBetween(BOUND, BOUND + SLACK);
      assertThat(tasks.queue(queue).path("full").asBoolean()).isTrue();

      try (WorkerProcess worker =
          WorkerProcess.on(uri).queue(queue, BOUND).set(type, "quorum").start()) {
        for (String id : accepted) {
          JsonNode done = tasks.awaitDone(id, Deadline.APP_START);
          assertThat(done.path("result").asInt()).isEqualTo(2);
        }
        assertThat(tasks.run("text.word_count", "room again").path("state").asString())
            .isEqualTo("SUCCEEDED");
        assertThat(worker.isAlive()).isTrue();
      }
    }
  }
}
