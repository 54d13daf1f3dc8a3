package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.JoinableQueue;
import dev.warren.Warren;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.QueueClosedException;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Python's multiprocessing.JoinableQueue within one process; {@link QueueProcessesTest} has more.
 */
@Timeout(120)
class JoinableQueueTest {

  private static final Duration SHORT = Duration.ofMillis(400);

  @AutoClose private static Warren warren;
  @AutoClose private static PlainAmqp amqp;

  private final String name = TestBroker.uniqueName("joinable");
  private final List<JoinableQueue<?>> opened = new ArrayList<>();

  @BeforeAll
  static void start() {
    warren = Warren.connect(TestBroker.shared().uri());
    amqp = PlainAmqp.to(TestBroker.shared().uri());
  }

  @AfterEach
  void delete() {
    opened.forEach(JoinableQueue::close);
    amqp.delete(name);
    amqp.delete(name + ".held");
    amqp.delete(name + ".dead");
  }

  private JoinableQueue<Integer> queue(int maxSize) {
    JoinableQueue<Integer> queue = warren.joinableQueue(name, maxSize, Integer.class);
    opened.add(queue);
    return queue;
  }

  @Test
  void q15_taskDoneMoreOftenThanTakenIsRefused() throws Exception {
    JoinableQueue<Integer> queue = queue(0);

    assertThatThrownBy(queue::taskDone)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("taskDone() called too many times");
    queue.put(1);
    queue.take();
    queue.taskDone();
    assertThatThrownBy(queue::taskDone).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void q15_joinOnAnEmptyQueueReturns() throws Exception {
    assertThat(queue(0).join(Deadline.TASK)).isTrue();
  }

  @Test
  void q7_thePlaceIsFreeAtTakeAndNotAtTaskDone() throws Exception {
    JoinableQueue<Integer> queue = queue(1);
    queue.put(1);
    queue.take();

    assertThat(queue.offer(2)).isTrue();
    assertThat(queue.offer(3)).isFalse();
    assertThat(queue.size()).isEqualTo(1);
  }

  @Test
  void q14_joinWaitsForItemsThatWaitAndForItemsThatAreHeld() throws Exception {
    JoinableQueue<Integer> queue = queue(0);
    queue.put(1);
    assertThat(queue.join(SHORT)).isFalse();

    queue.take();
    assertThat(queue.join(SHORT)).isFalse();

    queue.taskDone();
    assertThat(queue.join(Deadline.TASK)).isTrue();
  }

  @Test
  void q14_joinWaitsForWhatAnotherEndHolds() throws Exception {
    JoinableQueue<Integer> mine = queue(0);
    try (Warren other = Warren.connect(TestBroker.shared().uri())) {
      JoinableQueue<Integer> theirs = other.joinableQueue(name, 0, Integer.class);
      mine.put(1);
      theirs.take();

      assertThat(mine.join(SHORT)).isFalse();
      theirs.taskDone();

      assertThat(mine.join(Deadline.TASK)).isTrue();
    }
  }

  @Test
  void q14_joinWaitsForItemsThatAnEndGaveBackAsItClosed() throws Exception {
    JoinableQueue<Integer> mine = queue(0);
    JoinableQueue<Integer> theirs = queue(0);
    mine.put(1);
    theirs.take();

    theirs.close();

    assertThat(mine.join(SHORT)).isFalse();
    assertThat(mine.take(Deadline.TASK)).isEqualTo(1);
    mine.taskDone();
    assertThat(mine.join(Deadline.TASK)).isTrue();
  }

  @Test
  void q18_aNullIsTakenAndDoneAsAnyItem() throws Exception {
    JoinableQueue<Integer> queue = queue(0);
    queue.put(null);

    assertThat(queue.take(Deadline.TASK)).isNull();
    queue.taskDone();

    assertThat(queue.join(Deadline.TASK)).isTrue();
  }

  @Test
  void taskDoneIsForTheItemThatTheThreadTookFirst() throws Exception {
    JoinableQueue<Integer> queue = queue(0);
    JoinableQueue<Integer> other = queue(0);
    queue.put(1);
    queue.put(2);
    queue.take();
    queue.take();

    queue.taskDone();
    queue.close(); // gives back what is not done

    assertThat(other.take(Deadline.TASK)).isEqualTo(2);
    assertThat(other.poll()).isNull();
  }

  @Test
  void taskDoneIsForItemsOfItsOwnThread() throws Exception {
    JoinableQueue<Integer> queue = queue(0);
    queue.put(1);
    CompletableFuture.runAsync(() -> taking(queue), task -> new Thread(task).start())
        .get(20, TimeUnit.SECONDS);

    assertThatThrownBy(queue::taskDone).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aTakeThatWaitsGetsTheItemThatIsPut() throws Exception {
    JoinableQueue<Integer> queue = queue(0);
    CompletableFuture<Integer> taken = CompletableFuture.supplyAsync(() -> taking(queue));
    assertThatThrownBy(() -> taken.get(SHORT.toMillis(), TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);

    queue.put(5);

    assertThat(taken.get(20, TimeUnit.SECONDS)).isEqualTo(5);
  }

  @Test
  void aTakeThatWaitsDoesNotHinderAJoin() throws Exception {
    JoinableQueue<Integer> queue = queue(0);
    CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(() -> taking(queue));

    assertThat(queue.join(Deadline.TASK)).isTrue();

    assertThat(waiting).isNotDone();
    queue.put(1);
    assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(1);
  }

  @Test
  void closingEndsAJoinThatWaits() throws Exception {
    JoinableQueue<Integer> queue = queue(0);
    queue.put(1);
    CompletableFuture<Boolean> joined = CompletableFuture.supplyAsync(() -> joining(queue));
    assertThatThrownBy(() -> joined.get(SHORT.toMillis(), TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);

    queue.close();

    assertThatThrownBy(() -> joined.get(20, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(QueueClosedException.class);
    assertThatThrownBy(queue::taskDone).isInstanceOf(QueueClosedException.class);
    assertThatThrownBy(queue::join).isInstanceOf(QueueClosedException.class);
  }

  @Test
  void anItemOfAnotherTypeIsKeptAsideAndDoesNotHinderAJoin() throws Exception {
    JoinableQueue<Integer> queue = queue(0);
    amqp.put(
        name,
        new BasicProperties.Builder().contentType("application/json").build(),
        "[]".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(queue::take)
        .isInstanceOf(EncodingException.class)
        .hasMessageContaining(name + ".dead");

    assertThat(queue.join(Deadline.TASK)).isTrue();
    assertThat(amqp.count(name + ".dead")).isEqualTo(1);
    assertThatThrownBy(queue::taskDone).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsHeldStaysHeldWhenSomebodyDeletesTheQueueThatSaysSo() throws Exception {
    JoinableQueue<Integer> queue = queue(0);
    queue.put(1);
    queue.take();

    amqp.delete(name + ".held");

    Deadline.await("it is said again", Deadline.TASK, () -> amqp.consumers(name + ".held") == 1);
    assertThat(queue.join(SHORT)).isFalse();
    queue.taskDone();
    assertThat(queue.join(Deadline.TASK)).isTrue();
  }

  @Test
  void manyThreadsTakeAndDoEveryItemOnce() throws Exception {
    JoinableQueue<Integer> queue = queue(20);
    List<CompletableFuture<Integer>> workers = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      workers.add(
          CompletableFuture.supplyAsync(
              () -> {
                int done = 0;
                while (taking(queue) != null) {
                  queue.taskDone();
                  done++;
                }
                queue.taskDone();
                return done;
              },
              task -> new Thread(task).start()));
    }
    for (int i = 0; i < 300; i++) {
      queue.put(i);
    }

    assertThat(queue.join(Deadline.HEALED)).isTrue();
    assertThat(queue.size()).isZero();
    for (int t = 0; t < 4; t++) {
      queue.put(null);
    }
    int done = 0;
    for (CompletableFuture<Integer> worker : workers) {
      done += worker.get(20, TimeUnit.SECONDS);
    }
    assertThat(done).isEqualTo(300);
    assertThat(queue.join(Deadline.TASK)).isTrue();
  }

  private static Integer taking(JoinableQueue<Integer> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean joining(JoinableQueue<Integer> queue) {
    try {
      queue.join();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
