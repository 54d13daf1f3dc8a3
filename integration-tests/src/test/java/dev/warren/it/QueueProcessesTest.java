package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.BoundedQueue;
import dev.warren.JoinableQueue;
import dev.warren.Warren;
import dev.warren.WarrenException.AccessRefusedException;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.MainProcess;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.queue.QueueProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Queues between processes. */
@Timeout(240)
@Tag(Ci.FIRST_PASS_ONLY)
class QueueProcessesTest {

  private static final int PROCESSES = 4;
  private static final int ITEMS_OF_EACH = 500;
  private static final Duration SHORT = Duration.ofMillis(500);

  @AutoClose private static Warren warren;
  @AutoClose private static PlainAmqp amqp;

  private final String name = TestBroker.uniqueName("shared");
  private final List<MainProcess> started = new ArrayList<>();

  @BeforeAll
  static void start() {
    warren = Warren.connect(TestBroker.shared().uri());
    amqp = PlainAmqp.to(TestBroker.shared().uri());
  }

  @AfterEach
  void end() {
    started.forEach(MainProcess::close);
    amqp.delete(name);
    amqp.delete(name + ".held");
  }

  private MainProcess start(String role, int maxSize, String... more) {
    List<String> args =
        new ArrayList<>(List.of(role, TestBroker.shared().uri(), name, String.valueOf(maxSize)));
    args.addAll(List.of(more));
    MainProcess process =
        MainProcess.start("queue-" + role, QueueProgram.class, args.toArray(String[]::new));
    started.add(process);
    return process;
  }

  @Test
  void q9_manyProducersAndConsumersLoseNothingAndKeepEachProducersOrder() throws Exception {
    List<MainProcess> consumers = new ArrayList<>();
    List<MainProcess> producers = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      consumers.add(start("consume", 50));
      producers.add(start("produce", 50, "p" + i, String.valueOf(ITEMS_OF_EACH)));
    }

    producers.forEach(producer -> assertThat(producer.awaitExit(Duration.ofSeconds(120))).isZero());
    BoundedQueue<String> queue = warren.queue(name, 50, String.class);
    for (int i = 0; i < PROCESSES; i++) {
      queue.put(null);
    }
    consumers.forEach(consumer -> assertThat(consumer.awaitExit(Deadline.HEALED)).isZero());

    List<String> all = new ArrayList<>();
    for (MainProcess consumer : consumers) {
      List<String> taken = consumer.lines("took");
      assertThat(taken).isNotEmpty();
      assertOrderOfEachProducer(taken);
      all.addAll(taken);
    }
    assertThat(all).hasSize(PROCESSES * ITEMS_OF_EACH).doesNotHaveDuplicates();
    queue.close();
  }

  private static void assertOrderOfEachProducer(List<String> taken) {
    Map<String, Integer> last = new HashMap<>();
    for (String item : taken) {
      String[] parts = item.split(":");
      int number = Integer.parseInt(parts[1]);
      assertThat(number).as(item).isGreaterThan(last.getOrDefault(parts[0], -1));
      last.put(parts[0], number);
    }
  }

  @Test
  void q14_joinReturnsWhenFourProcessesHaveDoneTenItems() throws Exception {
    JoinableQueue<String> queue = warren.joinableQueue(name, 0, String.class);
    List<MainProcess> workers = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      workers.add(start("work", 0).awaitLine("ready"));
    }

    for (int i = 0; i < 10; i++) {
      queue.put("item" + i);
    }
    assertThat(queue.join(Deadline.TASK)).isTrue();

    List<String> done = workers.stream().flatMap(w -> w.lines("did").stream()).toList();
    assertThat(done).hasSize(10).doesNotHaveDuplicates();
    for (int i = 0; i < PROCESSES; i++) {
      queue.put(null);
    }
    assertThat(queue.join(Deadline.TASK)).isTrue();
    workers.forEach(worker -> assertThat(worker.awaitExit()).isZero());
    queue.close();
  }

  @Test
  void q14_joinIsNotFooledByItemsThatLeadToItems() throws Exception {
    JoinableQueue<String> queue = warren.joinableQueue(name, 0, String.class);
    List<MainProcess> workers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      workers.add(start("branch", 0).awaitLine("ready"));
    }

    for (int round = 1; round <= 20; round++) {
      queue.put("3"); // 1 + 2 + 4 + 8 items
      assertThat(queue.join(Deadline.HEALED)).isTrue();
      int expected = 15 * round;
      assertThat(workers.stream().mapToInt(w -> w.lines("did").size()).sum()).isEqualTo(expected);
    }
    queue.close();
  }

  @Test
  void q14_aConsumerThatIsKilledGivesItsItemBack() throws Exception {
    JoinableQueue<String> queue = warren.joinableQueue(name, 0, String.class);
    queue.put("precious");
    MainProcess holder = start("hold", 0).awaitLine("holds");
    assertThat(queue.size()).isZero();
    assertThat(queue.join(SHORT)).isFalse();

    holder.kill9();

    assertThat(queue.join(SHORT)).isFalse();
    assertThat(queue.take(Deadline.HEALED)).isEqualTo("precious");
    queue.taskDone();
    assertThat(queue.join(Deadline.TASK)).isTrue();
    queue.close();
  }

  @Test
  void q14_joinIsNotFooledByAConsumerThatIsKilled() throws Exception {
    JoinableQueue<String> queue = warren.joinableQueue(name, 0, String.class);
    for (int i = 0; i < 3; i++) {
      queue.put("precious");
      MainProcess holder = start("hold", 0).awaitLine("holds");
      Thread killer = new Thread(holder::kill9);
      killer.start();
      assertThat(queue.join(SHORT.multipliedBy(2))).isFalse();
      killer.join();
      assertThat(queue.take(Deadline.HEALED)).isEqualTo("precious");
      queue.taskDone();
    }
    queue.close();
  }

  /** What Python's manager needs an auth key for, the broker has users for. */
  @Test
  void q17_aQueueIsReachedOverTheNetworkWithUserAndPassword() throws Exception {
    BoundedQueue<String> queue = warren.queue(name, 0, String.class);
    MainProcess remote = start("produce", 0, "remote", "1");

    assertThat(queue.take(Deadline.APP_START)).isEqualTo("remote:0");
    assertThat(remote.awaitExit()).isZero();
    String wrong = TestBroker.shared().uri(TestBroker.USER, "wrong");
    assertThatThrownBy(() -> Warren.connect(wrong).close())
        .isInstanceOf(AccessRefusedException.class);
    queue.close();
  }
}
