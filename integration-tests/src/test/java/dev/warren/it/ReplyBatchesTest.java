package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.ConnectionFactory;
import dev.warren.QueueType;
import dev.warren.WarrenException.TopologyMismatchException;
import dev.warren.WarrenSettings;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.ReplyBatches;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replies in a queue that several processes share are each handled, and acked only then. */
class ReplyBatchesTest {

  private static final BasicProperties JSON = json(null);

  private final String queue = TestBroker.uniqueName("results");
  private final WireFormat wire = new WireFormat(1_000_000);
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  /** Takes replies; as told, it throws, or waits until it is let go on. */
  private static final class Recorder implements ReplyBatches.Handler {
    private final List<List<String>> batches = new CopyOnWriteArrayList<>();
    private final List<List<String>> refused = new CopyOnWriteArrayList<>();
    private final List<ReplyMessage> replies = new CopyOnWriteArrayList<>();
    private final CountDownLatch busy = new CountDownLatch(1);
    private volatile CountDownLatch mayGoOn = new CountDownLatch(0);
    private volatile boolean refuses;

    @Override
    public void onReplies(List<ReplyMessage> batch) {
      List<String> ids = batch.stream().map(ReplyMessage::taskId).toList();
      busy.countDown();
      try {
        if (!mayGoOn.await(60, TimeUnit.SECONDS)) {
          throw new IllegalStateException("the test never let the handler go on");
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException("a handler must not be interrupted", e);
      }
      if (refuses) {
        refused.add(ids);
        throw new IllegalStateException("as told");
      }
      batches.add(ids);
      replies.addAll(batch);
    }

    List<String> handled() {
      return batches.stream().flatMap(List::stream).toList();
    }

    void awaitBusy() throws InterruptedException {
      assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void whatWaitsIsHandedOverInOrderInBatches() {
    PlainAmqp amqp = amqp(TestBroker.shared());
    Recorder recorder = new Recorder();
    ReplyBatches batches = started(TestBroker.shared(), recorder);
    recorder.mayGoOn = new CountDownLatch(1);

    amqp.putAll(queue, JSON, successes(0, 1_200));
    recorder.mayGoOn.countDown();

    awaitHandled(recorder, 1_200);
    assertThat(recorder.handled()).isEqualTo(ids(0, 1_200));
    assertThat(recorder.batches).hasSizeLessThan(1_200).allMatch(batch -> batch.size() <= 500);
    batches.stop();
    assertThat(amqp.count(queue)).as("all are acked").isZero();
  }

  @Test
  void repliesInOneMessageAreHandledInOrderAndOneThatCannotBeReadHarmsNoOther() {
    PlainAmqp amqp = amqp(TestBroker.shared());
    Recorder recorder = new Recorder();
    ReplyBatches batches = started(TestBroker.shared(), recorder);
    BasicProperties several =
        new BasicProperties.Builder().contentType("application/x-warren-replies").build();

    amqp.put(
        queue,
        several,
        utf8(
            "a {\"task_id\": \"a\", \"status\": \"SUCCESS\", \"result\": 1}\n"
                + "b {\n"
                + "c {\"task_id\": \"c\", \"status\": \"SUCCESS\", \"result\": 3}\n"));

    awaitHandled(recorder, 3);
    assertThat(recorder.handled()).containsExactly("a", "b", "c");
    assertThat(recorder.replies)
        .extracting(ReplyMessage::status)
        .containsExactly(TaskStatus.SUCCESS, TaskStatus.FAILURE, TaskStatus.SUCCESS);
    batches.stop();
    assertThat(amqp.count(queue)).as("it is acked").isZero();
  }

  @Test
  void severalProcessesShareTheQueueAndEachReplyGoesToOne() {
    PlainAmqp amqp = amqp(TestBroker.shared());
    Recorder one = new Recorder();
    Recorder other = new Recorder();
    started(TestBroker.shared(), one);
    started(TestBroker.shared(), other);

    amqp.putAll(queue, JSON, successes(0, 3_000));

    Deadline.await(
        "all are handled",
        Deadline.TASK,
        () -> one.handled().size() + other.handled().size() >= 3_000);
    List<String> all = new ArrayList<>(one.handled());
    all.addAll(other.handled());
    assertThat(all).containsExactlyInAnyOrderElementsOf(ids(0, 3_000));
    assertThat(one.handled()).isNotEmpty();
    assertThat(other.handled()).isNotEmpty();
  }

  @Test
  void whatTheHandlerThrowsAtIsHandedOverAgainUnchanged() {
    PlainAmqp amqp = amqp(TestBroker.shared());
    Recorder recorder = new Recorder();
    recorder.refuses = true;
    started(TestBroker.shared(), recorder);

    amqp.put(queue, JSON, success("a"));

    Deadline.await("tried thrice", Deadline.TASK, () -> recorder.refused.size() >= 3);
    assertThat(recorder.handled()).isEmpty();
    recorder.refuses = false;
    awaitHandled(recorder, 1);
    assertThat(new HashSet<>(recorder.refused)).containsExactly(List.of("a"));
    assertThat(recorder.handled()).containsExactly("a");
  }

  @Test
  void whatTheHandlerThrewAtStaysOnTheBroker() {
    PlainAmqp amqp = amqp(TestBroker.shared());
    Recorder recorder = new Recorder();
    recorder.refuses = true;
    ReplyBatches batches = started(TestBroker.shared(), recorder);
    amqp.putAll(queue, JSON, successes(0, 5));
    Deadline.await("tried", Deadline.TASK, () -> !recorder.refused.isEmpty());

    batches.stop();

    Deadline.await("all are back", Deadline.TASK, () -> amqp.count(queue) == 5);
    recorder.refuses = false;
    batches.start();
    awaitHandled(recorder, 5);
    assertThat(recorder.handled()).isEqualTo(ids(0, 5));
  }

  @Test
  void betweenStopAndStartRepliesWait() {
    PlainAmqp amqp = amqp(TestBroker.shared());
    Recorder recorder = new Recorder();
    ReplyBatches batches = started(TestBroker.shared(), recorder);
    batches.stop();

    amqp.putAll(queue, JSON, successes(0, 3));

    assertThat(batches.waiting()).isEqualTo(3);
    assertThat(recorder.handled()).isEmpty();
    batches.start();
    awaitHandled(recorder, 3);
    Deadline.await("none waits", Deadline.TASK, () -> batches.waiting() == 0);
  }

  @Test
  void aStopLetsTheHandlerFinishAndAcksWhatItFinished() throws Exception {
    PlainAmqp amqp = amqp(TestBroker.shared());
    Recorder recorder = new Recorder();
    recorder.mayGoOn = new CountDownLatch(1);
    ReplyBatches batches = started(TestBroker.shared(), recorder);
    amqp.put(queue, JSON, success("first"));
    recorder.awaitBusy();
    amqp.put(queue, JSON, success("second"));
    Deadline.await("both were sent", Deadline.TASK, () -> batches.waiting() == 2);
    Thread stopping = new Thread(batches::stop, "stops");

    stopping.start();
    Deadline.await(
        "it waits for the handler",
        Deadline.TASK,
        () -> stopping.getState() == Thread.State.TIMED_WAITING);
    recorder.mayGoOn.countDown();
    stopping.join();

    assertThat(recorder.handled()).containsExactly("first");
    Deadline.await("one is back", Deadline.TASK, () -> amqp.count(queue) == 1);
    assertThat(new String(amqp.awaitOne(queue, Deadline.TASK).getBody(), StandardCharsets.UTF_8))
        .contains("second");
  }

  @Test
  void whatCannotBeReadIsAFailureOfItsTaskOrDropped() {
    PlainAmqp amqp = amqp(TestBroker.shared());
    Recorder recorder = new Recorder();
    ReplyBatches batches = started(TestBroker.shared(), recorder);

    amqp.put(queue, JSON, utf8("no reply"));
    amqp.put(queue, json("the-task"), utf8("no reply"));
    amqp.put(queue, JSON, success("a"));

    awaitHandled(recorder, 2);
    assertThat(recorder.handled()).containsExactly("the-task", "a");
    ReplyMessage unreadable = recorder.replies.get(0);
    assertThat(unreadable.status()).isEqualTo(TaskStatus.FAILURE);
    assertThat(unreadable.error()).isNotNull();
    assertThat(unreadable.error().type()).isEqualTo("UnreadableReply");
    assertThat(batches.dropped()).isEqualTo(1);
    batches.stop();
    assertThat(amqp.count(queue)).as("all are acked").isZero();
  }

  @Test
  void aQueueThatIsDeletedIsDeclaredAgainAndWhatHadComeIsHandled() throws Exception {
    PlainAmqp amqp = amqp(TestBroker.shared());
    Recorder recorder = new Recorder();
    recorder.mayGoOn = new CountDownLatch(1);
    ReplyBatches batches = started(TestBroker.shared(), recorder);
    amqp.put(queue, JSON, success("first"));
    recorder.awaitBusy();
    amqp.putAll(queue, JSON, successes(0, 5));
    Deadline.await("all left the queue", Deadline.TASK, () -> amqp.count(queue) == 0);
    Deadline.await("all were received", Deadline.TASK, () -> batches.waiting() == 6);

    amqp.delete(queue);

    Deadline.await("it is back", Deadline.TASK, () -> amqp.consumers(queue) == 1);
    amqp.put(queue, JSON, success("last"));
    recorder.mayGoOn.countDown();
    awaitHandled(recorder, 7);
    assertThat(recorder.handled()).containsExactly("first", "0", "1", "2", "3", "4", "last");
  }

  @Test
  void repliesOutlastARestartOfTheBrokerAndAreHandledAgainIfTheirAckIsLost() throws Exception {
    TestBroker broker = TestBroker.own();
    opened.add(broker);
    Recorder recorder = new Recorder();
    recorder.mayGoOn = new CountDownLatch(1);
    started(broker, recorder);
    try (PlainAmqp amqp = PlainAmqp.to(broker.uri())) {
      amqp.putAll(
          queue, JSON.builder().deliveryMode(2).build(), List.of(success("a"), success("b")));
    }
    recorder.awaitBusy();

    broker.restart();
    recorder.mayGoOn.countDown();

    Deadline.await(
        "both are handled",
        Deadline.HEALED,
        () -> recorder.handled().containsAll(List.of("a", "b")));
    PlainAmqp amqp = amqp(broker);
    Deadline.await("it consumes again", Deadline.HEALED, () -> amqp.consumers(queue) == 1);
    amqp.put(queue, JSON, success("c"));
    Deadline.await("it goes on", Deadline.TASK, () -> recorder.handled().contains("c"));
  }

  @Test
  void aQueueOfAnotherTypeIsRefusedWithBothTypes() {
    ReplyBatches quorum = batches(TestBroker.shared(), QueueType.QUORUM, new Recorder());
    ReplyBatches classic = batches(TestBroker.shared(), QueueType.CLASSIC, new Recorder());
    quorum.start();

    assertThatThrownBy(classic::start)
        .isInstanceOf(TopologyMismatchException.class)
        .hasMessageContaining(queue)
        .hasMessageContaining("quorum")
        .hasMessageContaining("classic");
  }

  @Test
  void aQuorumQueueServesAsWell() {
    PlainAmqp amqp = amqp(TestBroker.shared());
    Recorder recorder = new Recorder();
    batches(TestBroker.shared(), QueueType.QUORUM, recorder).start();

    amqp.put(queue, JSON, success("a"));

    awaitHandled(recorder, 1);
  }

  private ReplyBatches started(TestBroker broker, Recorder recorder) {
    ReplyBatches batches = batches(broker, QueueType.CLASSIC, recorder);
    batches.start();
    return batches;
  }

  private ReplyBatches batches(TestBroker broker, QueueType type, Recorder recorder) {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUsername(TestBroker.USER);
    factory.setPassword(TestBroker.PASSWORD);
    List<Address> addresses = List.of(new Address("127.0.0.1", broker.port()));
    Broker connected = new Broker(factory, addresses, WarrenSettings.defaults(), "batches");
    opened.add(connected);
    assertThat(connected.start()).isNull();
    ReplyBatches batches = new ReplyBatches(connected, wire, queue, type, recorder);
    opened.add(batches);
    return batches;
  }

  private PlainAmqp amqp(TestBroker broker) {
    PlainAmqp amqp = PlainAmqp.to(broker.uri());
    opened.add(amqp);
    return amqp;
  }

  private static void awaitHandled(Recorder recorder, int count) {
    Deadline.await(count + " are handled", Deadline.TASK, () -> recorder.handled().size() >= count);
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(String::valueOf).toList();
  }

  private static List<byte[]> successes(int from, int to) {
    return ids(from, to).stream().map(ReplyBatchesTest::success).toList();
  }

  private static byte[] success(String id) {
    return utf8("{\"task_id\": \"" + id + "\", \"status\": \"SUCCESS\", \"result\": 1}");
  }

  private static BasicProperties json(@Nullable String correlationId) {
    return new BasicProperties.Builder()
        .contentType("application/json")
        .correlationId(correlationId)
        .build();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
