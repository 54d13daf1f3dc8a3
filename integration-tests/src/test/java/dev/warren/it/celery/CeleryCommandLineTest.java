package dev.warren.it.celery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.it.kit.Celery;
import dev.warren.it.kit.CeleryWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.CommandLine;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator sees who types {@code celery inspect} and {@code celery control}. */
@Tag(Ci.FIRST_PASS_ONLY)
class CeleryCommandLineTest {

  private static final String URI = TestBroker.shared().uri();
  private static final String QUEUE = TestBroker.uniqueName("cli");
  private static final String JVM = "jvm@" + QUEUE;
  private static final String PYTHON = "python@" + QUEUE;

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static CeleryWorker celery;

  @BeforeAll
  static void start() {
    worker = WorkerProcess.on(URI).queue(QUEUE).named(JVM).startReady();
    celery = CeleryWorker.startReady(URI, QUEUE + "-python", QUEUE, PYTHON, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ping", "active", "stats", "registered", "conf", "active_queues"})
  void inspectListsTheWorkerBesideAPythonOne(String command) {
    assertThat(
            CommandLine.output(
                Celery.cli(URI, "inspect", "-t", "10", "-d", JVM + "," + PYTHON, command),
                Map.of()))
        .contains(JVM)
        .contains(PYTHON)
        .contains("2 nodes online");
  }

  @Test
  void inspectShowsWhatIsRegisteredAndWhatRuns() throws Exception {
    TaskRef<Double> sleep = TaskRef.of("demo.sleep", Double.class);
    try (Warren warren = Warren.connect(URI)) {
      AsyncResult<Double> running = warren.pool(QUEUE).applyAsync(sleep.with(600));

      Deadline.await("it is listed", Deadline.TASK, () -> inspect("active").contains(running.id()));
      assertThat(inspect("registered")).contains("text.word_count");

      running.cancel();
    }
  }

  @Test
  void aRevokeFromTheCommandLineStopsATaskThatRuns() throws Exception {
    TaskRef<Double> sleep = TaskRef.of("demo.sleep", Double.class);
    try (Warren warren = Warren.connect(URI)) {
      AsyncResult<Double> running = warren.pool(QUEUE).applyAsync(sleep.with(600));
      Deadline.await("it runs", Deadline.TASK, () -> inspect("active").contains(running.id()));

      CommandLine.output(
          Celery.cli(URI, "control", "terminate", "SIGTERM", running.id()), Map.of());

      assertThatThrownBy(() -> running.get(Deadline.TASK))
          .isInstanceOf(TaskRevokedException.class)
          .hasMessageContaining("terminated");
    }
  }

  @Test
  void whatIsNotAllowedIsRefusedAndSaysWhatToSet() {
    assertThat(
            CommandLine.output(
                Celery.cli(URI, "control", "-t", "10", "-d", JVM, "pool_grow", "1"), Map.of()))
        .contains("warren.worker.control.allow");
  }

  private static String inspect(String command) {
    return CommandLine.output(Celery.cli(URI, "inspect", "-t", "5", "-d", JVM, command), Map.of());
  }
}
