package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.GetResponse;
import dev.warren.BoundedQueue;
import dev.warren.JoinableQueue;
import dev.warren.Warren;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.QueueClosedException;
import dev.warren.WarrenSettings;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The broker restarts, crashes and freezes under ends of queues. */
@Timeout(240)
class QueueBrokerFaultsTest {

  /** How long a put or poll goes on while the broker is away. */
  private static final Duration PUBLISH_TIMEOUT = Duration.ofSeconds(2);

  @AutoClose private static TestBroker broker;
  @AutoClose private static Warren warren;

  private final String name = TestBroker.uniqueName("faulty");

  @BeforeAll
  static void start() {
    broker = TestBroker.own();
    warren = Warren.connect(broker.uri());
  }

  @Test
  void aTakeThatWaitsOutlivesARestart() throws Exception {
    BoundedQueue<Integer> queue = warren.queue(name, 5, Integer.class);
    CompletableFuture<Integer> taken = taking(queue);

    broker.restart();

    queue.put(1);
    assertThat(taken.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(queue.size()).isZero();
    queue.close();
  }

  @Test
  void aTakeThatWaitsOutlivesACrash() throws Exception {
    JoinableQueue<Integer> queue = warren.joinableQueue(name, 5, Integer.class);
    CompletableFuture<Integer> taken = taking(queue);

    broker.kill9();
    broker.start();

    queue.put(1);
    assertThat(taken.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    queue.close();
  }

  /** A queue that was declared seconds ago may not outlive one: RabbitMQ has not written it yet. */
  @Test
  void itemsOutliveACrash() throws Exception {
    BoundedQueue<Integer> queue = warren.queue(name, 0, Integer.class);
    broker.restart();
    for (int i = 0; i < 50; i++) {
      queue.put(i);
    }

    broker.kill9();
    broker.start();

    for (int i = 0; i < 50; i++) {
      assertThat(queue.take(Deadline.HEALED)).isEqualTo(i);
    }
    queue.close();
  }

  /** The broker throws it out of the full queue, but for another queue. */
  @Test
  void anItemThatSomebodyHeldWhenAFullQueuesBrokerCrashedIsKept() throws Exception {
    try (JoinableQueue<Integer> queue = warren.joinableQueue(name, 2, Integer.class);
        PlainAmqp before = PlainAmqp.to(broker.uri())) {
      assertThat(before.exists(name + ".dead")).isTrue();
      broker.restart();
      queue.put(1);
      assertThat(queue.take(Deadline.HEALED)).isEqualTo(1); // and is not done with it
      queue.put(2);
      queue.put(3);

      broker.kill9();
      broker.start();

      try (PlainAmqp after = PlainAmqp.to(broker.uri())) {
        Deadline.await(
            "all three are there", // perhaps one of them with its taker
            Deadline.HEALED,
            () -> after.count(name) + after.count(name + ".dead") >= 2);
        GetResponse kept = after.awaitOne(name + ".dead", Deadline.HEALED);
        assertThat(kept.getProps().getHeaders().toString()).contains("maxlen");
      }
      assertThat(List.of(queue.take(Deadline.HEALED), queue.take(Deadline.HEALED)))
          .containsExactly(2, 3);
    }
  }

  @Test
  void putsAndTakesGoOnOverCutConnectionsAndLoseNothing() throws Exception {
    BoundedQueue<Integer> queue = warren.queue(name, 20, Integer.class);
    CompletableFuture<Void> producer =
        CompletableFuture.runAsync(
            () -> {
              try {
                for (int i = 0; i < 2_000; i++) {
                  queue.put(i);
                }
                queue.put(null);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    List<Integer> taken = new ArrayList<>();
    for (Integer item = queue.take(); item != null; item = queue.take()) {
      taken.add(item);
      if (taken.size() % 500 == 100) {
        broker.ctl("close_all_connections", "maintenance");
      }
    }

    producer.get(60, TimeUnit.SECONDS);
    assertThat(new HashSet<>(taken)).hasSize(2_000);
    queue.close();
  }

  @Test
  void anItemThatWasHeldOverACutComesAgainAndItsTaskDoneIsNoError() throws Exception {
    JoinableQueue<Integer> queue = warren.joinableQueue(name, 0, Integer.class);
    queue.put(1);
    queue.take();

    broker.ctl("close_all_connections", "maintenance");

    Deadline.await("the item is back", Deadline.HEALED, () -> queue.size() == 1);
    assertThatCode(queue::taskDone).doesNotThrowAnyException();
    assertThatThrownBy(queue::taskDone).isInstanceOf(IllegalStateException.class);
    assertThat(queue.take(Deadline.TASK)).isEqualTo(1);
    queue.taskDone();
    assertThat(queue.join(Deadline.TASK)).isTrue();
    queue.close();
  }

  @Test
  void aBrokerThatIsAwayIsNamedAndATakeWithoutALimitWaitsOn() throws Exception {
    try (Warren impatient =
        Warren.connect(
            broker.uri(), WarrenSettings.defaults().withPublishTimeout(PUBLISH_TIMEOUT))) {
      BoundedQueue<Integer> queue = impatient.queue(name, 5, Integer.class);
      JoinableQueue<Integer> joinable = impatient.joinableQueue(name + "-j", 5, Integer.class);
      CompletableFuture<Integer> taken = taking(queue);

      broker.stop();
      try {
        assertThatThrownBy(() -> impatient.queue("other", 0, Integer.class))
            .isInstanceOf(BrokerUnavailableException.class);
        assertThatThrownBy(queue::poll).isInstanceOf(BrokerUnavailableException.class);
        assertThatThrownBy(() -> queue.take(Duration.ofMillis(1)))
            .isInstanceOf(BrokerUnavailableException.class);
        assertThatThrownBy(joinable::poll).isInstanceOf(BrokerUnavailableException.class);
        assertThatThrownBy(queue::size).isInstanceOf(BrokerUnavailableException.class);
        assertThatThrownBy(() -> queue.put(1)).isInstanceOf(BrokerUnavailableException.class);
        assertThatThrownBy(() -> queue.offer(1)).isInstanceOf(BrokerUnavailableException.class);
        assertThat(joinable.join(Duration.ofMillis(100))).isFalse();
        assertThat(taken).isNotDone();
      } finally {
        broker.start();
      }

      Deadline.await("connected again", Deadline.HEALED, () -> puts(queue));
      assertThat(taken.get(60, TimeUnit.SECONDS)).isEqualTo(3);
    }
  }

  @Test
  void aFrozenBrokerDoesNotHinderInterruptAndClose() throws Exception {
    BoundedQueue<Integer> queue = warren.queue(name, 5, Integer.class);
    CompletableFuture<Integer> waiting = taking(queue);

    broker.freeze();
    try {
      Thread.currentThread().interrupt();
      assertThatThrownBy(queue::take).isInstanceOf(InterruptedException.class);
      long start = System.nanoTime();
      queue.close();
      assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(QueueClosedException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    } finally {
      broker.thaw();
    }
  }

  private static boolean puts(BoundedQueue<Integer> queue) throws InterruptedException {
    try {
      queue.put(3);
      return true;
    } catch (BrokerUnavailableException e) {
      return false;
    }
  }

  private static CompletableFuture<Integer> taking(BoundedQueue<Integer> queue) {
    CompletableFuture<Integer> taken = new CompletableFuture<>();
    new Thread(
            () -> {
              try {
                taken.complete(queue.take());
              } catch (Throwable e) {
                taken.completeExceptionally(e);
              }
            })
        .start();
    return taken;
  }
}
