package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.warren.BoundedQueue;
import dev.warren.QueueSettings;
import dev.warren.QueueType;
import dev.warren.Warren;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.WarrenException.QueueClosedException;
import dev.warren.WarrenException.QueueFullException;
import dev.warren.WarrenException.TopologyMismatchException;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.core.type.TypeReference;

/** Python's multiprocessing.Queue, row by row. */
@Timeout(120)
class QueueTest {

  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration NEGATIVE = Duration.ofSeconds(-1);
  private static final BasicProperties JSON =
      new BasicProperties.Builder().contentType("application/json").deliveryMode(2).build();

  @AutoClose private static Warren warren;
  @AutoClose private static PlainAmqp amqp;

  private final String name = TestBroker.uniqueName("items");
  private final List<BoundedQueue<?>> opened = new ArrayList<>();

  @BeforeAll
  static void start() {
    warren = Warren.connect(TestBroker.shared().uri());
    amqp = PlainAmqp.to(TestBroker.shared().uri());
  }

  @AfterEach
  void delete() {
    opened.forEach(BoundedQueue::close);
    amqp.delete(name);
    amqp.delete(name + ".dead");
  }

  private BoundedQueue<Integer> queue(int maxSize) {
    return opened(warren.queue(name, maxSize, Integer.class));
  }

  private <T> BoundedQueue<T> opened(BoundedQueue<T> queue) {
    opened.add(queue);
    return queue;
  }

  private BoundedQueue<Integer> full(int maxSize) throws InterruptedException {
    BoundedQueue<Integer> queue = queue(maxSize);
    for (int i = 1; i <= maxSize; i++) {
      queue.put(i);
    }
    return queue;
  }

  @Test
  void q1_aQueueOfSixTakesSixPutsOfEveryKind() throws Exception {
    BoundedQueue<Integer> queue = queue(6);

    queue.put(1);
    queue.put(2, Deadline.TASK);
    queue.put(3, Duration.ZERO);
    queue.put(4, NEGATIVE);
    assertThat(queue.offer(5)).isTrue();
    queue.put(6);

    assertThat(queue.isFull()).isTrue();
    assertThat(queue.isEmpty()).isFalse();
    assertThat(queue.size()).isEqualTo(6);
    assertThat(queue.remainingCapacity()).isZero();
  }

  @Test
  void q1_aFullQueueRefusesAtOnceAPutThatDoesNotWait() throws Exception {
    BoundedQueue<Integer> queue = full(6);

    assertThat(queue.offer(7)).isFalse();
    assertThatThrownBy(() -> queue.put(7, Duration.ZERO))
        .isInstanceOf(QueueFullException.class)
        .hasMessageContaining(name);
    assertThat(queue.size()).isEqualTo(6);
  }

  @Test
  void q1_aFullQueueRefusesAPutAfterItsTime() throws Exception {
    BoundedQueue<Integer> queue = full(6);
    long start = System.nanoTime();

    assertThatThrownBy(() -> queue.put(7, SHORT)).isInstanceOf(QueueFullException.class);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
    assertThat(queue.size()).isEqualTo(6);
  }

  @Test
  void q1_aPutThatWaitsGoesOnAsSoonAsThereIsRoom() throws Exception {
    BoundedQueue<Integer> queue = full(1);
    CompletableFuture<Void> put = async(() -> queue.put(2));

    assertThatThrownBy(() -> put.get(SHORT.toMillis(), TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(queue.take()).isEqualTo(1);

    done(put);
    assertThat(queue.take(Deadline.TASK)).isEqualTo(2);
  }

  @Test
  void q2_aNegativeTimeMeansDoNotWait() throws Exception {
    BoundedQueue<Integer> queue = queue(1);

    assertThatThrownBy(() -> queue.take(NEGATIVE)).isInstanceOf(TimeoutException.class);
    assertThat(queue.poll(NEGATIVE)).isNull();
    queue.put(1, NEGATIVE);
    assertThatThrownBy(() -> queue.put(2, NEGATIVE)).isInstanceOf(QueueFullException.class);
  }

  @Test
  void q3_aQueueThatWasEmptiedIsEmptyAndNotFull() throws Exception {
    BoundedQueue<Integer> queue = full(6);

    for (int i = 1; i <= 6; i++) {
      assertThat(queue.take()).isEqualTo(i);
    }

    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.isFull()).isFalse();
    assertThat(queue.remainingCapacity()).isEqualTo(6);
  }

  @Test
  void q4_itemsAreTakenInTheOrderInWhichTheyWerePut() throws Exception {
    BoundedQueue<Integer> queue = full(4);

    assertThat(queue.take()).isEqualTo(1);
    assertThat(queue.take(SHORT)).isEqualTo(2);
    assertThat(queue.poll()).isEqualTo(3);
    assertThat(queue.poll(Duration.ZERO)).isEqualTo(4);

    assertThat(queue.poll()).isNull();
    assertThatThrownBy(() -> queue.take(Duration.ZERO))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining(name);
  }

  @Test
  void q4_aTakeThatWaitsGetsTheItemThatIsPut() throws Exception {
    BoundedQueue<Integer> queue = queue(0);
    CompletableFuture<Integer> taken = CompletableFuture.supplyAsync(() -> taking(queue));
    consumed();

    queue.put(42);

    assertThat(taken.get(20, TimeUnit.SECONDS)).isEqualTo(42);
  }

  @Test
  void q4_whoWaitsLongestGetsTheFirstItem() throws Exception {
    BoundedQueue<Integer> queue = queue(0);
    CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> taking(queue));
    consumed();
    CompletableFuture<Integer> second = new CompletableFuture<>();
    Thread waiter = new Thread(() -> second.complete(taking(queue)));
    waiter.start();
    Deadline.await(
        "it waits", Deadline.TASK, () -> waiter.getState() == Thread.State.TIMED_WAITING);

    queue.put(1);
    queue.put(2);

    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(2);
  }

  @Test
  void q5_aTakeWithATimeWaitsForThatLong() {
    BoundedQueue<Integer> queue = queue(0);
    long start = System.nanoTime();

    assertThatThrownBy(() -> queue.take(SHORT)).isInstanceOf(TimeoutException.class);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
  }

  @Test
  void q5_anItemThatIsThereIsFoundHoweverShortTheTime() throws Exception {
    BoundedQueue<Integer> queue = full(50);

    for (int i = 1; i <= 50; i++) {
      assertThat(queue.take(Duration.ofNanos(1))).isEqualTo(i);
    }
  }

  /** Items arrive in pairs, at the moments in which calls give up. */
  @Test
  void q5_takesWhoseTimeRunsOutLoseNothingAndKeepTheOrder() throws Exception {
    int pairs = 400;
    BoundedQueue<Integer> queue = queue(0);
    CompletableFuture<Void> producer =
        async(
            () -> {
              try (PlainAmqp burst = PlainAmqp.to(TestBroker.shared().uri())) {
                for (int i = 0; i < pairs; i++) {
                  LockSupport.parkNanos(i * 10_000L); // so that the queue is empty in between
                  burst.putAll(name, JSON, List.of(json(2 * i), json(2 * i + 1)));
                }
              }
            });

    List<Integer> taken = new ArrayList<>();
    Deadline.await(
        "all items",
        Deadline.HEALED,
        () -> {
          for (int i = 0; i < 100; i++) {
            Integer item = queue.poll(Duration.ofNanos(i * 20_000L));
            if (item != null) {
              taken.add(item);
            }
          }
          return taken.size() >= 2 * pairs;
        });

    done(producer);
    assertThat(taken).isEqualTo(IntStream.range(0, 2 * pairs).boxed().toList());
  }

  @Test
  void q6_aMaxSizeOfZeroMeansUnbounded() throws Exception {
    BoundedQueue<Integer> queue = full(0);
    for (int i = 0; i < 20; i++) {
      queue.put(i);
    }

    assertThat(queue.remainingCapacity()).isEqualTo(Integer.MAX_VALUE);
    assertThat(queue.isFull()).isFalse();
  }

  @Test
  void q6_aNegativeMaxSizeMeansUnbounded() {
    assertThat(queue(-3).remainingCapacity()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void q7_thePlaceIsFreeAsSoonAsAnItemIsTaken() throws Exception {
    BoundedQueue<Integer> queue = full(3);

    for (int i = 4; i < 50; i++) {
      queue.take();
      assertThat(queue.offer(i)).isTrue();
      assertThat(queue.offer(i)).isFalse();
    }
  }

  @Test
  void q7_nothingIsHeldAheadOfTheCallers() throws Exception {
    BoundedQueue<Integer> queue = queue(3);
    CompletableFuture<Integer> taken = CompletableFuture.supplyAsync(() -> taking(queue));
    consumed();
    queue.put(0);
    taken.get(20, TimeUnit.SECONDS);

    queue.put(1);
    queue.put(2);
    queue.put(3);

    assertThat(queue.offer(4)).isFalse();
    assertThat(amqp.count(name)).isEqualTo(3);
  }

  @Test
  void q8_theSizeCountsEveryPutAtOnce() throws Exception {
    BoundedQueue<Integer> queue = queue(0);

    for (int i = 1; i <= 50; i++) {
      queue.put(i);
      assertThat(queue.size()).isEqualTo(i);
      assertThat(queue.isEmpty()).isFalse();
    }
    for (int i = 49; i >= 0; i--) {
      queue.take();
      assertThat(queue.size()).isEqualTo(i);
    }
  }

  @Test
  void q10_anItemThatIsNotJsonIsNotSent() throws Exception {
    BoundedQueue<Object> queue = opened(warren.queue(name, 1, Object.class));
    List<Object> loop = new ArrayList<>();
    loop.add(loop);

    assertThatThrownBy(() -> queue.put(loop))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("JSON");
    assertThatThrownBy(() -> queue.offer("x".repeat(2_000_000)))
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("warren.max-message-bytes");

    assertThat(queue.size()).isZero();
    assertThat(queue.offer("fine")).isTrue();
    assertThat(queue.take()).isEqualTo("fine");
  }

  @Test
  void q11_aClosedQueueRefusesEverythingButClose() throws Exception {
    BoundedQueue<Integer> queue = full(1);

    queue.close();
    queue.close();

    assertThatThrownBy(() -> queue.put(1))
        .isInstanceOf(QueueClosedException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("is closed");
    assertThatThrownBy(() -> queue.put(1, SHORT)).isInstanceOf(QueueClosedException.class);
    assertThatThrownBy(() -> queue.offer(1)).isInstanceOf(QueueClosedException.class);
    assertThatThrownBy(queue::take).isInstanceOf(QueueClosedException.class);
    assertThatThrownBy(() -> queue.take(SHORT)).isInstanceOf(QueueClosedException.class);
    assertThatThrownBy(queue::poll).isInstanceOf(QueueClosedException.class);
    assertThatThrownBy(() -> queue.poll(SHORT)).isInstanceOf(QueueClosedException.class);
    assertThatThrownBy(queue::size).isInstanceOf(QueueClosedException.class);
    assertThatThrownBy(queue::isEmpty).isInstanceOf(QueueClosedException.class);
    assertThatThrownBy(queue::isFull).isInstanceOf(QueueClosedException.class);
    assertThatThrownBy(queue::remainingCapacity).isInstanceOf(QueueClosedException.class);
  }

  @Test
  void q11_closingEndsCallsThatWait() throws Exception {
    BoundedQueue<Integer> queue = full(1);
    CompletableFuture<Void> put = async(() -> queue.put(2));
    String empty = TestBroker.uniqueName("empty");
    BoundedQueue<Integer> other = warren.queue(empty, 0, Integer.class);
    CompletableFuture<Integer> take = CompletableFuture.supplyAsync(() -> taking(other));
    consumed(empty);

    queue.close();
    other.close();

    assertThatThrownBy(() -> done(put)).hasRootCauseInstanceOf(QueueClosedException.class);
    assertThatThrownBy(() -> take.get(20, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(QueueClosedException.class);
    amqp.delete(empty);
  }

  @Test
  void q11_closingOneEndLeavesTheItemsToTheOthers() throws Exception {
    full(2).close();

    assertThat(queue(2).take()).isEqualTo(1);
  }

  @Test
  void q11_closingTheConnectionClosesItsQueues() throws Exception {
    Warren own = Warren.connect(TestBroker.shared().uri());
    BoundedQueue<Integer> queue = own.queue(name, 0, Integer.class);
    CompletableFuture<Integer> take = CompletableFuture.supplyAsync(() -> taking(queue));
    consumed();

    own.close();

    assertThatThrownBy(() -> take.get(20, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(QueueClosedException.class);
    assertThatThrownBy(() -> own.queue(name, 0, Integer.class))
        .isInstanceOf(PoolClosedException.class);
  }

  /** Nothing is buffered here, so that there is nothing to wait for, and nothing to cancel. */
  @Test
  void q12_whatAPutHasReturnedForIsOnTheBroker() throws Exception {
    queue(0).put(7);

    assertThat(amqp.count(name)).isEqualTo(1);
  }

  @Test
  void q13_aQueueIsMadeWhileAClassIsInitialised() throws Exception {
    assertThat(CompletableFuture.supplyAsync(() -> Nested.SIZE).get(20, TimeUnit.SECONDS)).isZero();
  }

  /** Makes and asks a queue in its static initialiser. */
  private static final class Nested {
    static final int SIZE;

    static {
      String nested = TestBroker.uniqueName("nested");
      try (BoundedQueue<Integer> queue = warren.queue(nested, 0, Integer.class)) {
        SIZE = queue.size();
      }
      amqp.delete(nested);
    }
  }

  @Test
  void q16_aSimpleQueuePutsTakesIsEmptyAndIsClosedTwice() throws Exception {
    BoundedQueue<Integer> queue = queue(0);
    assertThat(queue.isEmpty()).isTrue();

    queue.put(1);
    assertThat(queue.isEmpty()).isFalse();
    assertThat(queue.take()).isEqualTo(1);
    assertThat(queue.isEmpty()).isTrue();

    assertThatCode(queue::close).doesNotThrowAnyException();
    assertThatCode(queue::close).doesNotThrowAnyException();
  }

  @Test
  void q18_nullIsAnOrdinaryItem() throws Exception {
    BoundedQueue<Integer> queue = queue(0);
    queue.put(1);
    queue.put(null);
    queue.put(2);

    List<Integer> until = new ArrayList<>();
    for (Integer item = queue.take(); item != null; item = queue.take()) {
      until.add(item);
    }

    assertThat(until).containsExactly(1);
    assertThat(queue.take(Deadline.TASK)).isEqualTo(2);
  }

  // --- what has no row --------------------------------------------------------------------------

  @Test
  void itemsOfAGenericTypeComeBackAsSuch() throws Exception {
    BoundedQueue<Map<String, List<Integer>>> queue =
        opened(warren.queue(name, 0, new TypeReference<>() {}));

    queue.put(Map.of("a", List.of(1, 2)));

    assertThat(queue.take()).isEqualTo(Map.of("a", List.of(1, 2)));
  }

  @Test
  void anItemIsPlainJsonOnTheWire() throws Exception {
    queue(0).put(7);

    GetResponse message = amqp.take(name);

    assertThat(new String(message.getBody(), StandardCharsets.UTF_8)).isEqualTo("7");
    assertThat(message.getProps().getContentType()).isEqualTo("application/json");
    assertThat(message.getProps().getContentEncoding()).isEqualTo("utf-8");
    assertThat(message.getProps().getDeliveryMode()).isEqualTo(2);
  }

  @Test
  void anItemOfAnotherTypeIsKeptAsideAndTheNextTakeGetsTheNextItem() throws Exception {
    BoundedQueue<Integer> queue = queue(0);
    putPlain("application/json", "\"seven\"");
    queue.put(8);

    assertThatThrownBy(queue::take)
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining("'" + name + "'")
        .hasMessageContaining("'" + name + ".dead'")
        .hasMessageContaining("Integer");

    assertThat(queue.take()).isEqualTo(8);
    GetResponse dead = amqp.awaitOne(name + ".dead", Deadline.TASK);
    assertThat(new String(dead.getBody(), StandardCharsets.UTF_8)).isEqualTo("\"seven\"");
    assertThat(dead.getProps().getHeaders().get("x-warren-reason")).hasToString("bad-shape");
    assertThat(dead.getProps().getHeaders().get("x-warren-queue")).hasToString(name);
    Deadline.await("the item is gone", Deadline.TASK, () -> amqp.count(name) == 0);
  }

  @Test
  void aMessageThatIsNotJsonIsKeptAside() throws Exception {
    BoundedQueue<Integer> queue = queue(0);
    putPlain("application/json", "{");
    putPlain("application/x-python-serialize", "7");

    assertThatThrownBy(queue::take).isInstanceOf(EncodingException.class);
    assertThatThrownBy(queue::poll).isInstanceOf(EncodingException.class);

    assertThat(queue.poll()).isNull();
    assertThat(amqp.count(name + ".dead")).isEqualTo(2);
  }

  @Test
  void aMessageThatIsNotJsonEndsATakeThatWaits() throws Exception {
    BoundedQueue<Integer> queue = queue(0);
    CompletableFuture<Integer> taken = CompletableFuture.supplyAsync(() -> taking(queue));
    consumed();

    putPlain("application/json", "{");

    assertThatThrownBy(() -> taken.get(20, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(EncodingException.class);
    assertThat(amqp.count(name + ".dead")).isEqualTo(1);
  }

  @Test
  void anInterruptEndsATakeThatWaitsAndLosesNothing() throws Exception {
    BoundedQueue<Integer> queue = queue(0);
    AtomicReference<Throwable> end = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(1);
    Thread taker =
        new Thread(
            () -> {
              try {
                queue.take();
              } catch (Throwable e) {
                end.set(e);
              }
              ended.countDown();
            });
    taker.start();
    consumed();

    taker.interrupt();

    assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(end.get()).isInstanceOf(InterruptedException.class);
    queue.put(1);
    assertThat(queue.take(Deadline.TASK)).isEqualTo(1);
  }

  @Test
  void anInterruptEndsAPutThatWaitsForRoom() throws Exception {
    BoundedQueue<Integer> queue = full(1);
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread putter =
        new Thread(
            () -> {
              try {
                queue.put(2);
              } catch (Throwable e) {
                end.set(e);
              }
            });
    putter.start();
    Deadline.await(
        "it waits", Deadline.TASK, () -> putter.getState() == Thread.State.TIMED_WAITING);

    putter.interrupt();

    putter.join(20_000);
    assertThat(end.get()).isInstanceOf(InterruptedException.class);
    assertThat(queue.take()).isEqualTo(1);
  }

  @Test
  void callsThatDoNotWaitWorkOnAnInterruptedThreadAndKeepItsFlag() throws Exception {
    BoundedQueue<Integer> queue = queue(0);
    Thread.currentThread().interrupt();

    assertThat(queue.offer(1)).isTrue();
    assertThat(queue.size()).isEqualTo(1);
    assertThat(queue.poll()).isEqualTo(1);

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aQueueWithAnotherBoundIsNamedWithBothValues() {
    queue(7);

    assertThatThrownBy(() -> warren.queue(name, 5, Integer.class))
        .isInstanceOf(TopologyMismatchException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("x-max-length = 7")
        .hasMessageContaining("5");
  }

  @Test
  void aTaskQueueIsNoQueueOfItems() {
    String tasks = TestBroker.uniqueName("tasks");
    warren.pool(tasks);

    assertThatThrownBy(() -> warren.queue(tasks, 0, Integer.class))
        .isInstanceOf(TopologyMismatchException.class)
        .hasMessageContaining(tasks)
        .hasMessageContaining("x-dead-letter");
    assertThatThrownBy(() -> warren.queue(tasks + ".dead", 0, Integer.class))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anExistingQueueIsTakenAsItIsIfAskedTo() throws Exception {
    queue(1);
    BoundedQueue<Integer> asItIs =
        opened(warren.queue(name, QueueSettings.AS_IT_IS, new TypeReference<>() {}));

    asItIs.put(1);

    assertThat(asItIs.offer(2)).isFalse();
    assertThat(asItIs.isFull()).isFalse();
  }

  @Test
  void aQuorumQueueKeepsItemsToo() throws Exception {
    BoundedQueue<Integer> queue =
        opened(
            warren.queue(
                name, new QueueSettings(100, QueueType.QUORUM, null), new TypeReference<>() {}));

    for (int i = 0; i < 20; i++) {
      queue.put(i);
    }

    for (int i = 0; i < 20; i++) {
      assertThat(queue.take(Deadline.TASK)).isEqualTo(i);
    }
    assertThat(queue.poll()).isNull();
  }

  @Test
  void aQueueThatIsDeletedUnderATakeThatWaitsComesBack() throws Exception {
    BoundedQueue<Integer> queue = queue(3);
    CompletableFuture<Integer> taken = CompletableFuture.supplyAsync(() -> taking(queue));
    consumed();

    amqp.delete(name);

    consumed();
    queue.put(5);
    assertThat(taken.get(20, TimeUnit.SECONDS)).isEqualTo(5);
  }

  @Test
  void aQueueThatWasDeletedIsDeclaredAgainByAPut() throws Exception {
    BoundedQueue<Integer> queue = queue(3);
    amqp.delete(name);

    queue.put(5);

    assertThat(queue.size()).isEqualTo(1);
    assertThat(queue.take()).isEqualTo(5);
  }

  @Test
  void aQueueThatWasDeletedIsEmpty() {
    BoundedQueue<Integer> queue = queue(3);
    amqp.delete(name);

    assertThat(queue.size()).isZero();
    amqp.delete(name);
    assertThat(queue.poll()).isNull();
  }

  /** Each ends with the first null that it takes: one that overtook an item would strand it. */
  @RepeatedTest(10)
  void manyThreadsOfOneEndTakeEveryItemOnce() throws Exception {
    BoundedQueue<Integer> queue = queue(10);
    List<CompletableFuture<List<Integer>>> takers = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      takers.add(
          CompletableFuture.supplyAsync(
              () -> {
                List<Integer> taken = new ArrayList<>();
                for (Integer item = taking(queue); item != null; item = taking(queue)) {
                  taken.add(item);
                }
                return taken;
              },
              task -> new Thread(task).start()));
    }

    for (int i = 0; i < 400; i++) {
      queue.put(i);
    }
    for (int t = 0; t < 4; t++) {
      queue.put(null);
    }

    List<Integer> all = new ArrayList<>();
    for (CompletableFuture<List<Integer>> taker : takers) {
      List<Integer> taken = taker.get(60, TimeUnit.SECONDS);
      all.addAll(taken);
    }
    assertThat(all).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 400).boxed().toList());
  }

  private void putPlain(String contentType, String body) {
    amqp.put(
        name,
        new BasicProperties.Builder().contentType(contentType).build(),
        body.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] json(int item) {
    return String.valueOf(item).getBytes(StandardCharsets.UTF_8);
  }

  /** Waits until the queue has a consumer: somebody waits in a take. */
  private void consumed() {
    consumed(name);
  }

  private static void consumed(String queue) {
    Deadline.await("a take waits", Deadline.TASK, () -> amqp.consumers(queue) > 0);
  }

  private static Integer taking(BoundedQueue<Integer> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Action {
    void run() throws Exception;
  }

  private static CompletableFuture<Void> async(Action action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    new Thread(
            () -> {
              try {
                action.run();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            })
        .start();
    return done;
  }

  private static void done(CompletableFuture<?> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    future.get(60, TimeUnit.SECONDS);
  }
}
