package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import dev.warren.it.kit.AppJar;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

/** The example of a user's own worker does what its README says. */
class ExampleWorkerTest {

  record WordCount(String word, int count) {}

  record Document(String title, String text) {}

  record Similarity(String first, String second, double cosine) {}

  private static final TaskRef<List<WordCount>> TOP =
      TaskRef.of("words.top", new TypeReference<>() {});
  private static final TaskRef<Similarity> SIMILARITY =
      TaskRef.of("words.similarity", Similarity.class);

  @Test
  void aUsersOwnTasksTakeAndReturnRecords() throws InterruptedException {
    String uri = TestBroker.shared().uri();
    String queue = TestBroker.uniqueName("example");
    try (WorkerProcess worker =
            WorkerProcess.on(uri)
                .queue(queue)
                .set("warren.worker.queue", queue) // instead of the example's own
                .running(AppJar.EXAMPLE_WORKER)
                .startReady();
        Warren warren = Warren.connect(uri)) {
      WorkerPool pool = warren.pool(queue);

      assertThat(pool.apply(TOP, "Rabbit, rabbit: carrots!", 1))
          .containsExactly(new WordCount("rabbit", 2));
      Document first = new Document("a", "rabbit hole");
      Document second = new Document("b", "rabbit hole");
      assertThat(pool.apply(SIMILARITY, first, second))
          .satisfies(s -> assertThat(s.first() + s.second()).isEqualTo("ab"))
          .satisfies(s -> assertThat(s.cosine()).isCloseTo(1, offset(1e-9)));
      assertThat(worker.isAlive()).isTrue();
    }
  }
}
