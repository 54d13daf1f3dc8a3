package dev.warren.worker.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.wire.TaskError;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.worker.Task;
import dev.warren.worker.execute.Outcome.Kind;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class TimeLimitsTest {

  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofHours(1);

  public static final class Tasks {
    private Runnable atRest = () -> {};

    /** Runs until it is interrupted. */
    @Task("endless")
    public void endless() throws InterruptedException {
      atRest.run();
      new CountDownLatch(1).await();
    }

    /** Runs until it is interrupted so often, and makes nothing of it. */
    @Task("stubborn")
    public String stubborn(int interrupts) {
      for (int i = 0; i < interrupts; i++) {
        try {
          endless();
        } catch (InterruptedException e) {
          // as it says
        }
      }
      return "stubborn";
    }

    /** Computes until it is interrupted, and leaves the interrupt to whoever comes next. */
    @Task("computing")
    public String computing(boolean untilInterrupted) {
      if (untilInterrupted) {
        atRest.run();
      }
      while (untilInterrupted && !Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait();
      }
      return "computed";
    }

    /** Turns its interrupt into an exception of its own. */
    @Task("wrapping")
    public void wrapping() {
      try {
        endless();
      } catch (InterruptedException e) {
        throw new IllegalStateException("the work was stopped", e);
      }
    }

    /** Ends at about a moment; whether it was interrupted meanwhile. */
    @Task("spin")
    public boolean spin(long micros) {
      long end = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(micros);
      while (System.nanoTime() - end < 0) {
        Thread.onSpinWait();
      }
      return Thread.currentThread().isInterrupted();
    }

    @Task("waits-or-not")
    public int waitsOrNot(int number) throws InterruptedException {
      if (number == 0) {
        endless();
      }
      return number;
    }
  }

  @AutoClose("shutdownNow")
  private final ScheduledThreadPoolExecutor timer = timer();

  private final Tasks tasks = new Tasks();
  private final JsonMapper mapper = new WireFormat(10_000).mapper();
  private final TaskRegistry registry = new TaskRegistry(mapper);
  private final ThreadExecutor executor = new ThreadExecutor(registry, timer);

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  @BeforeEach
  void register() {
    for (Method method : Tasks.class.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Task.class)) {
        registry.register(method.getAnnotation(Task.class).value(), tasks, method);
      }
    }
  }

  @Test
  void aTaskIsInterruptedAtItsTimeLimitAndFails() {
    TaskError error = failure(run(task("endless").limitedTo(SHORT)));

    assertThat(error.type()).isEqualTo("TimeLimitExceeded");
    assertThat(error.message()).isEqualTo("it ran for longer than its time limit of 0.05 s");
    assertThat(error.trace()).contains("InterruptedException", "endless");
  }

  @Test
  void whatATaskReturnsAfterItsTimeLimitDoesNotCount() {
    TaskError error = failure(run(task("stubborn", 1).limitedTo(SHORT)));

    assertThat(error.type()).isEqualTo("TimeLimitExceeded");
  }

  @Test
  void aTaskThatMakesAnExceptionOfItsInterruptHasExceededItsLimitAllTheSame() {
    assertThat(failure(run(task("wrapping").limitedTo(SHORT))).type())
        .isEqualTo("TimeLimitExceeded");

    TaskError soft = failure(run(task("wrapping").softlyLimitedTo(SHORT)));
    assertThat(soft.type()).isEqualTo("SoftTimeLimitExceeded");
    assertThat(soft.trace()).contains("the work was stopped");
  }

  @Test
  void aTaskMayEndNormallyAtItsSoftLimit() {
    Outcome outcome = run(task("stubborn", 1).softlyLimitedTo(SHORT).limitedTo(LONG));

    assertThat(outcome.kind()).isEqualTo(Kind.SUCCEEDED);
    assertThat(outcome.value()).isEqualTo("stubborn");
  }

  @Test
  void aTaskThatEndsByTheInterruptOfItsSoftLimitSaysSo() {
    TaskError error = failure(run(task("endless").softlyLimitedTo(SHORT)));

    assertThat(error.type()).isEqualTo("SoftTimeLimitExceeded");
    assertThat(error.message()).isEqualTo("it ran for longer than its soft time limit of 0.05 s");
  }

  @Test
  void aTaskThatGoesOnAfterItsSoftLimitIsInterruptedAgainAtTheHardOne() {
    TaskMessage task = task("stubborn", 2).softlyLimitedTo(SHORT).limitedTo(LONG);

    assertThat(failure(runPassingLimitsAtRest(task)).type()).isEqualTo("TimeLimitExceeded");
  }

  @Test
  void aSoftLimitBehindTheHardOneIsNone() {
    TaskError error = failure(run(task("endless").softlyLimitedTo(LONG).limitedTo(SHORT)));

    assertThat(error.type()).isEqualTo("TimeLimitExceeded");
  }

  @Test
  void aTaskThatIsRevokedIsRevokedWhateverItsLimit() {
    TaskMessage task = task("endless").limitedTo(SHORT);

    assertThat(executor.run(task, () -> true, progress -> {}).kind()).isEqualTo(Kind.REVOKED);
  }

  @Test
  void aWorkerThatStopsGivesATaskBackThatIsPastItsSoftLimitButNotPastItsHardOne() {
    executor.stopping();

    assertThat(run(task("endless").softlyLimitedTo(SHORT)).kind()).isEqualTo(Kind.ABANDONED);
    assertThat(failure(run(task("endless").limitedTo(SHORT))).type())
        .isEqualTo("TimeLimitExceeded");
  }

  @Test
  void aChunkThatExceedsItsLimitTellsTheValuesThatItHas() {
    TaskMessage chunk = chunk("waits-or-not", 1, 2, 0, 4).wantingPartial().limitedTo(SHORT);

    Outcome outcome = runPassingLimitsAtRest(chunk);

    assertThat(failure(outcome).type()).isEqualTo("TimeLimitExceeded");
    assertThat(outcome.value()).isEqualTo(List.of(1, 2));
  }

  @Test
  void aChunkEndsBetweenItemsWhenTheSoftLimitHasPassed() {
    TaskMessage chunk =
        chunk("computing", false, true, false).wantingPartial().softlyLimitedTo(SHORT);

    Outcome outcome = runPassingLimitsAtRest(chunk);

    assertThat(failure(outcome).type()).isEqualTo("SoftTimeLimitExceeded");
    assertThat(outcome.value()).isEqualTo(List.of("computed", "computed"));
  }

  @Test
  void noTimerOutlivesItsTask() {
    assertThat(run(task("spin", 0).softlyLimitedTo(LONG).limitedTo(LONG.plusHours(1))).kind())
        .isEqualTo(Kind.SUCCEEDED);

    assertThat(timer.getQueue()).isEmpty();
  }

  @Test
  void aLimitOfAThousandYearsIsNone() {
    assertThat(run(task("spin", 0).limitedTo(Duration.ofDays(365_000))).kind())
        .isEqualTo(Kind.SUCCEEDED);
  }

  /** A timer that runs already cannot be called off. */
  @Test
  void aTimerThatIsLateInterruptsNobody() {
    List<Runnable> limits = new ArrayList<>();
    TaskMessage task = task("spin", 0).softlyLimitedTo(SHORT).limitedTo(LONG);

    Outcome outcome = run(task, limits);
    limits.forEach(Runnable::run);

    assertThat(limits).as("soft, hard, and the grace after it").hasSize(3);
    assertThat(outcome.kind()).isEqualTo(Kind.SUCCEEDED);
    assertThat(Thread.interrupted()).as("it is another task's thread by now").isFalse();
  }

  @Test
  void aTaskThatGoesOnAfterItsInterruptIsToldAsStuck() {
    List<Runnable> limits = new ArrayList<>();
    List<Outcome> stuck = new ArrayList<>();
    tasks.atRest = () -> limits.forEach(Runnable::run);

    ThreadExecutor ofHand = new ThreadExecutor(registry, byHand(limits));
    ofHand.run(task("stubborn", 1).limitedTo(SHORT), () -> false, progress -> {}, stuck::add);

    assertThat(stuck).hasSize(1);
    TaskError error = failure(stuck.get(0));
    assertThat(error.type()).isEqualTo("TimeLimitExceeded");
    assertThat(error.message()).contains("goes on");
  }

  /** Thousands of runs, each of which ends at about the moment of its limit. */
  @Test
  void noInterruptReachesTheNextTask() {
    for (int i = 0; i < 2_000; i++) {
      run(task("spin", 150).limitedTo(Duration.ofNanos(100_000 + i % 50 * 2_000)));

      assertThat(run(task("spin", 100)).value()).isEqualTo(false);
    }
  }

  /** Has the next limit pass each time when the task waits, or spins, until it is interrupted. */
  private Outcome runPassingLimitsAtRest(TaskMessage task) {
    List<Runnable> limits = new ArrayList<>();
    tasks.atRest = () -> limits.remove(0).run();
    return run(task, limits);
  }

  /** Leaves it to the caller when limits pass: they are in the order in which they were set. */
  private Outcome run(TaskMessage task, List<Runnable> limits) {
    ScheduledThreadPoolExecutor byHand = byHand(limits);
    try {
      return new ThreadExecutor(registry, byHand).run(task, () -> false, progress -> {});
    } finally {
      byHand.shutdownNow();
    }
  }

  private static ScheduledThreadPoolExecutor byHand(List<Runnable> limits) {
    return new ScheduledThreadPoolExecutor(0) {
      @Override
      public ScheduledFuture<?> schedule(Runnable action, long delay, TimeUnit unit) {
        limits.add(action);
        return super.schedule(() -> {}, delay, unit);
      }
    };
  }

  private Outcome run(TaskMessage task) {
    return executor.run(task, () -> false, progress -> {});
  }

  private static TaskError failure(Outcome outcome) {
    assertThat(outcome.kind()).isEqualTo(Kind.FAILED);
    assertThat(outcome.error()).isNotNull();
    return outcome.error();
  }

  private TaskMessage task(String name, Object... args) {
    List<JsonNode> json = List.of(args).stream().<JsonNode>map(mapper::valueToTree).toList();
    return TaskMessage.of("id", name, json, Map.of());
  }

  private TaskMessage chunk(String name, Object... items) {
    return TaskMessage.of(
        "id",
        "celery.map",
        List.of(),
        Map.of("task", mapper.valueToTree(Map.of("task", name)), "it", mapper.valueToTree(items)));
  }
}
