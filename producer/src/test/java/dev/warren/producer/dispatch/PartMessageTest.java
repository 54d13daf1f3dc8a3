package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.store.Claim;
import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskOptions;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartMessageTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final WireFormat wire = new WireFormat(1024 * 1024);
  private final UUID id = TaskId.nextPart(NOW.toEpochMilli());

  @Test
  void aPartOfOneItemIsThePlainTask() {
    TaskMessage message = message("[{\"a\":1}]", new GroupPart(id, 0, 1, 0, 0, 0, false));

    assertThat(message.task()).isEqualTo("a.task");
    assertThat(message.args()).hasToString("[{\"a\":1}]");
    assertThat(message.wantsPartial()).isFalse();
    assertThat(message.id()).isEqualTo(id.toString());
  }

  @Test
  void anItemThatIsAListOfArgumentsIsThePlainTasksArguments() {
    TaskMessage message = message("[[1,[2]]]", new GroupPart(id, 0, 1, 0, 0, 0, true));

    assertThat(message.args()).hasToString("[1, [2]]");
  }

  @Test
  void aPartOfManyIsAChunkThatTellsWhatItHasWhenAnItemFails() {
    TaskMessage message = message("[1,2.50,\"x\"]", new GroupPart(id, 0, 3, 0, 0, 0, false));
    WireMessage written = wire.writeTask(message);

    assertThat(written.headers())
        .containsEntry("task", "celery.map")
        .containsEntry("warren_partial", true);
    assertThat(new String(written.body(), StandardCharsets.UTF_8))
        .contains("\"it\":[1,2.50,\"x\"]")
        .contains("\"task\":{\"task\":\"a.task\",\"args\":[],\"kwargs\":{},\"options\":{},")
        .startsWith("[[],{");
  }

  @Test
  void aChunkOfListsOfArgumentsIsAStarmap() {
    TaskMessage message = message("[[1],[2]]", new GroupPart(id, 0, 2, 0, 0, 0, true));

    assertThat(message.task()).isEqualTo("celery.starmap");
  }

  @Test
  void onlyWhatHasNoOutcomeIsSentAgainUnderAnotherId() {
    TaskMessage message = message("[0,1,2,3]", new GroupPart(id, 8, 4, 2, 1, 5, false));

    assertThat(message.kwargs().get("it")).hasToString("[2, 3]");
    UUID messageId = UUID.fromString(message.id());
    assertThat(TaskId.inStore(messageId)).isEqualTo(id);
    assertThat(TaskId.generation(messageId)).isEqualTo(5);
    assertThat(message.correlationId()).isEqualTo(message.id());
  }

  @Test
  void aLastItemThatIsLeftIsThePlainTask() {
    TaskMessage message = message("[0,1,2]", new GroupPart(id, 0, 3, 2, 0, 1, false));

    assertThat(message.task()).isEqualTo("a.task");
    assertThat(message.args()).hasToString("[2]");
    assertThat(message.wantsPartial()).isFalse();
  }

  private TaskMessage message(String args, GroupPart part) {
    StoredTask task = StoredTask.submitted(id, "a.task", "tasks", TaskOptions.NONE, NOW, part);
    return PartMessage.of(new Claim(task, args, "{}", NOW), part, wire.mapper());
  }
}
