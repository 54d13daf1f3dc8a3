package dev.warren.it.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.GetResponse;
import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tasks that fail run again, in threads and in processes alike. */
@Tag(Ci.FIRST_PASS_ONLY)
class RetriesTest {

  private static final String THREADS = TestBroker.uniqueName("retry-threads");
  private static final String PROCESSES = TestBroker.uniqueName("retry-processes");

  @AutoClose private static WorkerProcess threads;
  @AutoClose private static WorkerProcess processes;
  @AutoClose private static Warren warren;

  @BeforeAll
  static void start() {
    threads = worker(THREADS, "thread");
    processes = worker(PROCESSES, "process");
    warren = Warren.connect(TestBroker.shared().uri());
    threads.awaitReady();
    processes.awaitReady();
  }

  private static WorkerProcess worker(String queue, String isolation) {
    return WorkerProcess.on(TestBroker.shared().uri())
        .queue(queue)
        .running(RetryWorker.class)
        .set("warren.worker.isolation", isolation)
        .start();
  }

  static Stream<String> queues() {
    return Stream.of(THREADS, PROCESSES);
  }

  @ParameterizedTest
  @MethodSource("queues")
  void aTaskThatFailsRunsAgainUntilItSucceeds(String queue) throws Exception {
    assertThat(call(queue, "retry.flaky", 3).get(Deadline.HEALED)).isEqualTo(4);
  }

  @ParameterizedTest
  @MethodSource("queues")
  void afterItsLastRetryATaskFailsAndIsKept(String queue) throws Exception {
    AsyncResult<Integer> handle = call(queue, "retry.flaky", 10);

    assertThatThrownBy(() -> handle.get(Deadline.HEALED)).hasMessageContaining("attempt 4");
    try (PlainAmqp amqp = PlainAmqp.to(TestBroker.shared().uri())) {
      GetResponse kept = amqp.awaitOne(queue + ".dead", Deadline.TASK);
      assertThat(kept.getProps().getHeaders().get("x-warren-reason").toString())
          .isEqualTo("retries-exhausted");
      assertThat(kept.getProps().getHeaders().get("warren_errors").toString())
          .contains("attempt 1", "attempt 2", "attempt 3");
    }
  }

  @ParameterizedTest
  @MethodSource("queues")
  void aTaskMaySayWhenItIsToRunAgain(String queue) throws Exception {
    long began = System.nanoTime();

    assertThat(call(queue, "retry.later").get(Deadline.HEALED)).isEqualTo(2);

    assertThat(System.nanoTime() - began).isGreaterThan(1_000_000_000L);
  }

  @ParameterizedTest
  @MethodSource("queues")
  void aTaskMaySayThatItDoesNotRunAgain(String queue) {
    AsyncResult<Integer> handle = call(queue, "retry.never");

    assertThatThrownBy(() -> handle.get(Deadline.HEALED)).hasMessageContaining("for good");
  }

  @ParameterizedTest
  @MethodSource("queues")
  void someFailuresAreNotRetried(String queue) {
    AsyncResult<Integer> handle = call(queue, "retry.selective");

    assertThatThrownBy(() -> handle.get(Deadline.HEALED)).hasMessageContaining("not that");
  }

  @ParameterizedTest
  @MethodSource("queues")
  void aTimeLimitThatHasPassedIsAFailureLikeOthers(String queue) throws Exception {
    assertThat(call(queue, "retry.slow").get(Deadline.HEALED)).isEqualTo(2);
  }

  private static AsyncResult<Integer> call(String queue, String task, Object... args) {
    return warren.pool(queue).applyAsync(TaskRef.of(task, Integer.class).with(args));
  }
}
