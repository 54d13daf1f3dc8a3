package dev.warren.it.celery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.QueueSettings;
import dev.warren.Warren;
import dev.warren.WarrenSettings;
import dev.warren.it.kit.Celery;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Celery's clients do with a Warren worker: the cases of {@code client.py} in Python, and of
 * {@code client.js} in JavaScript.
 */
@Tag(Ci.SECOND_PASS_ONLY)
class CeleryClientTest {

  private static final String QUEUE = TestBroker.uniqueName("interop");

  /** As celery-node declares it, without arguments; the worker takes it as it is. */
  private static final String NODE_QUEUE = TestBroker.uniqueName("interop-node");

  private static final String BOUNDED_QUEUE = TestBroker.uniqueName("interop-bounded");

  @TempDir private static Path folder;
  @AutoClose private static WorkerProcess worker;
  private static Map<String, String> environment;
  private static long pid;

  @AutoClose private static ClientCases python;
  @AutoClose private static ClientCases node;

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    try (PlainAmqp amqp = PlainAmqp.to(uri)) {
      amqp.declare(NODE_QUEUE, Map.of());
    }
    WarrenSettings settings =
        WarrenSettings.defaults().withQueue(BOUNDED_QUEUE, QueueSettings.bounded(2));
    try (Warren warren = Warren.connect(uri, settings)) {
      warren.pool(BOUNDED_QUEUE);
    }
    worker =
        WorkerProcess.on(uri)
            .set("warren.worker.queues", QUEUE + "," + NODE_QUEUE)
            .concurrency(4)
            .set("warren.worker.unknown-task-ttl", "0s")
            .running(InteropWorker.class)
            .startReady();
    pid = worker.pid();
    environment =
        Map.of(
            "BROKER", uri,
            "QUEUE", QUEUE,
            "NODE_QUEUE", NODE_QUEUE,
            "BOUNDED_QUEUE", BOUNDED_QUEUE,
            "JOURNAL", folder.resolve("journal").toString());
  }

  @TestFactory
  Stream<DynamicTest> pythonsClient() {
    List<String> command = Celery.python("celery/client.py");
    python = ClientCases.start("celery-client", command, environment);
    return ClientCases.tests(command, environment, python);
  }

  @TestFactory
  Stream<DynamicTest> nodesClient() {
    List<String> command = Celery.node("celery/node/client.js");
    node = ClientCases.start("celery-node-client", command, environment);
    return ClientCases.tests(command, environment, node);
  }

  @AfterAll
  static void theWorkerIsTheSameOne() {
    assertThat(worker.isAlive()).isTrue();
    assertThat(worker.pid()).isEqualTo(pid);
  }
}
