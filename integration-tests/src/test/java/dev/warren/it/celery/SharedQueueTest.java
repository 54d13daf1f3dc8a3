package dev.warren.it.celery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.Callbacks;
import dev.warren.ResultStream;
import dev.warren.StreamOptions;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.QueueFullException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WorkerPool;
import dev.warren.it.kit.CeleryWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A queue that Celery has declared in its own way, without arguments. */
@Tag(Ci.SECOND_PASS_ONLY)
class SharedQueueTest {

  private static final TaskRef<Integer> ADD = TaskRef.of("t.add", Integer.class);
  private static final TaskRef<Integer> ODD = TaskRef.of("p.odd", Integer.class);
  private static final TaskRef<String> WHO = TaskRef.of("p.who", String.class);

  private final TestBroker broker = TestBroker.shared();
  private final String queue = TestBroker.uniqueName("shared");

  @AutoClose private Warren warren;
  @AutoClose private CeleryWorker python;
  @AutoClose private @Nullable CeleryWorker second;
  @AutoClose private @Nullable WorkerProcess java;
  private WorkerPool pool;

  @BeforeEach
  void start() {
    python = celery("first@shared");
    warren = Warren.connect(broker.uri());
    pool = warren.pool(queue);
  }

  @Test
  void aJavaWorkerTakesTheTasksOfAQueueThatCeleryHasDeclared() throws Exception {
    python.kill9();
    java = javaWorker();

    assertThat(pool.applyAsync(ADD, 1, 2).get(Deadline.TASK)).isEqualTo(3);
  }

  @Test
  void workersOfBothKindsThatKnowATaskShareAMap() throws Exception {
    second = celery("second@shared");
    java = javaWorker();

    List<Double> items = Collections.nCopies(30, 0.1);
    List<@Nullable String> names =
        pool.mapAsync(WHO, items, 1, Callbacks.none()).get(Deadline.TASK);

    assertThat(names).hasSize(30).contains("first@shared", "second@shared", "java");
  }

  @Test
  void aPolicyBoundsIt() {
    python.kill9();
    broker.ctl(
        "set_policy",
        queue,
        "^" + queue + "$",
        "{\"max-length\": 1, \"overflow\": \"reject-publish\"}",
        "--apply-to",
        "queues");
    try {
      Deadline.await("the bound holds", Deadline.TASK, this::isFull);
    } finally {
      broker.ctl("clear_policy", queue);
    }
  }

  @Test
  void anItemThatFailsInAStreamFailsAlone() {
    assertThat(odd(List.of(1, 2, 3, 5), StreamOptions.DEFAULT))
        .containsExactly(1, "ValueError", 3, 5);
  }

  /** Celery tells of a chunk that failed nothing but that. */
  @Test
  void anItemThatFailsInAChunkOfAStreamFailsItsChunk() {
    assertThat(odd(List.of(1, 2, 3, 5), StreamOptions.chunkSize(2)))
        .containsExactly("ValueError", "ValueError", 3, 5);
  }

  private CeleryWorker celery(String name) {
    return CeleryWorker.startReady(broker.uri(), queue, queue + "-none", name, 1);
  }

  private WorkerProcess javaWorker() {
    return WorkerProcess.on(broker.uri())
        .queue(queue)
        .concurrency(1)
        .running(InteropWorker.class)
        .startReady();
  }

  private boolean isFull() {
    try {
      pool.applyAsync(ADD, 1, 2).acceptance().join();
      return false;
    } catch (CompletionException e) {
      return e.getCause() instanceof QueueFullException;
    }
  }

  /** Each item's value, or the name of its exception. */
  private List<Object> odd(List<Integer> items, StreamOptions options) {
    List<Object> read = new ArrayList<>();
    try (ResultStream<Integer> stream = pool.imap(ODD, items, options)) {
      while (stream.hasNext()) {
        try {
          read.add(Objects.requireNonNull(stream.next()));
        } catch (TaskFailedException e) {
          read.add(e.remoteType());
        }
      }
    }
    return read;
  }
}
