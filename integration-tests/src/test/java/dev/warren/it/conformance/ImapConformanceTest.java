package dev.warren.it.conformance;

import static dev.warren.it.conformance.Tasks.ROOT;
import static dev.warren.it.conformance.Tasks.SQUARE;
import static dev.warren.it.conformance.Tasks.WORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.ResultStream;
import dev.warren.StreamOptions;
import dev.warren.Warren;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.WarrenException.PoolTerminatedException;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenSettings;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code imap} and {@code imap_unordered}: rows I1 to I10. */
@Tag(Ci.SECOND_PASS_ONLY)
class ImapConformanceTest {

  private static final String QUEUE = TestBroker.uniqueName("imap");

  @AutoClose private static WorkerProcess one;
  @AutoClose private static WorkerProcess other;
  @AutoClose private static Warren warren;
  @AutoClose private static PlainAmqp amqp;

  private final WorkerPool pool = warren.pool(QUEUE);
  private final String nobodys = TestBroker.uniqueName("nobodys");

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    one = WorkerProcess.on(uri).queue(QUEUE).running(ConformanceWorker.class).start();
    other = WorkerProcess.on(uri).queue(QUEUE).running(ConformanceWorker.class).startReady();
    one.awaitReady();
    warren = Warren.connect(uri);
    amqp = PlainAmqp.to(uri);
  }

  @AfterEach
  void nothingIsLeftBehind() throws Exception {
    pool.terminate();
    assertThat(pool.join(Deadline.TASK)).isTrue();
    FeederThreads.awaitNoneBusy();
  }

  // --- I1, I2: values ----------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"10, 1", "1000, 100", "1000, 7", "0, 1", "3, 100"})
  void i1_imapGivesTheResultsInTheOrderOfTheItemsAndEnds(int items, int chunkSize) {
    try (ResultStream<Long> stream =
        pool.imap(SQUARE, numbers(items), StreamOptions.chunkSize(chunkSize))) {
      assertThat(rest(stream)).isEqualTo(squares(items));
      assertThat(stream.hasNext()).isFalse();
      assertThatThrownBy(stream::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"1000, 1", "1000, 100"})
  void i2_imapUnorderedGivesThemAllInAnyOrder(int items, int chunkSize) {
    try (ResultStream<Long> stream =
        pool.imapUnordered(SQUARE, numbers(items), StreamOptions.chunkSize(chunkSize))) {
      assertThat(rest(stream)).containsExactlyInAnyOrderElementsOf(squares(items));
      assertThat(stream.hasNext()).isFalse();
    }
  }

  @Test
  void i2_imapUnorderedGivesFirstWhatIsDoneFirst() throws Exception {
    Work work = new Work();
    List<WorkItem> items = List.of(work.held(0), work.item(1), work.item(2));
    try (ResultStream<String> stream = pool.imapUnordered(WORK, items)) {
      assertThat(List.of(stream.next(Deadline.TASK), stream.next(Deadline.TASK)))
          .containsExactlyInAnyOrder("1", "2");
      work.release();
      assertThat(stream.next(Deadline.TASK)).isEqualTo("0");
    }
  }

  // --- I3, I4: failures --------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 100})
  void i3_i4_aFailedItemIsRaisedByItsNextAndTheIterationGoesOn(int chunkSize) {
    List<Integer> items = Arrays.asList(0, 1, -2, 3, 4, -5, -6, 7, 8, 9);
    try (ResultStream<Double> stream = pool.imap(ROOT, items, StreamOptions.chunkSize(chunkSize))) {
      for (int item : items) {
        if (item < 0) {
          assertThatThrownBy(() -> stream.next(Deadline.TASK))
              .isInstanceOf(TaskFailedException.class)
              .hasMessageContaining("no root of " + (double) item);
        } else {
          assertThat(stream.next()).isEqualTo(Math.sqrt(item));
        }
      }
      assertThat(stream.hasNext()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void i3_i4_unorderedEveryItemGivesAValueOrAFailure(int chunkSize) {
    List<Integer> items = IntStream.range(0, 40).mapToObj(i -> i % 3 == 1 ? -i : i).toList();
    List<Double> values = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    try (ResultStream<Double> stream =
        pool.imapUnordered(ROOT, items, StreamOptions.chunkSize(chunkSize))) {
      while (stream.hasNext()) {
        try {
          values.add(stream.next());
        } catch (TaskFailedException e) {
          failures.add(e.remoteMessage());
        }
      }
    }
    assertThat(values)
        .containsExactlyInAnyOrderElementsOf(
            items.stream().filter(i -> i >= 0).map(i -> Math.sqrt(i)).toList());
    assertThat(failures)
        .containsExactlyInAnyOrderElementsOf(
            items.stream().filter(i -> i < 0).map(i -> "no root of " + (double) i).toList());
  }

  @Test
  void i4_everyItemOfAChunkRunsOnceAlsoBehindAFailure() {
    Work work = new Work();
    List<WorkItem> items = new ArrayList<>(IntStream.range(0, 12).mapToObj(work::item).toList());
    items.set(1, work.failing(1));
    items.set(9, work.failing(9));
    try (ResultStream<String> stream = pool.imap(WORK, items, StreamOptions.chunkSize(4))) {
      int ended = 0;
      while (stream.hasNext()) {
        try {
          stream.next();
        } catch (TaskFailedException e) {
          assertThat(e.remoteMessage()).matches("item [19] fails");
        }
        ended++;
      }
      assertThat(ended).isEqualTo(12);
    }
    assertThat(work.journal().begun()).containsExactlyInAnyOrderElementsOf(Work.keys(0, 12));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void a11_anItemThatCannotBeWrittenIsRaisedByItsNextAndTheIterationGoesOn(int chunkSize) {
    List<Object> items = Arrays.asList(0, 1, 2, new ConformanceTasks.Unwritable(), 4, 5);
    try (ResultStream<Long> stream = pool.imap(SQUARE, items, StreamOptions.chunkSize(chunkSize))) {
      assertThat(List.of(stream.next(), stream.next(), stream.next())).containsExactly(0L, 1L, 4L);
      assertThatThrownBy(() -> stream.next(Deadline.TASK)).isInstanceOf(EncodingException.class);
      assertThat(rest(stream)).containsExactly(16L, 25L);
    }
  }

  // --- I5, I6: options and limits ----------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void i5_aChunkSizeBelowOneIsRefused(int chunkSize) {
    assertThatThrownBy(() -> StreamOptions.chunkSize(chunkSize))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("chunkSize");
    assertThatThrownBy(() -> StreamOptions.bufferSize(chunkSize))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bufferSize");
  }

  @ParameterizedTest
  @CsvSource({"true, 1", "true, 2", "false, 1", "false, 2"})
  void i6_aWaitThatRunsOutCanBeRepeated(boolean ordered, int chunkSize) throws Exception {
    Work work = new Work();
    StreamOptions options = StreamOptions.chunkSize(chunkSize);
    try (ResultStream<String> stream =
        ordered
            ? pool.imap(WORK, work.held(0, 2), options)
            : pool.imapUnordered(WORK, work.held(0, 2), options)) {
      for (Duration limit : List.of(Duration.ofMillis(50), Duration.ZERO, Duration.ofDays(-1))) {
        assertThatThrownBy(() -> stream.next(limit)).isInstanceOf(TimeoutException.class);
      }
      work.release();
      assertThat(List.of(stream.next(Deadline.TASK), stream.next(Deadline.TASK)))
          .containsExactlyInAnyOrder("0", "1");
      assertThatThrownBy(() -> stream.next(Duration.ZERO))
          .isInstanceOfAny(NoSuchElementException.class, TimeoutException.class);
      assertThat(stream.hasNext()).isFalse();
    }
  }

  // --- I7, I8: input that fails ------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"0, 1, 0", "7, 1, 7", "7, 2, 6", "7, 4, 4", "0, 4, 0"})
  void i7_whatTheInputThrowsComesBehindTheChunksBeforeIt(int failsAt, int chunkSize, int before) {
    CountingInput input = CountingInput.failingAt(failsAt);
    try (ResultStream<Long> stream = pool.imap(SQUARE, input, StreamOptions.chunkSize(chunkSize))) {
      for (long i = 0; i < before; i++) {
        assertThat(stream.next()).isEqualTo(i * i);
      }
      assertThatThrownBy(() -> stream.next(Deadline.TASK)).isInstanceOf(SayWhenException.class);
      assertThat(stream.hasNext()).isFalse();
    }
  }

  @Test
  void i7_anInputThatCannotBeOpenedIsRaised() {
    Iterable<Integer> input =
        () -> {
          throw new SayWhenException();
        };
    try (ResultStream<Long> stream = pool.imap(SQUARE, input)) {
      assertThatThrownBy(() -> stream.next(Deadline.TASK)).isInstanceOf(SayWhenException.class);
      assertThat(stream.hasNext()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 0", "7, 1, 7", "7, 2, 6", "7, 4, 4"})
  void i8_unorderedTheValuesBeforeItComeAndThenTheException(
      int failsAt, int chunkSize, int before) {
    CountingInput input = CountingInput.failingAt(failsAt);
    List<Long> values = new ArrayList<>();
    try (ResultStream<Long> stream =
        pool.imapUnordered(SQUARE, input, StreamOptions.chunkSize(chunkSize))) {
      assertThatThrownBy(() -> stream.forEachRemaining(values::add))
          .isInstanceOf(SayWhenException.class);
      assertThat(stream.hasNext()).isFalse();
    }
    assertThat(values).containsExactlyInAnyOrderElementsOf(squares(before));
  }

  // --- I9, I10: how far the input is read --------------------------------------------------------

  @Test
  void i9_withoutABufferSizeTheInputIsReadAtMostTheDefaultAhead() {
    CountingInput input = CountingInput.endless();
    WorkerPool idle = warren.pool(nobodys);
    try (ResultStream<Long> stream = idle.imap(SQUARE, input)) {
      Deadline.await(
          "the buffer is full",
          Deadline.TASK,
          () -> amqp.count(nobodys) == StreamOptions.DEFAULT_BUFFER);
      assertThat(input.handedOut()).isEqualTo(StreamOptions.DEFAULT_BUFFER);
      assertThatThrownBy(() -> stream.next(Duration.ofMillis(100)))
          .isInstanceOf(TimeoutException.class);
      assertThat(input.handedOut()).isEqualTo(StreamOptions.DEFAULT_BUFFER);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, 1, 1", "true, 1, 3", "true, 4, 2", "false, 1, 3", "false, 4, 2"})
  void i10_anEndlessInputIsNeverReadFurtherAheadThanTheBuffer(
      boolean ordered, int chunkSize, int bufferSize) throws Exception {
    CountingInput input = CountingInput.endless();
    StreamOptions options = new StreamOptions(chunkSize, bufferSize);
    int ahead = chunkSize * bufferSize;
    try (ResultStream<Long> stream =
        ordered ? pool.imap(SQUARE, input, options) : pool.imapUnordered(SQUARE, input, options)) {
      for (int taken = 0; taken < 100; taken++) {
        assertThat(input.handedOut()).isLessThanOrEqualTo(taken + ahead);
        Long value = stream.next(Deadline.TASK);
        if (ordered) {
          assertThat(value).isEqualTo((long) taken * taken);
        }
      }
      Deadline.await("the buffer is full", Deadline.TASK, () -> input.handedOut() >= 100 + ahead);
      assertThat(input.handedOut()).isEqualTo(100 + ahead);
    }
  }

  @Test
  void i10_closingThePoolReleasesTheFeederOfAnEndlessInput() throws Exception {
    ResultStream<Long> stream =
        pool.imap(SQUARE, CountingInput.endless(), StreamOptions.bufferSize(5));
    assertThat(stream.next(Deadline.TASK)).isZero();

    pool.close();

    FeederThreads.awaitNoneBusy();
    assertThat(pool.join(Deadline.TASK)).isTrue();
    List<Long> values = new ArrayList<>();
    assertThatThrownBy(() -> stream.forEachRemaining(values::add))
        .isInstanceOf(PoolClosedException.class);
    assertThat(values).startsWith(1L, 4L, 9L).hasSizeLessThanOrEqualTo(6);
  }

  @Test
  void i10_closingThePoolSendsACollectionToItsEnd() throws Exception {
    ResultStream<Long> stream = pool.imap(SQUARE, numbers(50), new StreamOptions(2, 3));

    pool.close();

    assertThat(pool.join(Deadline.TASK)).isTrue();
    assertThat(rest(stream)).isEqualTo(squares(50));
  }

  @Test
  void i10_terminatingThePoolReleasesTheFeederAndTheReader() throws Exception {
    WorkerPool idle = warren.pool(nobodys);
    ResultStream<Long> stream =
        idle.imap(SQUARE, CountingInput.endless(), StreamOptions.bufferSize(2));
    CompletableFuture<Throwable> reader =
        CompletableFuture.supplyAsync(() -> catchThrowable(stream));
    Deadline.await("the buffer is full", Deadline.TASK, () -> amqp.count(nobodys) == 2);

    idle.terminate();

    assertThat(reader.get(20, TimeUnit.SECONDS)).isInstanceOf(PoolTerminatedException.class);
    FeederThreads.awaitNoneBusy();
    assertThat(idle.join(Deadline.TASK)).isTrue();
  }

  @Test
  void i10_closingTheStreamReleasesTheFeederAndTheReader() throws Exception {
    WorkerPool idle = warren.pool(nobodys);
    ResultStream<Long> stream =
        idle.imap(SQUARE, CountingInput.endless(), StreamOptions.bufferSize(2));
    CompletableFuture<Boolean> reader = CompletableFuture.supplyAsync(stream::hasNext);
    Deadline.await("the buffer is full", Deadline.TASK, () -> amqp.count(nobodys) == 2);

    stream.close();
    stream.close();

    reader.get(20, TimeUnit.SECONDS);
    FeederThreads.awaitNoneBusy();
    idle.close();
    assertThat(idle.join(Deadline.TASK)).isTrue();
  }

  @Test
  void i10_aStreamThatIsClosedWakesItsReaderWhileTheInputIsStuck() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Iterable<Integer> stuck = () -> stuckUntil(never);
    ResultStream<Long> stream = pool.imap(SQUARE, stuck);
    try {
      CompletableFuture<Boolean> reader = CompletableFuture.supplyAsync(stream::hasNext);
      assertThatThrownBy(() -> reader.get(100, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);

      stream.close();

      assertThat(reader.get(20, TimeUnit.SECONDS)).isFalse();
    } finally {
      never.countDown();
    }
  }

  @Test
  void i10_aFeederThatWaitsForRoomInThisClientIsReleased() throws Exception {
    WarrenSettings two = new WarrenSettings(null, null, null, null, 2, null, null);
    try (Warren own = Warren.connect(TestBroker.shared().uri(), two)) {
      WorkerPool idle = own.pool(nobodys);
      var waiting = List.of(idle.applyAsync(SQUARE, 1), idle.applyAsync(SQUARE, 2));
      ResultStream<Long> stream = own.pool(QUEUE).imap(SQUARE, CountingInput.endless());
      var map = own.pool(QUEUE).mapAsync(SQUARE, numbers(10));

      stream.close();
      map.cancel();

      FeederThreads.awaitNoneBusy();
      assertThat(waiting).noneMatch(handle -> handle.isReady());
    }
  }

  @Test
  void aStreamThatIsClosedEarlyCancelsWhatIsNotDone() throws Exception {
    Work work = new Work();
    ResultStream<String> stream = pool.imap(WORK, work.held(0, 100), StreamOptions.bufferSize(10));
    Deadline.await("some run", Deadline.TASK, () -> work.journal().begun().size() == 4);

    stream.close();
    work.release();

    assertThat(stream.hasNext()).isFalse();
    pool.close();
    assertThat(pool.join(Deadline.TASK)).isTrue();
    assertThat(work.journal().begun()).hasSizeLessThanOrEqualTo(10);
  }

  @Test
  void aStreamOfATaskThatNobodyReadsKeepsNoWorkerBusy() throws Exception {
    CountingInput input = CountingInput.endless();
    try (ResultStream<Long> unread = pool.imap(SQUARE, input, StreamOptions.bufferSize(3))) {
      Deadline.await("the buffer is full", Deadline.TASK, () -> input.handedOut() == 3);

      assertThat(pool.apply(SQUARE, 5)).isEqualTo(25);
      assertThat(unread.next(Deadline.TASK)).isZero();
    }
  }

  // --- input and output --------------------------------------------------------------------------

  private static Iterator<Integer> stuckUntil(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // as a read from a socket does: it goes on
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return Collections.emptyIterator();
  }

  private static Throwable catchThrowable(ResultStream<Long> stream) {
    try {
      stream.next();
      return new AssertionError("there is a result");
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static <R> List<R> rest(ResultStream<R> stream) {
    List<R> values = new ArrayList<>();
    stream.forEachRemaining(values::add);
    return values;
  }

  private static List<Long> numbers(int count) {
    return LongStream.range(0, count).boxed().toList();
  }

  private static List<Long> squares(int count) {
    return LongStream.range(0, count).map(n -> n * n).boxed().toList();
  }
}
