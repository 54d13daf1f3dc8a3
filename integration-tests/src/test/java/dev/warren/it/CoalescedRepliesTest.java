package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import dev.warren.AsyncResult;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.TaskFailedException;
import dev.warren.WarrenSettings;
import dev.warren.WorkerPool;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.wire.ReplyBundle;
import dev.warren.wire.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Several results in one message, for a Warren client that is ready for them, and for nobody else.
 */
@Tag(Ci.SECOND_PASS_ONLY)
class CoalescedRepliesTest {

  private static final String URI = TestBroker.shared().uri();
  private static final String QUEUE = TestBroker.uniqueName("coalesced");
  private static final TaskRef<Integer> WORD_COUNT = TaskRef.of("text.word_count", Integer.class);
  private static final int MANY = 2_000;

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static PlainAmqp amqp;

  @BeforeAll
  static void start() {
    worker = WorkerProcess.on(URI).queue(QUEUE).startReady();
    amqp = PlainAmqp.to(URI);
  }

  @Test
  void resultsThatAreReadyTogetherComeTogetherAndEachOnce() {
    List<WireMessage> messages = repliesTo(Map.of("warren_bundled_replies", true));

    assertThat(messages).hasSizeLessThan(MANY);
    assertThat(ids(messages)).hasSize(MANY).doesNotHaveDuplicates();
  }

  @Test
  void whoDoesNotAskForThatGetsAMessageForEach() {
    List<WireMessage> messages = repliesTo(Map.of());

    assertThat(messages)
        .hasSize(MANY)
        .allSatisfy(one -> assertThat(one.contentType()).isEqualTo("application/json"))
        .extracting(WireMessage::correlationId)
        .doesNotHaveDuplicates();
  }

  @Test
  void oneFailureDoesNotTouchItsNeighbours() throws Exception {
    try (Warren warren = Warren.connect(URI)) {
      WorkerPool pool = warren.pool(QUEUE);
      List<AsyncResult<Integer>> all = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        all.add(pool.applyAsync(WORD_COUNT, i % 10 == 3 ? List.of() : "a b"));
      }

      for (int i = 0; i < MANY; i++) {
        AsyncResult<Integer> one = all.get(i);
        if (i % 10 == 3) {
          assertThatThrownBy(() -> one.get(Deadline.TASK)).isInstanceOf(TaskFailedException.class);
        } else {
          assertThat(one.get(Deadline.TASK)).isEqualTo(2);
        }
      }
    }
  }

  @Test
  void aReplyThatCannotBeReadFailsItsTaskAndNoOther() throws Exception {
    String nobodys = TestBroker.uniqueName("nobodys");
    try (Warren warren = Warren.connect(URI)) {
      List<AsyncResult<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        all.add(warren.pool(nobodys).applyAsync(WORD_COUNT, "a b"));
      }
      String replies = amqp.awaitOne(nobodys, Deadline.TASK).getProps().getReplyTo();

      amqp.put(
          replies,
          new BasicProperties.Builder().contentType("application/x-warren-replies").build(),
          (success(all.get(0).id()) + all.get(1).id() + " {{{\n" + success(all.get(2).id()))
              .getBytes(StandardCharsets.UTF_8));

      assertThat(all.get(0).get(Deadline.TASK)).isEqualTo(2);
      assertThat(all.get(2).get(Deadline.TASK)).isEqualTo(2);
      assertThatThrownBy(() -> all.get(1).get(Deadline.TASK))
          .isInstanceOf(TaskFailedException.class)
          .hasMessageContaining("UnreadableReply");
    }
  }

  @Test
  void aClientThatIsToldNotToAsksForNone() throws Exception {
    String nobodys = TestBroker.uniqueName("nobodys");
    try (Warren warren =
        Warren.connect(URI, WarrenSettings.defaults().withCoalescedReplies(false))) {
      warren.pool(nobodys).applyAsync(WORD_COUNT, "a b");

      assertThat(amqp.awaitOne(nobodys, Deadline.TASK).getProps().getHeaders())
          .doesNotContainKey("warren_bundled_replies");
    }
  }

  private static String success(String id) {
    return id + " {\"task_id\": \"" + id + "\", \"status\": \"SUCCESS\", \"result\": 2}\n";
  }

  /** The replies to many short tasks that waited for their worker, when all have come. */
  private static List<WireMessage> repliesTo(Map<String, Object> headers) {
    String queue = TestBroker.uniqueName("waiting");
    String replies = amqp.replyQueue();
    amqp.declare(queue, Map.of());
    for (int i = 0; i < MANY; i++) {
      String id = UUID.randomUUID().toString();
      Map<String, Object> all = CeleryHeaders.of("text.word_count", id);
      all.putAll(headers);
      BasicProperties properties =
          new BasicProperties.Builder()
              .contentType("application/json")
              .contentEncoding("utf-8")
              .correlationId(id)
              .replyTo(replies)
              .headers(all)
              .build();
      amqp.put(queue, properties, "[[\"a b\"], {}, {}]".getBytes(StandardCharsets.UTF_8));
    }
    List<WireMessage> all = new ArrayList<>();
    try (WorkerProcess own = WorkerProcess.on(URI).queue(queue).startReady()) {
      Deadline.await(
          "all have come",
          Deadline.TASK,
          () -> {
            for (GetResponse one = amqp.take(replies); one != null; one = amqp.take(replies)) {
              all.add(AmqpMessages.read(one.getProps(), one.getBody()));
            }
            return ids(all).size() >= MANY;
          });
      assertThat(own.isAlive()).isTrue();
    }
    return all;
  }

  private static List<String> ids(List<WireMessage> messages) {
    List<String> ids = new ArrayList<>();
    for (WireMessage message : messages) {
      if (ReplyBundle.is(message)) {
        ReplyBundle.read(message).forEach(one -> ids.add(one.correlationId()));
      } else {
        ids.add(message.correlationId());
      }
    }
    return ids;
  }
}
