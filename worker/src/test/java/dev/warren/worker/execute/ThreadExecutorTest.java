package dev.warren.worker.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.Progress;
import dev.warren.rabbit.Threads;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.worker.Task;
import dev.warren.worker.TaskContext;
import dev.warren.worker.execute.Outcome.Kind;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ThreadExecutorTest {

  record Point(int x, int y) {}

  static class Tasks {
    @Task("sub")
    public int sub(int left, int right) {
      return left - right;
    }

    @Task("greet")
    public String greet(String name, Optional<String> greeting, @Nullable String mark) {
      return greeting.orElse("Hello") + " " + name + (mark == null ? "" : mark);
    }

    @Task("sum")
    public int sum(int first, int... rest) {
      int sum = first;
      for (int number : rest) {
        sum += number;
      }
      return sum;
    }

    @Task("move")
    public Point move(Point point, List<Point> by) {
      int x = point.x() + by.stream().mapToInt(Point::x).sum();
      return new Point(x, point.y());
    }

    @Task("tell")
    public String tell(int left, TaskContext context, int... right) {
      context.progress(left, right.length);
      return context.id() + " " + context.attempt() + " " + context.isCancelled();
    }

    @Task("positive")
    public int positive(int number, TaskContext context) {
      context.progress(number, -1);
      if (number <= 0) {
        throw new IllegalArgumentException("not positive: " + number);
      }
      return number;
    }

    @Task("keep")
    public void keep(TaskContext context) {
      kept = context;
      Thread.currentThread().interrupt();
      cancelledWhileItRan = context.isCancelled();
    }

    @Task("throw")
    public void raise(String what) throws Exception {
      switch (what) {
        case "checked" -> throw new java.io.IOException("disk");
        case "error" -> throw new StackOverflowError("deep");
        case "oom" -> throw new OutOfMemoryError("heap");
        case "broken" -> throw new BrokenException();
        case "interrupt" -> throw new InterruptedException("asked");
        default -> throw new IllegalStateException("\ud800 lone");
      }
    }
  }

  static final class BrokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("even this");
    }
  }

  private static @Nullable TaskContext kept;
  private static boolean cancelledWhileItRan;

  private final List<Progress> reports = new ArrayList<>();
  private final JsonMapper mapper = new WireFormat(1_000_000).mapper();
  private final TaskRegistry registry = new TaskRegistry(mapper);

  @AutoClose("shutdownNow")
  private final ScheduledExecutorService timer = Threads.scheduler("test-limits");

  private final ThreadExecutor executor = new ThreadExecutor(registry, timer);

  @BeforeEach
  void register() {
    for (Method method : Tasks.class.getDeclaredMethods()) {
      Task task = method.getAnnotation(Task.class);
      if (task != null) {
        registry.register(task.value(), new Tasks(), method);
      }
    }
  }

  @Test
  void positionalArgumentsAreBoundInOrder() {
    assertThat(run("sub", List.of(5, 3), Map.of()).value()).isEqualTo(2);
  }

  @Test
  void keywordArgumentsAreBoundByName() {
    assertThat(run("sub", List.of(), Map.of("right", 3, "left", 5)).value()).isEqualTo(2);
    assertThat(run("sub", List.of(5), Map.of("right", 3)).value()).isEqualTo(2);
  }

  @Test
  void optionalAndNullableParametersMayBeLeftOut() {
    assertThat(run("greet", List.of("Ann"), Map.of()).value()).isEqualTo("Hello Ann");
    assertThat(run("greet", List.of("Ann"), Map.of("greeting", "Hi", "mark", "!")).value())
        .isEqualTo("Hi Ann!");
  }

  @Test
  void accumulateGivesItsArgumentsBackAsInCelery() {
    assertThat(run("celery.accumulate", List.of(1, 2), Map.of()).value()).hasToString("[1, 2]");
    assertThat(run("celery.accumulate", List.of(1, 2), Map.of("index", 1)).value())
        .hasToString("2");
    assertThat(message("celery.accumulate", List.of(1), Map.of("index", 1))).contains("'index'");
  }

  @Test
  void varargsTakeWhatRemains() {
    assertThat(run("sum", List.of(1), Map.of()).value()).isEqualTo(1);
    assertThat(run("sum", List.of(1, 2, 3), Map.of()).value()).isEqualTo(6);
  }

  @Test
  void recordsAndGenericListsAreBoundByJackson() {
    Outcome outcome =
        run("move", List.of(Map.of("x", 1, "y", 2), List.of(Map.of("x", 4, "y", 0))), Map.of());

    assertThat(outcome.value()).isEqualTo(new Point(5, 2));
  }

  @Test
  void theContextIsNoArgumentAndMayStandAnywhere() {
    assertThat(run("tell", List.of(7, 1, 2), Map.of()).value()).isEqualTo("id 1 false");
    assertThat(run("tell", List.of(), Map.of("left", 8)).value()).isEqualTo("id 1 false");
    assertThat(reports).containsExactly(new Progress(7, 2), new Progress(8, 0));
    assertThat(message("positive", List.of(1), Map.of("context", 1)))
        .contains("no argument 'context'; it takes (number)");
  }

  @Test
  void aContextOfATaskThatHasEndedDoesNothing() {
    run("keep", List.of(), Map.of());

    theContextThatWasKeptDoesNothing();
  }

  @Test
  void aContextOfAnItemOfAMapThatHasEndedDoesNothing() {
    run(
        "celery.starmap",
        List.of(),
        Map.of("task", Map.of("task", "keep"), "it", List.of(List.of())));
    reports.clear(); // the map's own

    theContextThatWasKeptDoesNothing();
  }

  private void theContextThatWasKeptDoesNothing() {
    assertThat(cancelledWhileItRan).isTrue();
    assertThat(kept).isNotNull();
    Thread.currentThread().interrupt();
    assertThat(kept.isCancelled()).as("it is another task that is interrupted").isFalse();
    assertThat(Thread.interrupted()).isTrue();
    kept.progress(1, 2);
    assertThat(reports).isEmpty();
  }

  @Test
  void argumentsThatDoNotFitFailAndNameTheArgument() {
    assertThat(message("sub", List.of(1), Map.of())).contains("'right' is missing");
    assertThat(message("sub", List.of(1, 2, 3), Map.of())).contains("2 arguments", "3 were given");
    assertThat(message("sub", List.of(1), Map.of("left", 1))).contains("'left' was given twice");
    assertThat(message("sub", List.of(1, 2), Map.of("other", 1))).contains("no argument 'other'");
    assertThat(message("sub", List.of(1, "x"), Map.of())).contains("'right' cannot be a int");
    assertThat(message("sub", List.of(1, 2.5), Map.of())).contains("'right' cannot be a int");
  }

  @Test
  void whateverATaskThrowsIsAFailureWithTypeMessageAndTrace() {
    assertThat(error("checked")).isEqualTo("IOException: disk");
    assertThat(error("error")).isEqualTo("StackOverflowError: deep");
    assertThat(error("oom")).isEqualTo("OutOfMemoryError: heap");
    assertThat(error("broken")).isEqualTo("BrokenException: ");
    assertThat(error("surrogate")).isEqualTo("IllegalStateException: ? lone");
  }

  @Test
  void anInterruptIsAFailureUnlessTheWorkerStops() {
    assertThat(run("throw", List.of("interrupt"), Map.of()).kind()).isEqualTo(Kind.FAILED);

    executor.stopping();

    assertThat(run("throw", List.of("interrupt"), Map.of()).kind()).isEqualTo(Kind.ABANDONED);
  }

  @Test
  void aTaskThatIsNotRegisteredIsUnknown() {
    Outcome outcome = run("java.lang.Runtime.exec", List.of("true"), Map.of());

    assertThat(outcome.kind()).isEqualTo(Kind.UNKNOWN_TASK);
    assertThat(outcome.error()).isNotNull();
  }

  @Test
  void aMapRunsItsTaskForEachItem() {
    Map<String, Object> sum = Map.of("task", Map.of("task", "sum"), "it", List.of(1, 2, 3));

    assertThat(run("celery.map", List.of(), sum).value()).isEqualTo(List.of(1, 2, 3));
  }

  @Test
  void aStarmapUnpacksItsItems() {
    Map<String, Object> sub =
        Map.of("task", Map.of("task", "sub"), "it", List.of(List.of(5, 3), List.of(9, 2)));

    assertThat(run("celery.starmap", List.of(), sub).value()).isEqualTo(List.of(2, 7));
  }

  @Test
  void aMapOfATaskThatIsNotRegisteredIsUnknown() {
    Map<String, Object> unknown = Map.of("task", Map.of("task", "nope"), "it", List.of(1));

    assertThat(run("celery.map", List.of(), unknown).kind()).isEqualTo(Kind.UNKNOWN_TASK);
  }

  @Test
  void aMapTellsHowManyItemsAreDoneAndItsItemsTellNothing() {
    run("celery.map", List.of(), mapOf("positive", 4, 5, 6));

    assertThat(reports).containsExactly(new Progress(1, 3), new Progress(2, 3), new Progress(3, 3));
  }

  @Test
  void m9_aMapEndsWithTheFirstItemThatFails() {
    Outcome outcome = run("celery.map", List.of(), mapOf("positive", 4, 5, -1, 6));

    assertThat(outcome.kind()).isEqualTo(Kind.FAILED);
    assertThat(outcome.error()).isNotNull();
    assertThat(outcome.error().type()).isEqualTo("IllegalArgumentException");
    assertThat(outcome.error().message()).isEqualTo("not positive: -1");
    assertThat(outcome.value()).as("not asked for").isNull();
    assertThat(reports).containsExactly(new Progress(1, 4), new Progress(2, 4));
  }

  @Test
  void aMapThatFailsHasTheValuesBeforeIfTheyAreWanted() {
    TaskMessage chunk = message("celery.map", mapOf("positive", 4, 5, -1, 6)).wantingPartial();
    TaskMessage failsAtOnce = message("celery.map", mapOf("positive", 0, 1)).wantingPartial();

    assertThat(executor.run(chunk, () -> false, reports::add).value()).isEqualTo(List.of(4, 5));
    assertThat(executor.run(failsAtOnce, () -> false, reports::add).value()).isEqualTo(List.of());
  }

  @Test
  void aMapOfMapsThatFailsTellsTheTasksFailureAndTheOuterValues() {
    Object good = List.of(Map.of("task", "positive"), List.of(1, 2));
    Object bad = List.of(Map.of("task", "positive"), List.of(3, 0));
    Map<String, Object> outer =
        Map.of("task", Map.of("task", "celery.map"), "it", List.of(good, bad));

    Outcome outcome =
        executor.run(message("celery.starmap", outer).wantingPartial(), () -> false, p -> {});

    assertThat(outcome.value()).isEqualTo(List.of(List.of(1, 2)));
    assertThat(outcome.error()).isNotNull();
    assertThat(outcome.error().message()).isEqualTo("not positive: 0");
  }

  @Test
  void twoTasksOfOneNameAreRefusedWithBothPlaces() throws NoSuchMethodException {
    Method method = Tasks.class.getMethod("sub", int.class, int.class);

    assertThatThrownBy(() -> registry.register("greet", new Tasks(), method))
        .hasMessageContaining("'greet'")
        .hasMessageContaining("Tasks.greet")
        .hasMessageContaining("Tasks.sub");
  }

  static class Futures {
    public CompletableFuture<String> later() {
      return new CompletableFuture<>();
    }
  }

  static class Contexts {
    public void two(TaskContext one, int number, TaskContext other) {}
  }

  @Test
  void aMethodWithTwoContextsIsNoTask() throws NoSuchMethodException {
    Method method =
        Contexts.class.getMethod("two", TaskContext.class, int.class, TaskContext.class);

    assertThatThrownBy(() -> registry.register("two", new Contexts(), method))
        .hasMessageContaining("Contexts.two")
        .hasMessageContaining("two parameters of type TaskContext");
  }

  @Test
  void aMethodThatReturnsAFutureIsNoTask() throws NoSuchMethodException {
    Method method = Futures.class.getMethod("later");

    assertThatThrownBy(() -> registry.register("later", new Futures(), method))
        .hasMessageContaining("not a future");
  }

  private Outcome run(String task, List<?> args, Map<String, ?> kwargs) {
    List<JsonNode> json = args.stream().<JsonNode>map(mapper::valueToTree).toList();
    return executor.run(TaskMessage.of("id", task, json, json(kwargs)), () -> false, reports::add);
  }

  private TaskMessage message(String task, Map<String, ?> kwargs) {
    return TaskMessage.of("id", task, List.of(), json(kwargs));
  }

  private Map<String, JsonNode> json(Map<String, ?> values) {
    Map<String, JsonNode> json = new LinkedHashMap<>();
    values.forEach((name, value) -> json.put(name, mapper.valueToTree(value)));
    return json;
  }

  private static Map<String, Object> mapOf(String task, Integer... items) {
    return Map.of("task", Map.of("task", task), "it", List.of(items));
  }

  private String message(String task, List<?> args, Map<String, ?> kwargs) {
    Outcome outcome = run(task, args, kwargs);
    assertThat(outcome.kind()).isEqualTo(Kind.FAILED);
    return outcome.error() == null ? "" : outcome.error().message();
  }

  private String error(String what) {
    Outcome outcome = run("throw", List.of(what), Map.of());
    assertThat(outcome.kind()).isEqualTo(Kind.FAILED);
    return outcome.error() == null ? "" : outcome.error().type() + ": " + outcome.error().message();
  }
}
