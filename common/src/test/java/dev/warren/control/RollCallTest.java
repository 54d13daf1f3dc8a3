package dev.warren.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.wire.ControlReply;
import dev.warren.wire.WireFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class RollCallTest {

  private final JsonMapper mapper = new WireFormat(10_000).mapper();
  private final RollCall call = new RollCall("q", List.of("a", "b"));

  @Test
  void consumersOfTheQueueAreCountedOnceForEachProcess() {
    answer("w", "{\"warren\":{\"consumers\":{\"q\":2},\"process\":\"p1\"}}");
    answer("w", "{\"warren\":{\"consumers\":{\"q\":2},\"process\":\"p1\"}}");
    answer("w", "{\"warren\":{\"consumers\":{\"q\":3,\"other\":7},\"process\":\"p2\"}}");
    answer("x", "{\"warren\":{\"consumers\":{\"other\":9},\"process\":\"p3\"}}");

    assertThat(call.answers().consumers()).isEqualTo(5);
  }

  @Test
  void aCeleryWorkerCountsOnceItSaysThatItConsumesTheQueue() {
    answer("celery@1", "{}");
    answer("celery@2", "{}");
    answer("celery@1", "[{\"name\":\"q\"}]");
    answer("celery@2", "[{\"name\":\"other\"}]");

    assertThat(call.answers().consumers()).isEqualTo(1);
  }

  @Test
  void aWorkerHoldsTheTasksThatItNamesAndNoOthers() {
    answer("w", "{\"a\":[\"active\",{}],\"never-asked-for\":[\"active\",{}]}");

    assertThat(call.answers().holders()).containsOnlyKeys("a").containsEntry("a", "w");
    assertThat(call.allHeld()).isNotDone();

    answer("v", "{\"b\":[\"reserved\",{}]}");
    assertThat(call.allHeld()).isCompleted();
  }

  @Test
  void whatIsNoAnswerIsIgnored() {
    answer("celery@1", "{\"error\":\"KeyError('query_task')\"}");
    answer("celery@1", "7");
    call.onReply(new ControlReply(call.ticket(), "w", null));

    assertThat(call.answers().answered()).isEmpty();
  }

  private void answer(String worker, String json) {
    call.onReply(new ControlReply(call.ticket(), worker, mapper.readTree(json)));
  }
}
