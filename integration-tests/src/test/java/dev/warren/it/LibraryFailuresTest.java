package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.QueueSettings;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.AccessRefusedException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.TopologyMismatchException;
import dev.warren.WarrenSettings;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.FreePort;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

/** What a caller of the library is told when there is no result. */
class LibraryFailuresTest {

  private static final String QUEUE = TestBroker.uniqueName("library");
  private static final TaskRef<String> FAIL = TaskRef.of("demo.fail", String.class);
  private static final TaskRef<Double> SLEEP = TaskRef.of("demo.sleep", Double.class);

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static Warren warren;

  private final WorkerPool pool = warren.pool(QUEUE);

  @BeforeAll
  static void start() {
    worker = WorkerProcess.on(TestBroker.shared().uri()).queue(QUEUE).startReady();
    warren = Warren.connect(TestBroker.shared().uri());
  }

  @Test
  void aFailedTaskComesWithTypeMessageAndTraceOfTheWorker() {
    AsyncResult<String> handle = pool.applyAsync(FAIL, "no luck");

    assertThatThrownBy(() -> handle.get(Deadline.TASK))
        .isInstanceOfSatisfying(
            TaskFailedException.class,
            e -> {
              assertThat(e.taskId()).isEqualTo(handle.id());
              assertThat(e.remoteType()).isEqualTo("IllegalStateException");
              assertThat(e.remoteMessage()).isEqualTo("no luck");
              assertThat(e.remoteTrace()).contains("DemoTasks");
            });
    assertThat(handle.isReady()).isTrue();
    assertThat(handle.isSuccessful()).isFalse();
  }

  @Test
  void aWaitThatEndsTooEarlyCanBeRepeated() throws Exception {
    AsyncResult<Double> handle = pool.applyAsync(SLEEP, 1);

    assertThatThrownBy(() -> handle.get(Duration.ofMillis(1)))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining(handle.id());
    assertThat(handle.isReady()).isFalse();
    assertThat(handle.get(Deadline.TASK)).isEqualTo(1.0);
  }

  @Test
  void aResultOfAnotherTypeIsNamed() {
    TaskRef<List<?>> wrong = TaskRef.of("demo.sleep", new TypeReference<>() {});

    assertThatThrownBy(() -> pool.applyAsync(wrong, 0).get(Deadline.TASK))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("demo.sleep");
  }

  @Test
  void argumentsThatAreTooLargeAreRefusedBeforeTheyAreSent() {
    assertThatThrownBy(() -> pool.applyAsync(FAIL, "x".repeat(2_000_000)).get(Deadline.TASK))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("warren.max-message-bytes");
  }

  @Test
  void closingFailsWhatIsPending() {
    Warren own = Warren.connect(TestBroker.shared().uri());
    AsyncResult<Double> pending = own.pool(TestBroker.uniqueName("nobodys")).applyAsync(SLEEP, 1);
    pending.acceptance().join();

    own.close();
    own.close();

    assertThatThrownBy(() -> pending.get(Deadline.TASK)).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> own.pool(QUEUE).applyAsync(SLEEP, 0).get(Deadline.TASK))
        .isInstanceOf(PoolClosedException.class);
  }

  @Test
  void aBrokerThatIsNotThereIsNamed() {
    int port = FreePort.next();

    assertThatThrownBy(() -> Warren.connect("amqp://guest:guest@127.0.0.1:" + port).close())
        .isInstanceOf(BrokerUnavailableException.class)
        .hasMessageContaining(String.valueOf(port));
  }

  @Test
  void aWrongPasswordIsRefusedWithoutBeingShown() {
    String uri = TestBroker.shared().uri(TestBroker.USER, "not-the-password");

    assertThatThrownBy(() -> Warren.connect(uri).close())
        .isInstanceOf(AccessRefusedException.class)
        .hasMessageContaining(TestBroker.USER)
        .hasMessageNotContaining("not-the-password");
  }

  @Test
  void aQueueWithAnotherBoundIsNamedWithBothValues() {
    String queue = TestBroker.uniqueName("mismatch");
    try (Warren first = Warren.connect(TestBroker.shared().uri(), bounded(queue, 7));
        Warren second = Warren.connect(TestBroker.shared().uri(), bounded(queue, 5))) {
      assertThat(first.pool(queue).queueName()).isEqualTo(queue);

      assertThatThrownBy(() -> second.pool(queue))
          .isInstanceOf(TopologyMismatchException.class)
          .hasMessageContaining(queue)
          .hasMessageContaining("x-max-length = 7")
          .hasMessageContaining("5");
    }
  }

  private static WarrenSettings bounded(String queue, int maxLength) {
    return WarrenSettings.defaults().withQueue(queue, QueueSettings.bounded(maxLength));
  }
}
