package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.ProducerProperties;
import dev.warren.producer.TickingClock;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import dev.warren.wire.Decoded;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ReplyRecorderTest {

  private final TickingClock clock = new TickingClock();
  private final WireFormat wire = new WireFormat(1024 * 1024);
  private final TaskStore store = StoreFixture.memory(ProducerProperties.defaults(), clock);
  private final Waiters waiters = new Waiters(ProducerProperties.defaults());
  private final ReplyRecorder recorder = new ReplyRecorder(store, waiters, wire);
  private final UUID id = UUID.randomUUID();
  private final List<StoredTask> told = new ArrayList<>();

  @BeforeEach
  void aTaskThatSomebodyWaitsFor() {
    waiters.start();
    store.add(StoredTask.queued(id, "demo.sleep", "tasks", clock.instant()));
    waiters.join(
        id,
        Duration.ofMinutes(1),
        new Waiters.Waiter() {
          @Override
          public void onFinished(StoredTask task) {
            told.add(task);
          }

          @Override
          public void onUnfinished() {}
        });
  }

  @Test
  void aResultIsStoredAndWhoWaitsIsTold() {
    BigInteger big = new BigInteger("1234567890".repeat(30));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("big", big);
    result.put("text", "ü€😀\n");
    recorder.onReply(overTheWire(success(result)));

    assertThat(told).singleElement().isEqualTo(store.find(id).orElseThrow());
    assertThat(told.get(0).result()).isEqualTo("{\"big\":" + big + ",\"text\":\"ü€😀\\n\"}");
  }

  @Test
  void aTaskThatReturnsNothingHasTheResultNull() {
    recorder.onReply(overTheWire(success(null)));

    assertThat(store.find(id)).get().returns("null", StoredTask::result);
  }

  @Test
  void halfOfASurrogatePairIsKeptAsAnEscapeInAResult() {
    JsonNode odd = wire.mapper().readTree("[\"\\ud800x😀\",{\"\\udc00\":1}]");
    recorder.onReply(
        new ReplyMessage(id.toString(), TaskStatus.SUCCESS, odd, null, "w", 1, null, null));

    assertThat(told.get(0).result()).isEqualTo("[\"\\ud800x😀\",{\"\\udc00\":1}]");
  }

  @Test
  void halfOfASurrogatePairIsReplacedInAnError() {
    TaskError odd = new TaskError("E\ud800", "m\udc00😀", "t\ud800");
    recorder.onReply(
        new ReplyMessage(id.toString(), TaskStatus.FAILURE, null, odd, "w\ud800", 1, null, null));

    assertThat(told.get(0).error()).isEqualTo(new TaskError("E\uFFFD", "m\uFFFD😀", "t\uFFFD"));
    assertThat(told.get(0).worker()).isEqualTo("w\uFFFD");
  }

  @Test
  void whoWaitsIsNotToldOfAStart() {
    recorder.onReply(
        new ReplyMessage(id.toString(), TaskStatus.STARTED, null, null, "w", 1, null, null));

    assertThat(told).isEmpty();
    assertThat(store.find(id)).get().returns(TaskState.STARTED, StoredTask::state);
  }

  @Test
  void repliesToUnknownTasksAreIgnored() {
    recorder.onReply(reply(UUID.randomUUID().toString()));
    recorder.onReply(reply("not-a-uuid"));
    recorder.onReply(reply(""));

    assertThat(told).isEmpty();
  }

  @Test
  void lostRepliesFailTheTaskAndWhoWaitsIsTold() {
    recorder.onRepliesLost("the reply queue was deleted");

    assertThat(told).singleElement().returns(TaskState.FAILED, StoredTask::state);
    assertThat(told.get(0).error())
        .isNotNull()
        .returns("ResultLost", TaskError::type)
        .returns(
            "the result, if there is one, is lost: the reply queue was deleted",
            TaskError::message);
  }

  private ReplyMessage success(@Nullable Object result) {
    return new ReplyMessage(id.toString(), TaskStatus.SUCCESS, result, null, "w", 1, null, null);
  }

  private static ReplyMessage reply(String id) {
    return new ReplyMessage(id, TaskStatus.SUCCESS, 1, null, "w", 1, null, null);
  }

  private ReplyMessage overTheWire(ReplyMessage reply) {
    WireMessage message = wire.writeReply(reply, reply.taskId());
    Decoded<ReplyMessage> read = wire.readReply(message);
    assertThat(read.value()).isNotNull();
    return read.value();
  }
}
