package dev.warren.worker.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.rabbit.Threads;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.worker.Isolation;
import dev.warren.worker.RetryLater;
import dev.warren.worker.execute.Outcome.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class RetriesTest {

  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration CENTURY = Duration.ofDays(36_525);

  public static final class Tasks {
    /** Runs until it is interrupted. */
    public void endless() throws InterruptedException {
      new CountDownLatch(1).await();
    }

    public int number(int number) {
      return number;
    }

    public void muchLater() {
      throw new RetryLater(Duration.ofSeconds(Long.MAX_VALUE));
    }
  }

  @AutoClose("shutdownNow")
  private final ScheduledExecutorService timer = Threads.scheduler("retries-test");

  private final JsonMapper mapper = new WireFormat(10_000).mapper();
  private final TaskRegistry registry = new TaskRegistry(mapper);

  private final ByRules executor =
      new ByRules(
          registry,
          new TaskRules(Isolation.THREAD, null, null, RetryRules.NONE, null),
          new ThreadExecutor(registry, timer),
          () -> {
            throw new AssertionError("no process is needed");
          });

  @Test
  void aTimeLimitIsATimeoutInEveryAttempt() throws Exception {
    register("endless", List.of(TimeoutException.class), List.of());

    assertThat(run(task("endless").limitedTo(SHORT)).kind()).isEqualTo(Kind.RETRY);
    assertThat(run(retried(1, task("endless").limitedTo(SHORT))).kind()).isEqualTo(Kind.RETRY);
    assertThat(run(retried(2, task("endless").limitedTo(SHORT))).kind()).isEqualTo(Kind.GAVE_UP);
  }

  @Test
  void aSoftTimeLimitIsATimeoutToo() throws Exception {
    register("endless", List.of(TimeoutException.class), List.of());

    assertThat(run(task("endless").softlyLimitedTo(SHORT)).kind()).isEqualTo(Kind.RETRY);
  }

  @Test
  void aTimeoutThatIsNotToBeRetriedIsTheEnd() throws Exception {
    register("endless", List.of(Exception.class), List.of(TimeoutException.class));

    assertThat(run(task("endless").limitedTo(SHORT)).kind()).isEqualTo(Kind.FAILED);
  }

  @Test
  void argumentsThatDoNotFitAreNotTriedAgain() throws Exception {
    register("number", List.of(Exception.class), List.of(), int.class);

    assertThat(run(task("number", "seven")).kind()).isEqualTo(Kind.FAILED);
  }

  @Test
  void aChunkIsNotRunAgainAsAWhole() throws Exception {
    register("endless", List.of(Exception.class), List.of());
    TaskMessage chunk =
        TaskMessage.of(
            "id",
            "celery.starmap",
            List.of(json(Map.of("task", "endless")), json(List.of(List.of()))),
            Map.of());

    assertThat(run(chunk.limitedTo(SHORT)).kind()).isEqualTo(Kind.FAILED);
  }

  @Test
  void noWaitIsTooLongToBeCounted() throws Exception {
    register("muchLater", List.of(Exception.class), List.of());

    Outcome outcome = run(task("muchLater"));

    assertThat(outcome.kind()).isEqualTo(Kind.RETRY);
    assertThat(outcome.retryAfter()).isEqualTo(CENTURY);
  }

  private void register(
      String name,
      List<Class<? extends Throwable>> on,
      List<Class<? extends Throwable>> notOn,
      Class<?>... parameters)
      throws NoSuchMethodException {
    RetryRules rules = new RetryRules(2, SHORT, SHORT, 0, on, notOn);
    registry.register(
        name,
        new Tasks(),
        Tasks.class.getMethod(name, parameters),
        new TaskRules(Isolation.DEFAULT, null, null, rules, null));
  }

  private Outcome run(TaskMessage task) {
    return executor.run(task, () -> false, progress -> {}, outcome -> {});
  }

  private TaskMessage task(String name, Object... args) {
    return TaskMessage.of("id", name, List.of(args).stream().map(this::json).toList(), Map.of());
  }

  private JsonNode json(Object value) {
    return mapper.valueToTree(value);
  }

  private static TaskMessage retried(int times, TaskMessage of) {
    return of.retriedTimes(times);
  }
}
