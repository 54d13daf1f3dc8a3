package dev.warren.it.conformance;

import static dev.warren.it.conformance.Tasks.SQUARE;
import static dev.warren.it.conformance.Tasks.WORK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.QueueSettings;
import dev.warren.ResultStream;
import dev.warren.StreamOptions;
import dev.warren.Warren;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.WarrenException.ResultLostException;
import dev.warren.WarrenSettings;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Maps and streams end, and are right, whatever breaks under them. */
@Tag(Ci.SECOND_PASS_ONLY)
class PoolFaultsTest {

  @AutoClose private static TestBroker broker;

  private final String queue = TestBroker.uniqueName("faults");
  private final WorkerProcess.Spec worker =
      WorkerProcess.on(broker.uri()).queue(queue).running(ConformanceWorker.class);

  private final CountDownLatch begun = new CountDownLatch(1);

  @BeforeAll
  static void start() {
    broker = TestBroker.own();
  }

  // --- a worker is killed ------------------------------------------------------------------------

  @Test
  void aMapIsRightAlthoughAWorkerIsKilledInTheMiddleOfAChunk() throws Exception {
    Work work = new Work();
    try (WorkerProcess victim = worker.concurrency(1).startReady();
        Warren warren = Warren.connect(broker.uri())) {
      AsyncResult<List<String>> map =
          warren.pool(queue).mapAsync(WORK, heldSecondOfFour(work, 3), 4, Callbacks.none());
      killInTheMiddle(victim, work);

      try (WorkerProcess survivor = worker.startReady()) {
        work.release();

        assertThat(map.get(Deadline.HEALED)).isEqualTo(Work.keys(0, 12));
        assertThat(work.journal().begunBy(survivor.pid())).isEqualTo(Work.keys(0, 12));
        begunTwice(work, "0", "1");
      }
    }
  }

  @Test
  void aStreamIsRightAlthoughAWorkerIsKilledInTheMiddleOfAChunk() throws Exception {
    Work work = new Work();
    try (WorkerProcess victim = worker.concurrency(1).startReady();
        Warren warren = Warren.connect(broker.uri());
        ResultStream<String> stream =
            warren.pool(queue).imap(WORK, heldSecondOfFour(work, 3), StreamOptions.chunkSize(4))) {
      killInTheMiddle(victim, work);

      try (WorkerProcess survivor = worker.startReady()) {
        work.release();

        List<String> values = new ArrayList<>();
        stream.forEachRemaining(values::add);
        assertThat(values).isEqualTo(Work.keys(0, 12));
        begunTwice(work, "0", "1");
        assertThat(survivor.isAlive()).isTrue();
      }
    }
  }

  private static List<WorkItem> heldSecondOfFour(Work work, int chunks) {
    return IntStream.range(0, 4 * chunks)
        .mapToObj(i -> i % 4 == 1 ? work.held(i) : work.item(i))
        .toList();
  }

  private static void killInTheMiddle(WorkerProcess victim, Work work) {
    Deadline.await(
        "the victim is in the middle of a chunk",
        Deadline.TASK,
        () -> work.journal().begun().equals(List.of("0", "1")));
    victim.kill9();
  }

  private static void begunTwice(Work work, String... keys) {
    for (String key : keys) {
      assertThat(Collections.frequency(work.journal().begun(), key)).isEqualTo(2);
    }
  }

  // --- the broker restarts -----------------------------------------------------------------------

  @Test
  void aMapOutlastsARestartOfTheBroker() throws Exception {
    Work work = new Work();
    try (WorkerProcess running = worker.startReady();
        Warren warren = Warren.connect(broker.uri())) {
      AsyncResult<List<String>> map =
          warren.pool(queue).mapAsync(WORK, work.held(0, 40), 3, Callbacks.none());
      Deadline.await("it is under way", Deadline.TASK, () -> !work.journal().begun().isEmpty());

      broker.restart();
      work.release();

      assertThat(map.get(Deadline.HEALED)).isEqualTo(Work.keys(0, 40));
      assertThat(running.isAlive()).isTrue();
    }
  }

  @Test
  void aStreamOutlastsARestartOfTheBroker() throws Exception {
    try (WorkerProcess running = worker.startReady();
        Warren warren = Warren.connect(broker.uri());
        ResultStream<Long> stream =
            warren
                .pool(queue)
                .imap(
                    SQUARE,
                    IntStream.range(0, 500).boxed().toList(),
                    StreamOptions.bufferSize(8))) {
      List<Long> values = new ArrayList<>();
      while (values.size() < 100) {
        values.add(stream.next(Deadline.TASK));
      }

      broker.restart();
      stream.forEachRemaining(values::add);

      assertThat(values).isEqualTo(LongStream.range(0, 500).map(i -> i * i).boxed().toList());
      assertThat(running.isAlive()).isTrue();
    }
  }

  @Test
  void aMapThatIsBegunWhileTheBrokerIsAwayEndsWhenItIsBack() throws Exception {
    try (WorkerProcess running = worker.startReady();
        Warren warren = Warren.connect(broker.uri())) {
      WorkerPool pool = warren.pool(queue);
      assertThat(pool.apply(SQUARE, 2)).isEqualTo(4);
      AsyncResult<List<Long>> map;
      broker.stop();
      try {
        map = pool.mapAsync(SQUARE, List.of(1, 2, 3));
      } finally {
        broker.start();
      }

      assertThat(map.get(Deadline.HEALED)).containsExactly(1L, 4L, 9L);
      assertThat(running.isAlive()).isTrue();
    }
  }

  // --- replies are lost --------------------------------------------------------------------------

  @Test
  void aMapWhoseReplyQueueIsDeletedFailsAndThePoolGoesOn() throws Exception {
    try (Warren warren = Warren.connect(broker.uri());
        PlainAmqp amqp = PlainAmqp.to(broker.uri())) {
      AsyncResult<List<Long>> map =
          warren.pool(queue).mapAsync(SQUARE, List.of(1, 2, 3), 2, Callbacks.none());
      map.acceptance().join();

      amqp.delete(amqp.awaitOne(queue, Deadline.TASK).getProps().getReplyTo());

      assertThatThrownBy(() -> map.get(Deadline.HEALED)).isInstanceOf(ResultLostException.class);
      amqp.takeAll(queue);
      try (WorkerProcess running = worker.startReady()) {
        assertThat(warren.pool(queue).map(SQUARE, List.of(1, 2, 3))).containsExactly(1L, 4L, 9L);
        assertThat(running.isAlive()).isTrue();
      }
    }
  }

  @Test
  void aStreamWhoseReplyQueueIsDeletedFailsForEachItemThatWasUnderWay() throws Exception {
    try (Warren warren = Warren.connect(broker.uri());
        PlainAmqp amqp = PlainAmqp.to(broker.uri());
        ResultStream<Long> stream = warren.pool(queue).imap(SQUARE, List.of(1, 2, 3))) {
      Deadline.await("all are sent", Deadline.TASK, () -> amqp.count(queue) == 3);

      amqp.delete(amqp.awaitOne(queue, Deadline.TASK).getProps().getReplyTo());

      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> stream.next(Deadline.HEALED))
            .isInstanceOf(ResultLostException.class);
      }
      assertThat(stream.hasNext()).isFalse();
    }
  }

  // --- the client is closed ----------------------------------------------------------------------

  @Test
  void closingTheWarrenEndsItsMapsAndStreams() {
    Warren warren = Warren.connect(broker.uri());
    WorkerPool pool = warren.pool(queue);
    AsyncResult<List<Long>> map = pool.mapAsync(SQUARE, List.of(1, 2, 3), 2, Callbacks.none());
    ResultStream<Long> stream =
        pool.imap(SQUARE, CountingInput.endless(), StreamOptions.bufferSize(2));
    map.acceptance().join();

    warren.close();

    assertThatThrownBy(() -> map.get(Deadline.TASK)).isInstanceOf(PoolClosedException.class);
    assertThatThrownBy(() -> stream.next(Deadline.TASK)).isInstanceOf(PoolClosedException.class);
    FeederThreads.awaitNoneBusy();
  }

  // --- the queue is full -------------------------------------------------------------------------

  @Test
  void aStreamDoesNotReadItsWholeBufferToOfferItToAFullQueueAgainAndAgain() throws Exception {
    CountingInput input = CountingInput.endless();
    WarrenSettings bounded =
        new WarrenSettings(
            null, Map.of(queue, QueueSettings.bounded(3)), null, null, null, null, null);
    try (Warren warren = Warren.connect(broker.uri(), bounded);
        ResultStream<Long> stream = warren.pool(queue).imap(SQUARE, input)) {
      assertThatThrownBy(() -> stream.next(Duration.ofSeconds(3)))
          .isInstanceOf(TimeoutException.class);

      assertThat(input.handedOut()).isGreaterThan(3).isLessThan(100);
    }
  }

  // --- the input is stuck, and does not heed interrupts ------------------------------------------

  @Test
  void aStreamOrMapWhoseInputIsStuckEndsWithItsWarren() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Warren warren = Warren.connect(broker.uri());
    try (ResultStream<Long> stream = warren.pool(queue).imap(SQUARE, stuckUntil(never))) {
      AsyncResult<List<Long>> map = warren.pool(queue).mapAsync(SQUARE, stuckUntil(never));
      CompletableFuture<Long> reader = CompletableFuture.supplyAsync(stream::next);

      warren.close();

      assertThatThrownBy(() -> reader.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(PoolClosedException.class);
      assertThatThrownBy(() -> map.get(Deadline.TASK)).isInstanceOf(PoolClosedException.class);
    } finally {
      never.countDown();
    }
  }

  @Test
  void aPoolThatIsTerminatedCanBeJoinedWhileTheInputOfAStreamIsStuck() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (Warren warren = Warren.connect(broker.uri())) {
      WorkerPool pool = warren.pool(queue);
      pool.imap(SQUARE, stuckUntil(never));
      begun.await();

      pool.terminate();

      assertThat(pool.join(Deadline.TASK)).isTrue();
    } finally {
      never.countDown();
    }
  }

  private List<Integer> stuckUntil(CountDownLatch latch) {
    return new AbstractList<>() {
      @Override
      public int size() {
        return 1;
      }

      @Override
      public Integer get(int index) {
        begun.countDown();
        while (latch.getCount() > 0) {
          LockSupport.parkNanos(10_000_000);
          Thread.interrupted();
        }
        return index;
      }
    };
  }
}
