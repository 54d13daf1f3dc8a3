package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.TaskLostException;
import dev.warren.WorkerPool;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A handle ends although its task is gone; and none ends whose task is not. */
@Tag(Ci.SECOND_PASS_ONLY)
@Execution(ExecutionMode.CONCURRENT)
class LostTasksTest {

  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);

  /** Long enough for several rounds of the search. */
  private static final int LONG = 40_000;

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("lost");

  @TempDir private Path folder;
  private Journal journal;
  private Warren warren;
  private WorkerPool pool;
  private PlainAmqp amqp;

  @BeforeEach
  void start() {
    journal = Journal.in(folder);
    warren = Warren.connect(uri);
    pool = warren.pool(queue);
    amqp = PlainAmqp.to(uri);
  }

  @AfterEach
  void stop() {
    warren.close();
    amqp.close();
  }

  @Test
  void whatWaitsInAQueueThatIsDeletedIsLostAndWhatRunsIsNot() throws Exception {
    try (WorkerProcess worker = worker(1)) {
      AsyncResult<String> running = begin("running", LONG);
      List<AsyncResult<String>> waiting = submitThree();

      amqp.delete(queue);

      assertLost(waiting);
      assertThat(running.get(Deadline.HEALED)).isEqualTo("running");
      assertThat(worker.isAlive()).isTrue();
    }
  }

  @Test
  void whatWaitsInAQueueThatIsPurgedIsLostAndWhatRunsIsNot() throws Exception {
    try (WorkerProcess worker = worker(1)) {
      AsyncResult<String> running = begin("running", LONG);
      List<AsyncResult<String>> waiting = submitThree();

      amqp.purge(queue);

      assertLost(waiting);
      assertThat(running.get(Deadline.HEALED)).isEqualTo("running");
      assertThat(worker.isAlive()).isTrue();
    }
  }

  @Test
  void withoutAnyWorkerWhatIsPurgedIsLost() throws Exception {
    List<AsyncResult<String>> waiting = submitThree();

    amqp.purge(queue);

    assertLost(waiting);
  }

  @Test
  void whatIsPurgedIsLostAlthoughOthersKeepTheQueueBusy() throws Exception {
    try (WorkerProcess worker = worker(1);
        Warren other = Warren.connect(uri)) {
      AsyncResult<String> running = begin("running", 2_000);
      List<AsyncResult<String>> waiting = submitThree();
      amqp.purge(queue);
      WorkerPool busy = other.pool(queue);
      AtomicBoolean over = new AtomicBoolean();
      Thread feeder = new Thread(() -> keepBusy(busy, over), "keeps-the-queue-busy");
      feeder.start();
      try {
        assertThat(running.get(Deadline.TASK)).isEqualTo("running");
        assertLost(waiting);
        assertThat(worker.isAlive()).isTrue();
      } finally {
        over.set(true);
        feeder.join();
      }
    }
  }

  /** Some ten tasks of a quarter of a second each wait at any time. */
  private void keepBusy(WorkerPool busy, AtomicBoolean over) {
    List<AsyncResult<String>> tasks = new ArrayList<>();
    try {
      while (!over.get()) {
        tasks.add(busy.applyAsync(WORK, journal.file(), "other" + tasks.size(), 250));
        if (tasks.size() > 10) {
          tasks.get(tasks.size() - 11).get(Deadline.HEALED);
        }
      }
      tasks.forEach(AsyncResult::cancel);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatAFrozenWorkerHoldsIsNotLost() throws Exception {
    try (WorkerProcess worker =
        WorkerProcess.on(uri)
            .queue(queue)
            .set("spring.rabbitmq.requested-heartbeat", "60s") // the broker takes it for alive
            .running(JournalWorker.class)
            .startReady()) {
      AsyncResult<String> held = begin("held", LONG);
      try (WorkerProcess other = worker(1)) {
        worker.sigstop();
        assertThat(held.await(Duration.ofSeconds(35))).isFalse();
        worker.sigcont();

        assertThat(held.get(Deadline.HEALED)).isEqualTo("held");
        assertThat(other.isAlive()).isTrue();
      }
    }
  }

  @Test
  void whatRunsForLongIsNotLost() throws Exception {
    try (WorkerProcess worker = worker(2)) {
      AsyncResult<String> running = begin("running", LONG);

      assertThat(running.get(Deadline.HEALED)).isEqualTo("running");
      assertThat(worker.isAlive()).isTrue();
    }
  }

  @Test
  void whatADrainingWorkerStillRunsIsNotLost() throws Exception {
    try (WorkerProcess worker =
        WorkerProcess.on(uri)
            .queue(queue)
            .set("warren.worker.drain-timeout", "60s")
            .running(JournalWorker.class)
            .startReady()) {
      AsyncResult<String> running = begin("running", LONG);

      worker.sigterm();

      assertThat(running.get(Deadline.HEALED)).isEqualTo("running");
      worker.awaitExit();
    }
  }

  @Test
  void whatNoWorkerKnowsYetIsNotLost() throws Exception {
    TaskRef<String> unknown = TaskRef.of("not.yet_deployed", String.class);
    try (WorkerProcess worker = worker(2)) {
      AsyncResult<String> handle = pool.applyAsync(unknown);

      assertThat(handle.await(Duration.ofSeconds(40))).isFalse();
      assertThat(worker.isAlive()).isTrue();
    }
  }

  @Test
  void whatWaitsForAWorkerWaits() throws Exception {
    List<AsyncResult<String>> waiting = submitThree();

    assertThat(waiting.get(0).await(Duration.ofSeconds(30))).isFalse();

    try (WorkerProcess worker = worker(1)) {
      for (AsyncResult<String> handle : waiting) {
        assertThat(handle.get(Deadline.HEALED)).isEqualTo("waiting");
      }
      assertThat(worker.isAlive()).isTrue();
    }
  }

  private WorkerProcess worker(int slots) {
    return WorkerProcess.on(uri)
        .queue(queue)
        .concurrency(slots)
        .running(JournalWorker.class)
        .startReady();
  }

  private AsyncResult<String> begin(String key, int millis) {
    AsyncResult<String> handle = pool.applyAsync(WORK, journal.file(), key, millis);
    Deadline.await(key + " runs", Deadline.TASK, () -> journal.begun().contains(key));
    return handle;
  }

  private List<AsyncResult<String>> submitThree() {
    List<AsyncResult<String>> handles = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      handles.add(pool.applyAsync(WORK, journal.file(), "waiting", 0));
    }
    handles.forEach(handle -> handle.acceptance().join());
    return handles;
  }

  private void assertLost(List<AsyncResult<String>> handles) throws InterruptedException {
    for (AsyncResult<String> handle : handles) {
      assertThat(handle.await(Deadline.HEALED)).isTrue();
      assertThatThrownBy(handle::get)
          .isInstanceOf(TaskLostException.class)
          .hasMessageContaining(handle.id())
          .hasMessageContaining(queue);
    }
    assertThat(journal.begun()).doesNotContain("waiting");
  }
}
