package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import dev.warren.QueueSettings;
import dev.warren.QueueType;
import dev.warren.WarrenException;
import dev.warren.WarrenSettings;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.DeadLetter;
import dev.warren.rabbit.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What can be done with what lies in quarantine, on a real broker. */
@Timeout(180)
class DeadLettersTest {

  private static final TestBroker BROKER = TestBroker.shared();
  private static final int WHOLE = 1024 * 1024;

  private final String queue = TestBroker.uniqueName("dead-letters");
  private final String dead = queue + ".dead";
  private final PlainAmqp amqp = PlainAmqp.to(BROKER.uri());
  private final List<Broker> brokers = new ArrayList<>();

  @AfterEach
  void close() {
    brokers.forEach(Broker::close);
    List.of(queue, queue + ".due", queue + ".delay", dead).forEach(amqp::delete);
    amqp.close();
  }

  @ParameterizedTest
  @EnumSource
  void lookingTakesNothingAwayAndKeepsTheOrder(QueueType type) throws Exception {
    DeadLetters quarantine = quarantine(type);
    IntStream.range(0, 5).forEach(i -> kill("body " + i));

    List<String> first = keys(quarantine.list(queue, 100, WHOLE));
    assertThat(bodies(quarantine.list(queue, 100, WHOLE)))
        .containsExactly("body 0", "body 1", "body 2", "body 3", "body 4");
    for (int look = 0; look < 25; look++) { // more than RabbitMQ's own delivery limit
      assertThat(keys(quarantine.list(queue, 3, WHOLE))).isEqualTo(first.subList(0, 3));
    }

    assertThat(first).doesNotHaveDuplicates();
    assertThat(keys(quarantine.list(queue, 100, WHOLE))).isEqualTo(first);
    Deadline.await("all are back", Deadline.TASK, () -> amqp.count(dead) == 5);
  }

  @Test
  void aBodyIsShownUpToALimit() throws Exception {
    DeadLetters quarantine = quarantine(QueueType.CLASSIC);
    kill("0123456789");

    DeadLetter letter = quarantine.list(queue, 1, 4).get(0);

    assertThat(letter.message().body()).hasSize(4);
    assertThat(letter.size()).isEqualTo(10);
    assertThat(letter.isCut()).isTrue();
    DeadLetter whole = quarantine.find(queue, letter.key(), 10);
    assertThat(whole).isNotNull();
    assertThat(whole.isCut()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aMessageThatIsRequeuedIsAsItWasBefore(QueueType type) throws Exception {
    DeadLetters quarantine = quarantine(type);
    kill("other");
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .correlationId("c")
            .messageId("17")
            .deliveryMode(2)
            .headers(
                Map.of(
                    "task", "a.task",
                    "warren_lost_attempts", 3,
                    "x-warren-reason", "worker-lost",
                    "x-warren-time", "2026-01-01T00:00:00Z"))
            .build();
    amqp.put(dead, properties, bytes("mine"));
    String key = quarantine.list(queue, 2, WHOLE).get(1).key();

    assertThat(quarantine.requeue(queue, key)).isTrue();

    GetResponse requeued = amqp.awaitOne(queue + ".due", Deadline.TASK);
    assertThat(text(requeued)).isEqualTo("mine");
    assertThat(requeued.getProps().getContentType()).isEqualTo("application/json");
    assertThat(requeued.getProps().getCorrelationId()).isEqualTo("c");
    assertThat(requeued.getProps().getHeaders().keySet())
        .contains("task")
        .isSubsetOf("task", "x-delivery-count"); // RabbitMQ 3.10 counts the first delivery, too
    assertThat(requeued.getEnvelope().isRedeliver()).isFalse();
    assertThat(bodies(quarantine.list(queue, 10, WHOLE))).containsExactly("other");
    assertThat(quarantine.requeue(queue, key)).isFalse();
  }

  @Test
  void aMessageThatIsDroppedIsGoneAndTheOthersStay() throws Exception {
    DeadLetters quarantine = quarantine(QueueType.CLASSIC);
    IntStream.range(0, 3).forEach(i -> kill("body " + i));
    String second = quarantine.list(queue, 3, WHOLE).get(1).key();

    assertThat(quarantine.drop(queue, second)).isTrue();

    assertThat(bodies(quarantine.list(queue, 10, WHOLE))).containsExactly("body 0", "body 2");
    assertThat(quarantine.drop(queue, second)).isFalse();
  }

  @Test
  void manyAreRequeuedInOrderAndTheCallSaysHowManyAreLeft() throws Exception {
    DeadLetters quarantine = quarantine(QueueType.CLASSIC);
    amqp.putAll(
        dead,
        new BasicProperties(),
        IntStream.range(0, 250).mapToObj(i -> bytes("body " + i)).toList());

    DeadLetters.Moved moved = quarantine.requeueAll(queue, 201);

    assertThat(moved).isEqualTo(new DeadLetters.Moved(201, 49, null));
    assertThat(amqp.takeAll(queue + ".due").stream().map(DeadLettersTest::text))
        .containsExactlyElementsOf(IntStream.range(0, 201).mapToObj(i -> "body " + i).toList());
    assertThat(quarantine.dropAll(queue, 40)).isEqualTo(new DeadLetters.Moved(40, 9, null));
    assertThat(amqp.count(dead)).isEqualTo(9);
  }

  @Test
  void whatCannotBeRequeuedStays() throws Exception {
    DeadLetters quarantine = quarantine(QueueType.CLASSIC);
    IntStream.range(0, 3).forEach(i -> kill("body " + i));
    amqp.delete(queue + ".due");

    DeadLetters.Moved moved = quarantine.requeueAll(queue, 10);

    assertThat(moved.failure()).isInstanceOf(WarrenException.NoSuchQueueException.class);
    assertThat(moved.messages()).isZero();
    assertThat(moved.left()).isEqualTo(3);
    assertThat(bodies(quarantine.list(queue, 10, WHOLE)))
        .containsExactly("body 0", "body 1", "body 2");
    Deadline.await("the queue is declared again", Deadline.TASK, () -> amqp.exists(queue + ".due"));
    assertThat(quarantine.requeueAll(queue, 10).messages()).isEqualTo(3);
  }

  @Test
  void aQuarantineThatSomebodyConsumesIsLeftAlone() throws Exception {
    DeadLetters quarantine = quarantine(QueueType.CLASSIC);
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(BROKER.uri());
    try (var connection = factory.newConnection()) {
      connection.createChannel().basicConsume(dead, false, (tag, message) -> {}, tag -> {});

      assertThatThrownBy(() -> quarantine.list(queue, 1, WHOLE))
          .isInstanceOf(DeadLetters.BusyException.class)
          .hasMessageContaining("1 consumers");
    }
    Deadline.await("it is gone", Deadline.TASK, () -> amqp.consumers(dead) == 0);
    assertThat(quarantine.list(queue, 1, WHOLE)).isEmpty();
  }

  @Test
  void aMissingQuarantineIsNamed() throws Exception {
    DeadLetters quarantine = quarantine(QueueType.CLASSIC);
    amqp.delete(dead);

    assertThatThrownBy(() -> quarantine.list(queue, 1, WHOLE))
        .isInstanceOf(WarrenException.NoSuchQueueException.class)
        .hasMessageContaining(dead);
  }

  private DeadLetters quarantine(QueueType type) throws Exception {
    QueueSettings settings = new QueueSettings(10, type, null);
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(BROKER.uri());
    Broker broker =
        new Broker(
            factory,
            List.of(new Address("127.0.0.1", BROKER.port())),
            WarrenSettings.defaults().withQueue(queue, settings),
            "dead-letters");
    brokers.add(broker);
    assertThat(broker.start()).isNull();
    broker.declare(queue);
    Deadline.await("connected", Deadline.TASK, () -> broker.state() == Broker.State.UP);
    return new DeadLetters(broker);
  }

  private void kill(String body) {
    BasicProperties why =
        new BasicProperties.Builder()
            .headers(Map.of("x-warren-reason", "no-task-name", "x-warren-queue", queue))
            .deliveryMode(2)
            .build();
    amqp.put(dead, why, bytes(body));
  }

  private static List<String> keys(List<DeadLetter> letters) {
    return letters.stream().map(DeadLetter::key).toList();
  }

  private static List<String> bodies(List<DeadLetter> letters) {
    return letters.stream()
        .map(letter -> new String(letter.message().body(), StandardCharsets.UTF_8))
        .toList();
  }

  private static String text(GetResponse response) {
    return new String(response.getBody(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
