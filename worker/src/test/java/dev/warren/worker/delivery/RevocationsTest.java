package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.rabbit.Threads;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.worker.Task;
import dev.warren.worker.execute.Outcome;
import dev.warren.worker.execute.Outcome.Kind;
import dev.warren.worker.execute.TaskRegistry;
import dev.warren.worker.execute.ThreadExecutor;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RevocationsTest {

  public static final class Tasks {
    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile String unwanted = "";

    /** Runs until it is interrupted. */
    @Task("endless")
    public void endless() throws InterruptedException {
      begun.countDown();
      new CountDownLatch(1).await();
    }

    /** Runs until it is interrupted, and makes nothing of it. */
    @Task("stubborn")
    public String stubborn() {
      begun.countDown();
      try {
        new CountDownLatch(1).await();
        return "never";
      } catch (InterruptedException e) {
        return "stubborn";
      }
    }

    @Task("quick")
    public boolean quick() {
      return Thread.currentThread().isInterrupted();
    }

    /** Asks to be revoked, and ends. */
    @Task("unwanted")
    public void unwanted(String id) {
      unwanted = id;
    }

    @Task("failing")
    public void failing() {
      throw new IllegalStateException("by itself");
    }
  }

  private final Revocations revocations = new Revocations();
  private final Tasks tasks = new Tasks();
  private final JsonMapper mapper = new WireFormat(10_000).mapper();
  private final TaskRegistry registry = new TaskRegistry(mapper);

  @AutoClose("shutdownNow")
  private final ScheduledExecutorService timer = Threads.scheduler("test-limits");

  private final ThreadExecutor executor = new ThreadExecutor(registry, timer);

  @BeforeEach
  void register() {
    for (Method method : Tasks.class.getDeclaredMethods()) {
      registry.register(method.getAnnotation(Task.class).value(), tasks, method);
    }
  }

  @Test
  void aRevokedTaskDoesNotBegin() {
    revocations.revoke(List.of("id"), false);

    Outcome outcome = run("id", "quick");

    assertThat(outcome.kind()).isEqualTo(Kind.REVOKED);
    assertThat(outcome.error()).isNotNull();
    assertThat(outcome.error().message()).isEqualTo("revoked");
    assertThat(run("another", "quick").kind()).isEqualTo(Kind.SUCCEEDED);
  }

  @Test
  void aRunningTaskThatIsTerminatedEndsAsRevoked() throws Exception {
    CompletableFuture<Outcome> running = begin("id", "endless");

    revocations.revoke(List.of("id"), true);

    Outcome outcome = running.get(10, TimeUnit.SECONDS);
    assertThat(outcome.kind()).isEqualTo(Kind.REVOKED);
    assertThat(outcome.error()).isNotNull();
    assertThat(outcome.error().message()).isEqualTo("terminated");
  }

  @Test
  void aTaskThatIgnoresItsInterruptHasItsValue() throws Exception {
    CompletableFuture<Outcome> running = begin("id", "stubborn");

    revocations.revoke(List.of("id"), true);

    assertThat(running.get(10, TimeUnit.SECONDS).kind()).isEqualTo(Kind.SUCCEEDED);
  }

  @Test
  void withoutTerminateARunningTaskGoesOn() throws Exception {
    CompletableFuture<Outcome> running = begin("id", "stubborn");

    revocations.revoke(List.of("id"), false);
    assertThat(running).isNotDone();

    revocations.revoke(List.of("id"), true);
    running.get(10, TimeUnit.SECONDS);
  }

  /** Thousands of runs, each revoked at about the moment when it ends. */
  @Test
  void noInterruptReachesTheNextTask() throws Exception {
    Thread revoking =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                revocations.revoke(List.of(tasks.unwanted), true);
              }
            });
    revoking.start();
    try {
      for (int i = 0; i < 20_000; i++) {
        String id = "unwanted" + i;
        revocations.run(
            executor,
            TaskMessage.of(id, "unwanted", List.of(mapper.valueToTree(id)), Map.of()),
            progress -> {},
            outcome -> {});
        Outcome next = run("next" + i, "quick");
        assertThat(next.kind()).isEqualTo(Kind.SUCCEEDED);
        assertThat(next.value()).isEqualTo(false);
      }
    } finally {
      revoking.interrupt();
      revoking.join();
    }
  }

  @Test
  void aFailureOfItsOwnStaysAFailure() {
    assertThat(run("id", "failing").kind()).isEqualTo(Kind.FAILED);
  }

  @Test
  void theLastHundredThousandAreRemembered() {
    revocations.revoke(List.of("first"), false);
    revocations.revoke(
        IntStream.range(0, Revocations.MOST - 1).mapToObj(i -> "id" + i).toList(), false);
    assertThat(revocations.isRevoked("first")).isTrue();

    revocations.revoke(List.of("one more"), false);

    assertThat(revocations.isRevoked("first")).isFalse();
    assertThat(revocations.isRevoked("id0")).isTrue();
  }

  private CompletableFuture<Outcome> begin(String id, String task) throws InterruptedException {
    CompletableFuture<Outcome> running =
        CompletableFuture.supplyAsync(() -> run(id, task), work -> new Thread(work).start());
    assertThat(tasks.begun.await(10, TimeUnit.SECONDS)).isTrue();
    return running;
  }

  private Outcome run(String id, String task) {
    List<JsonNode> none = List.of();
    return revocations.run(
        executor, TaskMessage.of(id, task, none, Map.of()), progress -> {}, outcome -> {});
  }
}
