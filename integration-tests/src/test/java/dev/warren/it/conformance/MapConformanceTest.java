package dev.warren.it.conformance;

import static dev.warren.it.conformance.Tasks.ADD;
import static dev.warren.it.conformance.Tasks.ECHO;
import static dev.warren.it.conformance.Tasks.ROOT;
import static dev.warren.it.conformance.Tasks.SQUARE;
import static dev.warren.it.conformance.Tasks.WORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.Progress;
import dev.warren.QueueSettings;
import dev.warren.Warren;
import dev.warren.WarrenException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.WarrenSettings;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code map}, {@code starmap} and their asynchronous forms: rows M1 to M11. */
@Tag(Ci.SECOND_PASS_ONLY)
class MapConformanceTest {

  private static final String QUEUE = TestBroker.uniqueName("map");

  /** Of both workers together. */
  private static final int SLOTS = 4;

  @AutoClose private static WorkerProcess one;
  @AutoClose private static WorkerProcess other;
  @AutoClose private static Warren warren;
  @AutoClose private static PlainAmqp amqp;

  private final WorkerPool pool = warren.pool(QUEUE);

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    one = WorkerProcess.on(uri).queue(QUEUE).running(ConformanceWorker.class).start();
    other = WorkerProcess.on(uri).queue(QUEUE).running(ConformanceWorker.class).startReady();
    one.awaitReady();
    warren = Warren.connect(uri);
    amqp = PlainAmqp.to(uri);
  }

  // --- M1 to M3: values --------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 100, 1000})
  void m1_mapGivesTheResultsInTheOrderOfTheItems(int chunkSize) throws Exception {
    assertThat(pool.map(SQUARE, numbers(100), chunkSize)).isEqualTo(squares(100));
  }

  @Test
  void m1_mapTakesNullsAndGivesNulls() throws Exception {
    List<Object> items = Arrays.asList(1, null, 3, null, 5);

    assertThat(pool.map(ECHO, items, 2)).isEqualTo(items);
    assertThat(pool.map(ECHO, items, 1)).isEqualTo(items);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7})
  void m2_starmapCallsWithTheItemsAsArguments(int chunkSize) throws Exception {
    List<List<Integer>> pairs = IntStream.range(0, 20).mapToObj(i -> List.of(i, 100)).toList();
    List<Integer> sums = IntStream.range(100, 120).boxed().toList();

    assertThat(pool.starmap(ADD, pairs, chunkSize)).isEqualTo(sums);
    assertThat(pool.starmap(ADD, pairs)).isEqualTo(sums);
  }

  @Test
  void m2_starmapAsyncCallsWithTheItemsAsArguments() throws Exception {
    List<List<Integer>> pairs = List.of(List.of(1, 2), List.of(3, 4));
    List<Object> told = new CopyOnWriteArrayList<>();

    assertThat(pool.starmapAsync(ADD, pairs).get(Deadline.TASK)).containsExactly(3, 7);
    assertThat(pool.starmapAsync(ADD, pairs, 2, Callbacks.onSuccess(told::add)).get(Deadline.TASK))
        .containsExactly(3, 7);
    assertThat(told).containsExactly(List.of(3, 7));
  }

  @Test
  void m3_mapAsyncReturnsBeforeTheWorkIsDone() throws Exception {
    Work work = new Work();
    AsyncResult<List<String>> handle = pool.mapAsync(WORK, work.held(0, 10));

    assertThat(handle.isReady()).isFalse();
    work.release();

    assertThat(handle.get(Deadline.TASK)).isEqualTo(Work.keys(0, 10));
  }

  // --- M4: chunks --------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"100, 1, 100", "100, 7, 15", "100, 100, 1", "100, 1000, 1", "7, 2, 4"})
  void m4_aMapSendsOneMessageForEachChunk(int items, int chunkSize, int messages) throws Exception {
    String nobodys = TestBroker.uniqueName("nobodys");
    AsyncResult<?> handle =
        warren.pool(nobodys).mapAsync(SQUARE, numbers(items), chunkSize, Callbacks.none());
    handle.acceptance().get(20, TimeUnit.SECONDS);

    assertThat(amqp.takeAll(nobodys)).hasSize(messages);
    handle.cancel();
  }

  @ParameterizedTest
  @CsvSource({"100, 15", "16, 16", "17, 9", "3, 3", "1600, 16"})
  void m4_theDefaultChunkSizeIsAQuarterOfAnEvenShare(int items, int messages) throws Exception {
    assertThat(pool.queue().consumers()).isEqualTo(SLOTS);
    Deadline.await("what ran before is acked", Deadline.TASK, () -> messagesIn(QUEUE) == 0);
    one.sigstop(); // what it holds is not acked, and counts
    other.sigstop();
    AsyncResult<List<Long>> handle;
    try {
      handle = pool.mapAsync(SQUARE, numbers(items));
      handle.acceptance().get(20, TimeUnit.SECONDS);

      assertThat(messagesIn(QUEUE)).isEqualTo(messages);
    } finally {
      one.sigcont();
      other.sigcont();
    }
    assertThat(handle.get(Deadline.TASK)).isEqualTo(squares(items));
  }

  @Test
  void m4_aQueueWithoutWorkersCountsAsOneSlot() throws Exception {
    String nobodys = TestBroker.uniqueName("nobodys");
    AsyncResult<?> handle = warren.pool(nobodys).mapAsync(SQUARE, numbers(100));
    handle.acceptance().get(20, TimeUnit.SECONDS);

    assertThat(amqp.takeAll(nobodys)).hasSize(4);
    handle.cancel();
  }

  /** Those that wait and those that a worker holds. */
  private static int messagesIn(String queue) {
    return TestBroker.shared()
        .ctl("-q", "list_queues", "name", "messages")
        .lines()
        .map(line -> line.trim().split("\\s+"))
        .filter(words -> words[0].equals(queue))
        .mapToInt(words -> Integer.parseInt(words[1]))
        .findAny()
        .orElseThrow();
  }

  // --- M5 to M7: input ---------------------------------------------------------------------------

  @Test
  void m5_noItemsGiveAnEmptyListAtOnceAndCallNobody() throws Exception {
    String nobodys = TestBroker.uniqueName("nobodys");
    WorkerPool idle = warren.pool(nobodys);
    List<Object> told = new CopyOnWriteArrayList<>();
    Callbacks<Object> callbacks = Callbacks.onSuccess(told::add).orFailure(told::add);

    AsyncResult<List<Long>> handle = idle.mapAsync(SQUARE, List.of(), 3, callbacks);

    assertThat(handle.isReady()).isTrue();
    assertThat(handle.isSuccessful()).isTrue();
    assertThat(handle.get()).isEmpty();
    assertThat(idle.map(SQUARE, List.of())).isEmpty();
    assertThat(idle.starmap(ADD, List.of(), 2)).isEmpty();
    assertThat(amqp.count(nobodys)).isZero();
    assertThat(told).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void m6_aChunkSizeBelowOneIsRefused(int chunkSize) {
    Work work = new Work();
    List<WorkItem> items = List.of(work.item(1));

    assertThatThrownBy(() -> pool.map(WORK, items, chunkSize))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.valueOf(chunkSize));
    assertThatThrownBy(() -> pool.starmap(WORK, List.of(items), chunkSize))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(work.journal().begun()).isEmpty();
  }

  @Test
  void m7_inputWithoutASizeIsListedFirstAndItsExceptionIsTheCallers() {
    Work work = new Work();

    assertThatThrownBy(() -> pool.mapAsync(WORK, failingAfter(3, work)))
        .isInstanceOf(SayWhenException.class);
    assertThat(work.journal().begun()).isEmpty();
  }

  @Test
  void m7_anExceptionOfACollectionSurfacesFromTheHandle() throws Exception {
    AsyncResult<List<Long>> handle = pool.mapAsync(SQUARE, new SpoiltList(10, 3), 2, none());

    assertThatThrownBy(() -> handle.get(Deadline.TASK))
        .isInstanceOf(WarrenException.class)
        .hasCauseInstanceOf(SayWhenException.class);
  }

  @Test
  void m7_anErrorOfACollectionSurfacesFromTheHandle() throws Exception {
    List<Integer> items =
        new AbstractList<>() {
          @Override
          public Integer get(int index) {
            throw new AssertionError("thrown by a collection, on purpose");
          }

          @Override
          public int size() {
            return 5;
          }
        };

    assertThatThrownBy(() -> pool.mapAsync(SQUARE, items, 2, none()).get(Deadline.TASK))
        .isInstanceOf(WarrenException.class)
        .hasMessageContaining("on purpose");
  }

  @Test
  void m7_aCollectionThatFailsLeavesNothingBehindThatJoinWaitsFor() throws Exception {
    WorkerPool own = warren.pool(QUEUE);
    List<Integer> items =
        new AbstractList<>() {
          @Override
          public Integer get(int index) {
            return index;
          }

          @Override
          public int size() {
            throw new SayWhenException();
          }
        };

    assertThatThrownBy(() -> own.map(SQUARE, items)).isInstanceOf(SayWhenException.class);
    assertThatThrownBy(() -> own.map(SQUARE, items, 2)).isInstanceOf(SayWhenException.class);
    own.close();
    assertThat(own.join(Deadline.TASK)).isTrue();
  }

  // --- M8 to M11: failures -----------------------------------------------------------------------

  @Test
  void m8_aMapFailsOnlyWhenAllChunksHaveEnded() throws Exception {
    Work work = new Work();
    List<WorkItem> items = new ArrayList<>(work.held(0, 12));
    items.set(0, work.failing(0));
    AsyncResult<List<String>> handle = pool.mapAsync(WORK, items, 1, none());
    Deadline.await("the failure is there", Deadline.TASK, () -> handle.progress().current() == 1);

    assertThat(handle.isReady()).isFalse();
    work.release();

    assertThatThrownBy(() -> handle.get(Deadline.TASK))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("item 0 fails");
    assertThat(work.journal().ended()).containsExactlyInAnyOrderElementsOf(Work.keys(1, 12));
  }

  @Test
  void m8_theFailureThatArrivesFirstIsRaised() throws Exception {
    Work work = new Work();
    List<WorkItem> items = List.of(work.heldAndFailing(0), work.failing(1), work.held(2));
    AsyncResult<List<String>> handle = pool.mapAsync(WORK, items, 1, none());
    Deadline.await("the failure is there", Deadline.TASK, () -> handle.progress().current() == 1);

    work.release();

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).hasMessageContaining("item 1 fails");
  }

  @Test
  void m9_aChunkEndsWithItsFirstFailureAndTheOthersRun() {
    Work work = new Work();
    List<WorkItem> items = new ArrayList<>(IntStream.range(0, 12).mapToObj(work::item).toList());
    items.set(1, work.failing(1));
    items.set(9, work.failing(9));

    assertThatThrownBy(() -> pool.map(WORK, items, 4))
        .isInstanceOf(TaskFailedException.class)
        .hasMessageMatching(".*item [19] fails.*");

    List<String> run = new ArrayList<>(List.of("0", "1"));
    run.addAll(Work.keys(4, 10));
    assertThat(work.journal().begun()).containsExactlyInAnyOrderElementsOf(run);
  }

  @Test
  void m10_theCallbackGetsTheWholeListOnce() throws Exception {
    List<Object> told = new CopyOnWriteArrayList<>();
    Callbacks<Object> callbacks = Callbacks.onSuccess(told::add).orFailure(told::add);

    List<Long> values = pool.mapAsync(SQUARE, numbers(10), 3, callbacks).get(Deadline.TASK);

    assertThat(told).hasSize(1);
    assertThat(told.get(0)).isEqualTo(values).isEqualTo(squares(10));
  }

  @Test
  void m10_theErrorCallbackGetsTheFirstFailureOnce() {
    List<Object> told = new CopyOnWriteArrayList<>();
    Callbacks<Object> callbacks = Callbacks.onSuccess(told::add).orFailure(told::add);
    List<Integer> allFail = IntStream.range(-10, 0).boxed().toList();

    AsyncResult<List<Double>> handle = pool.mapAsync(ROOT, allFail, 2, callbacks);

    assertThatThrownBy(() -> handle.get(Deadline.TASK)).isSameAs(told.get(0));
    assertThat(told).hasSize(1).first().isInstanceOf(TaskFailedException.class);
  }

  @Test
  void m11_anExceptionOfTheInputHasNoTraceOfAWorker() {
    AsyncResult<List<Long>> handle = pool.mapAsync(SQUARE, new SpoiltList(10, 3), 2, none());

    assertThatThrownBy(() -> handle.get(Deadline.TASK))
        .isNotInstanceOf(TaskFailedException.class)
        .rootCause()
        .isInstanceOf(SayWhenException.class);
  }

  // --- A11 for maps ------------------------------------------------------------------------------

  @Test
  void a11_anItemThatCannotBeWrittenFailsTheMapAndTheOthersRun() {
    Work work = new Work();
    List<Object> items = new ArrayList<>(IntStream.range(0, 10).mapToObj(work::item).toList());
    items.set(5, new ConformanceTasks.Unwritable());

    assertThatThrownBy(() -> pool.mapAsync(WORK, items, 4, none()).get(Deadline.TASK))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("this value cannot be read");
    List<String> others = new ArrayList<>(Work.keys(0, 10));
    others.remove(5);
    assertThat(work.journal().ended()).containsExactlyInAnyOrderElementsOf(others);
  }

  @Test
  void a11_anItemThatContainsItselfFailsTheMap() {
    Map<String, Object> endless = new HashMap<>();
    endless.put("self", endless);
    List<Object> items = List.of(1, endless, 2);

    assertThatThrownBy(() -> pool.mapAsync(ECHO, items, 1, none()).get(Deadline.TASK))
        .isInstanceOf(EncodingException.class);
  }

  // --- more than Python has ----------------------------------------------------------------------

  @Test
  void aChunkThatIsTooLargeForAMessageIsHalvedUntilItFits() throws Exception {
    WarrenSettings small = new WarrenSettings(null, null, null, null, null, 4096, null);
    List<String> items = IntStream.range(0, 64).mapToObj(i -> i + "x".repeat(500)).toList();
    try (Warren own = Warren.connect(TestBroker.shared().uri(), small)) {
      assertThat(own.pool(QUEUE).map(ECHO, items, 64)).isEqualTo(items);
    }
  }

  @Test
  void anItemThatIsTooLargeForAMessageFailsTheMapAndTheOthersRun() {
    WarrenSettings small = new WarrenSettings(null, null, null, null, null, 4096, null);
    Work work = new Work();
    List<Object> items = new ArrayList<>(IntStream.range(0, 8).mapToObj(work::item).toList());
    items.add("x".repeat(5000));
    try (Warren own = Warren.connect(TestBroker.shared().uri(), small)) {
      assertThatThrownBy(() -> own.pool(QUEUE).map(WORK, items, 9))
          .isInstanceOf(EncodingException.class)
          .hasMessageContaining("warren.max-message-bytes");
    }
    assertThat(work.journal().ended()).containsExactlyInAnyOrderElementsOf(Work.keys(0, 8));
  }

  @Test
  void aMapWaitsForRoomInABoundedQueue() throws Exception {
    String queue = TestBroker.uniqueName("bounded");
    WarrenSettings bounded = WarrenSettings.defaults().withQueue(queue, QueueSettings.bounded(3));
    try (Warren own = Warren.connect(TestBroker.shared().uri(), bounded)) {
      AsyncResult<List<Long>> handle =
          own.pool(queue).mapAsync(SQUARE, numbers(200), 1, Callbacks.none());
      Deadline.await("the queue is full", Deadline.TASK, () -> own.pool(queue).queue().isFull());
      assertThat(handle.acceptance()).isNotDone();

      try (WorkerProcess worker =
          WorkerProcess.on(TestBroker.shared().uri())
              .queue(queue, 3)
              .running(ConformanceWorker.class)
              .startReady()) {
        assertThat(handle.get(Deadline.HEALED)).isEqualTo(squares(200));
        assertThat(handle.acceptance()).isCompleted();
        assertThat(worker.isAlive()).isTrue();
      }
    }
  }

  @Test
  void progressOfAMapCountsItems() throws Exception {
    Work work = new Work();
    List<WorkItem> items = new ArrayList<>(IntStream.range(0, 10).mapToObj(work::item).toList());
    items.addAll(work.held(10, 15));
    AsyncResult<List<String>> handle = pool.mapAsync(WORK, items, 5, none());

    Deadline.await(
        "two of three chunks are done",
        Deadline.TASK,
        () -> handle.progress().equals(new Progress(10, 15)));
    work.release();

    assertThat(handle.get(Deadline.TASK)).hasSize(15);
    assertThat(handle.progress()).isEqualTo(new Progress(15, 15));
  }

  @Test
  void aMapIsAcceptedWhenTheBrokerHasAllItsChunks() throws Exception {
    String nobodys = TestBroker.uniqueName("nobodys");
    AsyncResult<?> handle =
        warren.pool(nobodys).mapAsync(SQUARE, numbers(100), 10, Callbacks.none());

    handle.acceptance().get(20, TimeUnit.SECONDS);

    assertThat(amqp.takeAll(nobodys)).hasSize(10);
    assertThat(handle.isReady()).isFalse();
    handle.cancel();
  }

  @Test
  void aCancelledMapFailsAtOnceAndIsSentNoFurther() throws Exception {
    String queue = TestBroker.uniqueName("nobodys");
    WarrenSettings bounded = WarrenSettings.defaults().withQueue(queue, QueueSettings.bounded(3));
    try (Warren own = Warren.connect(TestBroker.shared().uri(), bounded)) {
      WorkerPool idle = own.pool(queue);
      AsyncResult<List<Long>> handle = idle.mapAsync(SQUARE, numbers(500), 1, none());
      Deadline.await("the queue is full", Deadline.TASK, () -> idle.queue().isFull());

      assertThat(handle.cancel()).isTrue();
      assertThat(handle.cancel()).isFalse();

      assertThatThrownBy(() -> handle.get(Deadline.TASK)).isInstanceOf(TaskRevokedException.class);
      assertThatThrownBy(() -> handle.acceptance().get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(TaskRevokedException.class);
      idle.close();
      assertThat(idle.join(Deadline.TASK)).isTrue();
      FeederThreads.awaitNoneBusy();
      amqp.takeAll(queue);
      AsyncResult<Long> later = own.pool(queue).applyAsync(SQUARE, 1);
      later.acceptance().get(20, TimeUnit.SECONDS);
      assertThat(amqp.takeAll(queue)).as("nothing came after the cancelled map").hasSize(1);
    }
  }

  // --- input -------------------------------------------------------------------------------------

  private static <R> Callbacks<R> none() {
    return Callbacks.none();
  }

  private static List<Long> numbers(int count) {
    return LongStream.range(0, count).boxed().toList();
  }

  private static List<Long> squares(int count) {
    return LongStream.range(0, count).map(n -> n * n).boxed().toList();
  }

  private static Iterable<WorkItem> failingAfter(int count, Work work) {
    return () ->
        new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public WorkItem next() {
            if (next == count) {
              throw new SayWhenException();
            }
            return work.item(next++);
          }
        };
  }

  /** Knows its size, and fails at one of its items. */
  private static final class SpoiltList extends AbstractList<Integer> {
    private final List<Integer> numbers;
    private final int bad;

    SpoiltList(int size, int bad) {
      this.numbers = Collections.nCopies(size, 1);
      this.bad = bad;
    }

    @Override
    public Integer get(int index) {
      if (index == bad) {
        throw new SayWhenException();
      }
      return numbers.get(index);
    }

    @Override
    public int size() {
      return numbers.size();
    }
  }
}
