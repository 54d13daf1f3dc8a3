package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskState;
import dev.warren.wire.TaskError;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ItemOutcomeTest {

  private final StoredTask part =
      Tasks.queued(
          "a.task", TaskOptions.NONE, new GroupPart(UUID.randomUUID(), 10, 3, 0, 0, 0, false));

  @Test
  void anItemThatHasNoOutcomeYetIsPending() {
    assertThat(ItemOutcome.of(part)).containsExactly(pending(10), pending(11), pending(12));
  }

  @Test
  void valuesAreShownDigitByDigitAndFailuresWithTheirError() {
    StoredTask running =
        Tasks.with(
            part,
            TaskState.STARTED,
            "[{\"v\":{\"a,]\":[1.500,null]}},{\"e\":{\"type\":\"T\",\"message\":\"m\\\"}\"}}]",
            null,
            null);

    assertThat(ItemOutcome.of(running))
        .containsExactly(
            new ItemOutcome(
                10,
                true,
                "{\"index\":10,\"state\":\"SUCCEEDED\",\"result\":{\"a,]\":[1.500,null]}}"),
            new ItemOutcome(
                11,
                true,
                "{\"index\":11,\"state\":\"FAILED\",\"error\":{\"type\":\"T\",\"message\":\"m\\\"}\"}}"),
            pending(12));
  }

  @Test
  void whatWasLeftWhenThePartEndedHasItsStateAndReason() {
    TaskError error = new TaskError("TaskRevokedError", "cancelled", "a trace");
    StoredTask revoked = Tasks.with(part, TaskState.REVOKED, "[{\"v\":1}]", error, null);

    assertThat(ItemOutcome.of(revoked).subList(1, 3))
        .extracting(ItemOutcome::json)
        .containsExactly(
            "{\"index\":11,\"state\":\"REVOKED\",\"error\":{\"type\":\"TaskRevokedError\",\"message\":\"cancelled\"}}",
            "{\"index\":12,\"state\":\"REVOKED\",\"error\":{\"type\":\"TaskRevokedError\",\"message\":\"cancelled\"}}");
    assertThat(ItemOutcome.of(revoked)).allMatch(ItemOutcome::isDone);
  }

  private static ItemOutcome pending(int index) {
    return new ItemOutcome(index, false, "{\"index\":%d,\"state\":\"PENDING\"}".formatted(index));
  }
}
