package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tasks that run for longer than the broker lets a message be unsettled. */
@Execution(ExecutionMode.CONCURRENT)
class LongTasksTest {

  private static final TaskRef<Object> WORK = TaskRef.of(Journal.TASK, Object.class);
  private static final Duration CONSUMER_TIMEOUT = Duration.ofSeconds(8);

  private static TestBroker broker;

  private final String queue = TestBroker.uniqueName("long");

  @TempDir private Path folder;
  @AutoClose private final Warren warren = Warren.connect(broker.uri());

  @BeforeAll
  static void startBroker() {
    broker = TestBroker.own();
    // A channel looks at its time-out once in a tick, which is a minute otherwise.
    broker.ctl("eval", "application:set_env(rabbit, channel_tick_interval, 1000).");
    broker.ctl(
        "eval",
        "application:set_env(rabbit, consumer_timeout, " + CONSUMER_TIMEOUT.toMillis() + ").");
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void aTaskThatRunsForLongerThanTheBrokersTimeoutRunsOnce() throws Exception {
    Journal journal = Journal.in(folder);
    try (WorkerProcess worker = worker().startReady()) {
      AsyncResult<Object> result = put(journal, "long", CONSUMER_TIMEOUT.multipliedBy(3));
      for (int i = 0; i < 20; i++) { // beside it, and after it was renewed
        put(journal, "short-" + i, Duration.ofMillis(300)).get(Deadline.TASK);
      }

      result.get(Deadline.HEALED);

      assertThat(journal.begun()).hasSize(21).containsOnlyOnce("long");
      assertThat(worker.log()).contains("its message is renewed");
      assertThat(worker.log()).doesNotContain("a slot's channel was closed");
    }
    Deadline.await("nothing is left", Deadline.TASK, () -> warren.pool(queue).queue().isEmpty());
  }

  @Test
  void aLongTaskOfAQuorumQueueWhoseWorkerIsKilledRunsInAnother() throws Exception {
    Journal journal = Journal.in(folder);
    String type = "warren.queues." + queue + ".type";
    try (WorkerProcess lost = worker().set(type, "quorum").startReady();
        WorkerProcess other = worker().set(type, "quorum").startReady()) {
      AsyncResult<Object> result = put(journal, "long", Duration.ofSeconds(20));
      Deadline.await(
          "it is renewed",
          Deadline.HEALED,
          () -> (lost.log() + other.log()).contains("its message is renewed"));
      WorkerProcess holder = journal.begunBy(lost.pid()).isEmpty() ? other : lost;

      holder.kill9();
      result.get(Deadline.HEALED);

      assertThat(journal.begun()).containsExactly("long", "long");
    }
  }

  private WorkerProcess.Spec worker() {
    return WorkerProcess.on(broker.uri())
        .queue(queue)
        .set("warren.worker.renew-after", "2s")
        .running(JournalWorker.class);
  }

  private AsyncResult<Object> put(Journal journal, String key, Duration time) {
    return warren.pool(queue).applyAsync(WORK, journal.file(), key, time.toMillis());
  }
}
