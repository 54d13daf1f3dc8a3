package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.QueueSettings;
import dev.warren.QueueStatus;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.QueueFullException;
import dev.warren.WarrenSettings;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.Rest;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A classic queue holds exactly as many waiting tasks as it may. */
class BoundedQueueTest {

  private static final int BOUND = 5;
  private static final TaskRef<Integer> WORD_COUNT = TaskRef.of("text.word_count", Integer.class);

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("bounded");

  @Test
  void theTaskBeyondTheBoundIsAnswered429AndTheOthersRunLater() {
    try (ProducerProcess producer = ProducerProcess.on(uri).queue(queue, BOUND).startReady()) {
      TaskApi tasks = producer.tasks();
      assertThat(tasks.queue(queue).path("empty").asBoolean()).isTrue();
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < BOUND; i++) {
        ids.add(tasks.accepted("text.word_count", "word ".repeat(i)));
      }

      Rest.Answer sixth = tasks.post("text.word_count", "one too many");

      assertThat(sixth.status()).isEqualTo(429);
      assertThat(sixth.problem()).isEqualTo("queue-full");
      assertThat(Integer.parseInt(sixth.header("retry-after"))).isPositive();
      JsonNode full = tasks.queue(queue);
      assertThat(full.path("size").asInt()).isEqualTo(BOUND);
      assertThat(full.path("maxLength").asInt()).isEqualTo(BOUND);
      assertThat(full.path("full").asBoolean()).isTrue();
      assertThat(full.path("empty").asBoolean()).isFalse();
      assertThat(full.path("consumers").asInt()).isZero();

      try (WorkerProcess worker = WorkerProcess.on(uri).queue(queue, BOUND).start()) {
        for (int i = 0; i < BOUND; i++) {
          JsonNode done = tasks.awaitDone(ids.get(i), Deadline.APP_START);
          assertThat(done.path("result").asInt()).isEqualTo(i);
        }
        Deadline.await(
            "the queue is empty and not full",
            Deadline.TASK,
            () -> {
              JsonNode view = tasks.queue(queue);
              return view.path("empty").asBoolean() && !view.path("full").asBoolean();
            });
        assertThat(tasks.queue(queue).path("consumers").asInt()).isEqualTo(2);
        assertThat(worker.isAlive()).isTrue();
      }
    }
  }

  @Test
  void theLibrarysHandleOfTheTaskBeyondTheBoundFailsAndAMapWaitsForRoom() throws Exception {
    WarrenSettings settings =
        WarrenSettings.defaults().withQueue(queue, QueueSettings.bounded(BOUND));
    try (Warren warren = Warren.connect(uri, settings)) {
      WorkerPool pool = warren.pool(queue);
      List<AsyncResult<Integer>> accepted = new ArrayList<>();
      for (int i = 0; i < BOUND; i++) {
        AsyncResult<Integer> handle = pool.applyAsync(WORD_COUNT, "word ".repeat(i));
        handle.acceptance().get(20, TimeUnit.SECONDS);
        accepted.add(handle);
      }

      assertThatThrownBy(() -> pool.apply(WORD_COUNT, "one too many"))
          .isInstanceOf(QueueFullException.class)
          .hasMessageContaining(queue);
      QueueStatus full = pool.queue();
      assertThat(full.isFull()).isTrue();
      assertThat(full.size()).isEqualTo(BOUND);

      try (WorkerProcess worker = WorkerProcess.on(uri).queue(queue, BOUND).start()) {
        for (int i = 0; i < BOUND; i++) {
          assertThat(accepted.get(i).get(Deadline.APP_START)).isEqualTo(i);
        }
        List<String> texts = Collections.nCopies(20 * BOUND, "three more words");
        assertThat(pool.map(WORD_COUNT, texts, 1)).hasSize(20 * BOUND).containsOnly(3);
        assertThat(worker.isAlive()).isTrue();
      }
    }
  }
}
