package dev.warren.it.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.GetResponse;
import dev.warren.AsyncResult;
import dev.warren.Chord;
import dev.warren.Group;
import dev.warren.TaskCall;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.WorkerPool;
import dev.warren.it.journal.Journal;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A callback gets all results of a group, once, whatever becomes of workers and callers. */
@Tag(Ci.SECOND_PASS_ONLY)
class ChordTest {

  private static final int MANY = Integer.getInteger("warren.chord.tasks", 1_000);
  private static final TaskRef<Integer> ADD = TaskRef.of(CanvasTasks.ADD, Integer.class);
  private static final TaskRef<Integer> FAIL = TaskRef.of(CanvasTasks.FAIL, Integer.class);
  private static final TaskRef<Integer> STEP = TaskRef.of(CanvasTasks.STEP, Integer.class);
  private static final TaskRef<List<Integer>> COLLECT =
      TaskRef.of(CanvasTasks.COLLECT, new TypeReference<>() {});

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("chord");

  @TempDir private Path folder;
  private Journal journal;
  @AutoClose private PlainAmqp amqp;
  @AutoClose private Warren warren;
  private WorkerPool pool;
  private WorkerProcess worker;

  @BeforeEach
  void start() {
    journal = Journal.in(folder);
    worker = worker().startReady();
    warren = Warren.connect(uri);
    pool = warren.pool(queue);
    amqp = PlainAmqp.to(uri);
  }

  @AfterEach
  void stop() {
    worker.close();
  }

  private WorkerProcess.Spec worker() {
    return WorkerProcess.on(uri).queue(queue).running(CanvasWorker.class);
  }

  @Test
  void theCallbackGetsAllResultsInTheOrderOfTheCalls() throws Exception {
    assertThat(pool.applyAsync(chordOf(50)).get(Deadline.TASK)).isEqualTo(upTo(50));
    assertThat(journal.begun()).containsExactly("callback");
  }

  @Test
  void aWorkerThatIsKilledInTheMiddleOfManyTasksDoesNotMakeItRunTwice() throws Exception {
    try (WorkerProcess second = worker().startReady()) {
      Group<Integer> group =
          Group.of(
              IntStream.range(0, MANY)
                  .mapToObj(
                      i ->
                          STEP.with(
                              i, journal.file(), "part", ThreadLocalRandom.current().nextLong(10)))
                  .toList());
      AsyncResult<List<Integer>> chord = pool.applyAsync(Chord.of(group, callback(0)));
      Deadline.await("half of it ran", Deadline.HEALED, () -> parts() >= MANY / 2);

      worker.kill9();

      assertThat(chord.get(Deadline.HEALED)).isEqualTo(upTo(MANY));
      assertThat(second.isReady()).isTrue();
    }
    assertThat(journal.begun().stream().filter("callback"::equals)).hasSize(1);
    assertThat(parts()).isGreaterThanOrEqualTo(MANY);
  }

  private int parts() {
    return (int) journal.ended().stream().filter("part"::equals).count();
  }

  /** It is given the same results again, because the broker has kept them. */
  @Test
  void aCallbackWhoseWorkerIsKilledRunsAgainWithAllResults() throws Exception {
    AsyncResult<List<Integer>> chord =
        pool.applyAsync(Chord.of(Group.of(calls(20)), callback(3_000)));
    Deadline.await("it runs", Deadline.TASK, () -> journal.begun().contains("callback"));

    worker.kill9();
    worker = worker().startReady();

    assertThat(chord.get(Deadline.HEALED)).isEqualTo(upTo(20));
    assertThat(journal.begun()).containsExactly("callback", "callback");
    assertThat(journal.ended()).containsExactly("callback");
  }

  @Test
  void theCallbackRunsAlthoughItsCallerIsGone() {
    try (Warren caller = Warren.connect(uri)) {
      Group<Integer> group = Group.of(STEP.with(1, journal.file(), "part", 2_000));
      caller.pool(queue).applyAsync(Chord.of(group, callback(0))).acceptance().join();
    }

    Deadline.await("it ran", Deadline.TASK, () -> journal.ended().contains("callback"));
  }

  /** As a crash between the copy of a message and its ack can leave it. */
  @Test
  void aSecondMessageForACallbackDoesNotRunIt() throws Exception {
    worker.sigterm();
    worker.awaitExit();
    AsyncResult<List<Integer>> chord = pool.applyAsync(chordOf(3));
    chord.acceptance().join();
    List<GetResponse> messages = amqp.takeAll(queue);
    GetResponse last = messages.get(messages.size() - 1);
    messages.forEach(m -> amqp.put(queue, m.getProps(), m.getBody()));
    amqp.put(queue, last.getProps(), last.getBody());
    String replies = repliesOf(last);

    worker = worker().startReady();

    assertThat(chord.get(Deadline.TASK)).isEqualTo(upTo(3));
    Deadline.await(
        "all of it is settled", Deadline.TASK, () -> worker.log().contains("has ended already"));
    assertThat(journal.begun()).containsExactly("callback");
    Deadline.await("its results are gone", Deadline.TASK, () -> !amqp.exists(replies));
  }

  private static String repliesOf(GetResponse callback) {
    JsonNode body = new JsonMapper().readTree(callback.getBody());
    return body.path(1).path("queue").asString();
  }

  @Test
  void theFailureOfOneTaskIsTheChordsAndTheCallbackDoesNotRun() {
    Group<Integer> group = Group.of(ADD.with(1, 2), FAIL.with("x"), ADD.with(3, 4));

    AsyncResult<List<Integer>> chord = pool.applyAsync(Chord.of(group, callback(0)));

    assertThatThrownBy(() -> chord.get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("ChordError")
        .hasMessageContaining("1 of its 3 tasks failed")
        .hasMessageContaining("number 1")
        .hasMessageContaining("no luck with x");
    assertThat(journal.begun()).isEmpty();
  }

  @Test
  void aChordOfNoTasksCallsItsCallbackWithNoResults() throws Exception {
    assertThat(pool.applyAsync(chordOf(0)).get(Deadline.TASK)).isEmpty();
  }

  @Test
  void aChordWhoseTasksTakeTooLongFails() {
    Group<Integer> group = Group.of(STEP.with(1, journal.file(), "part", 600_000));
    Chord<List<Integer>> chord = Chord.of(group, callback(0)).waitAtMost(Duration.ofSeconds(1));

    assertThatThrownBy(() -> pool.applyAsync(chord).get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("1 of its 1 tasks had not ended");
  }

  @Test
  void aChordThatIsCancelledRunsNeitherItsTasksNorItsCallback() throws Exception {
    Group<Integer> group =
        Group.of(
            IntStream.range(0, 10)
                .mapToObj(i -> STEP.with(i, journal.file(), "part", 600_000))
                .toList());
    AsyncResult<List<Integer>> chord = pool.applyAsync(Chord.of(group, callback(0)));
    chord.acceptance().join();
    Deadline.await("two run", Deadline.TASK, () -> journal.begun().size() == 2);

    chord.cancel();

    assertThatThrownBy(() -> chord.get(Deadline.TASK)).isInstanceOf(TaskRevokedException.class);
    assertThat(pool.applyAsync(ADD.with(1, 1)).get(Deadline.TASK)).isEqualTo(2);
    assertThat(journal.begun()).containsExactly("part", "part");
  }

  @Test
  void aChordTellsHowManyOfItsTasksHaveEnded() throws Exception {
    Group<Integer> group = Group.of(ADD.with(1, 2), STEP.with(1, journal.file(), "part", 3_000));
    AsyncResult<List<Integer>> chord = pool.applyAsync(Chord.of(group, callback(0)));

    Deadline.await("one has ended", Deadline.TASK, () -> chord.progress().current() == 1);
    assertThat(chord.progress().total()).isEqualTo(2);
    assertThat(chord.get(Deadline.TASK)).containsExactly(3, 1);
  }

  private Chord<List<Integer>> chordOf(int tasks) {
    return Chord.of(Group.of(calls(tasks)), callback(0));
  }

  private static List<TaskCall<Integer>> calls(int tasks) {
    return IntStream.range(0, tasks).mapToObj(i -> ADD.with(i, 0)).toList();
  }

  private TaskCall<List<Integer>> callback(long millis) {
    return COLLECT.with(journal.file(), millis);
  }

  private static List<Integer> upTo(int count) {
    return IntStream.range(0, count).boxed().toList();
  }
}
