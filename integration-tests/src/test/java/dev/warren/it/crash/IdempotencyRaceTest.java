package dev.warren.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One key, many callers at the same moment: one task. */
@Tag(Ci.FIRST_PASS_ONLY)
class IdempotencyRaceTest {

  private static final int CALLERS = 64;
  private static final int ROUNDS = 5;
  private static final String QUEUE = TestBroker.uniqueName("race");
  private static final Duration ANSWER = Duration.ofSeconds(20);

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static ProducerProcess producer;

  @AutoClose("shutdownNow")
  private static final ExecutorService CALLER = Executors.newFixedThreadPool(CALLERS);

  @TempDir private static Path folder;

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(QUEUE).running(CrashWorker.class).start();
    producer = ProducerProcess.on(uri).queue(QUEUE).startReady();
    worker.awaitReady();
  }

  @Test
  void aKeyThatManyUseAtTheSameMomentIsOneTaskThatRunsOnce() throws Exception {
    Path journal = folder.resolve("executions");
    for (int round = 1; round <= ROUNDS; round++) {
      Set<String> ids = race("round-" + round, body(journal, round));

      assertThat(ids).as("ids that callers were told in round " + round).hasSize(1);
      producer.tasks().awaitDone(ids.iterator().next(), Deadline.TASK);
    }
    assertThat(listed()).as("tasks that exist").hasSize(ROUNDS);
    assertThat(Files.readAllLines(journal))
        .filteredOn(line -> line.contains(" BEGIN "))
        .as("executions")
        .hasSize(ROUNDS);
  }

  /** All at once; who is told that another one is at it asks again, as the answer says. */
  private static Set<String> race(String key, String body)
      throws InterruptedException, ExecutionException {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<String>> answers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      ProducerClient client = new ProducerClient(List.of(producer.address()));
      answers.add(
          CALLER.submit(
              () -> {
                start.await();
                return accepted(client, key, body);
              }));
    }
    start.countDown();
    List<String> ids = new ArrayList<>();
    for (Future<String> answer : answers) {
      ids.add(answer.get());
    }
    return Set.copyOf(ids);
  }

  private static String accepted(ProducerClient client, String key, String body) {
    return Deadline.awaitValue(
        "202 for the key " + key,
        Deadline.TASK,
        () -> {
          ProducerClient.Answer answer = post(client, key, body);
          if (answer.status() == 202) {
            return answer.json().path("id").asString();
          }
          assertThat(answer.problem()).isEqualTo("in-progress");
          return null;
        });
  }

  private static ProducerClient.Answer post(ProducerClient client, String key, String body) {
    try {
      return client.post(key, body, ANSWER);
    } catch (IOException e) {
      throw new AssertionError("no answer", e);
    }
  }

  private static String body(Path journal, int number) {
    return "{\"task\":\"%s\",\"args\":[\"%s\",%d,0]}".formatted(CrashTasks.NAME, journal, number);
  }

  private static Set<String> listed() throws IOException {
    ProducerClient client = new ProducerClient(List.of(producer.address()));
    return client
        .list(QUEUE, "")
        .json()
        .path("tasks")
        .valueStream()
        .map(task -> task.path("id").asString())
        .collect(Collectors.toSet());
  }
}
