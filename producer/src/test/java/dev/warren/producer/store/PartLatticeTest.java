package dev.warren.producer.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PartLatticeTest {

  private static final UUID ID = TaskId.nextPart(0);
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final TaskError ERROR = new TaskError("IllegalStateException", "no \"b\"", "at X");
  private static final String FAILED =
      "{\"e\":{\"type\":\"IllegalStateException\",\"message\":\"no \\\"b\\\"\",\"trace\":\"at X\"}}";

  @Test
  void theValuesOfAChunkAreItsItems() {
    StoredTask done = after(part(3, 0), 0, TaskStatus.SUCCESS, "[1, \"a,]\",{\"k\":[2,3]}]");

    assertThat(done.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(done.result()).isEqualTo("[{\"v\":1},{\"v\":\"a,]\"},{\"v\":{\"k\":[2,3]}}]");
    assertThat(done.part()).isEqualTo(new GroupPart(ID, 0, 3, 3, 0, 0, false));
  }

  @Test
  void theResultOfASingleItemIsItsValueEvenIfItIsAList() {
    StoredTask done = after(part(1, 0), 0, TaskStatus.SUCCESS, "[1,2]");

    assertThat(done.result()).isEqualTo("[{\"v\":[1,2]}]");
    assertThat(done.state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void whereAnItemFailsTheOnesBehindItAreSentAgain() {
    StoredTask rest = after(part(4, 0), 0, TaskStatus.FAILURE, "[1]");

    assertThat(rest.state()).isEqualTo(TaskState.QUEUED);
    assertThat(rest.dueAt()).isEqualTo(NOW);
    assertThat(rest.result()).isEqualTo("[{\"v\":1}," + FAILED + "]");
    assertThat(rest.part()).isEqualTo(new GroupPart(ID, 0, 4, 2, 1, 1, false));

    StoredTask done = after(rest, 1, TaskStatus.SUCCESS, "[3,4]");
    assertThat(done.state()).isEqualTo(TaskState.FAILED);
    assertThat(done.error()).isEqualTo(new TaskError("ItemsFailed", "1 of 4 items failed", null));
    assertThat(done.result()).isEqualTo("[{\"v\":1}," + FAILED + ",{\"v\":3},{\"v\":4}]");
  }

  @Test
  void theLastItemThatIsLeftIsThePlainTask() {
    StoredTask rest = after(part(3, 0), 0, TaskStatus.FAILURE, "[1]");

    StoredTask done = after(rest, 1, TaskStatus.SUCCESS, "[3,4]");

    assertThat(done.result()).isEqualTo("[{\"v\":1}," + FAILED + ",{\"v\":[3,4]}]");
    assertThat(done.part()).isEqualTo(new GroupPart(ID, 0, 3, 3, 1, 1, false));
  }

  @Test
  void aReplyOfAnOlderGenerationTellsOfOtherItemsAndIsIgnored() {
    StoredTask rest = after(part(4, 0), 0, TaskStatus.FAILURE, "[1]");

    assertThat(after(rest, 0, TaskStatus.FAILURE, "[1]")).isSameAs(rest);
    assertThat(after(rest, 0, TaskStatus.SUCCESS, "[1,2,3,4]")).isSameAs(rest);
    assertThat(after(rest, 0, TaskStatus.STARTED, null)).isSameAs(rest);
  }

  @Test
  void theRestOfAChunkBeginsWithItsFirstAttempt() {
    StoredTask rest = after(part(4, 0), 0, TaskStatus.FAILURE, "[1]");

    StoredTask started = after(rest, 1, TaskStatus.STARTED, null);

    assertThat(started.state()).isEqualTo(TaskState.STARTED);
    assertThat(started.attempts()).isEqualTo(1);
  }

  @Test
  void anItemIsRetriedBeforeItFails() {
    StoredTask retrying = after(part(3, 1), 0, TaskStatus.FAILURE, "[1]");
    assertThat(retrying.state()).isEqualTo(TaskState.RETRYING);
    assertThat(retrying.retries()).isEqualTo(1);
    assertThat(retrying.dueAt()).isEqualTo(NOW.plusSeconds(1));
    assertThat(retrying.part()).isEqualTo(new GroupPart(ID, 0, 3, 1, 0, 1, false));

    StoredTask rest = after(retrying, 1, TaskStatus.FAILURE, "[]");
    assertThat(rest.state()).isEqualTo(TaskState.QUEUED);
    assertThat(rest.retries()).isZero();
    assertThat(rest.part()).isEqualTo(new GroupPart(ID, 0, 3, 2, 1, 2, false));
  }

  @Test
  void aDoubledFailureOfAnItemUsesUpOneRetry() {
    StoredTask retrying = after(part(3, 5), 0, TaskStatus.FAILURE, "[]");

    assertThat(retrying.retries()).isEqualTo(1);
    assertThat(after(retrying, 0, TaskStatus.FAILURE, "[]")).isSameAs(retrying);
  }

  @Test
  void aChunkThatFailsAsAWholeFailsAllThatIsLeftOfIt() {
    StoredTask failed = after(part(2, 0), 0, TaskStatus.FAILURE, null);

    assertThat(failed.state()).isEqualTo(TaskState.FAILED);
    assertThat(failed.part()).isEqualTo(new GroupPart(ID, 0, 2, 2, 2, 0, false));
    assertThat(failed.result()).startsWith("[" + FAILED + ",{\"e\":").doesNotContain("null");
  }

  @Test
  void aFailedItemOfItsOwnHasItsError() {
    StoredTask failed = after(part(1, 0), 0, TaskStatus.FAILURE, null);

    assertThat(failed.state()).isEqualTo(TaskState.FAILED);
    assertThat(failed.error()).isEqualTo(ERROR);
    assertThat(failed.result()).isEqualTo("[" + FAILED + "]");
  }

  @Test
  void aListOfTheWrongLengthLosesAllItsItems() {
    StoredTask failed = after(part(3, 5), 0, TaskStatus.SUCCESS, "[1,2]");

    assertThat(failed.state()).isEqualTo(TaskState.FAILED);
    assertThat(failed.part()).extracting(GroupPart::failed).isEqualTo(3);
    assertThat(failed.result())
        .contains("ResultLost", "a chunk of 3 items came back with 2 values");
  }

  @Test
  void whatIsNoListLosesAllItsItems() {
    StoredTask failed = after(part(2, 0), 0, TaskStatus.SUCCESS, "7");

    assertThat(failed.result()).contains("ResultLost", "came back with no values");
  }

  @Test
  void whatIsLeftOfARevokedPartHasNoOutcome() {
    StoredTask rest = after(part(4, 0), 0, TaskStatus.FAILURE, "[1]");

    StoredTask revoked = after(rest, 1, TaskStatus.REVOKED, null);

    assertThat(revoked.state()).isEqualTo(TaskState.REVOKED);
    assertThat(revoked.part()).extracting(GroupPart::left).isEqualTo(2);
  }

  @Test
  void whatIsLeftOfAPartThatWasCancelledWhileItRanIsNotSentAgain() {
    StoredTask started = after(part(4, 3), 0, TaskStatus.STARTED, null);
    StoredTask ended =
        TaskLattice.after(started, news(0, TaskStatus.FAILURE, "[1]"), NOW, () -> 0.5, false);

    assertThat(ended.state()).isEqualTo(TaskState.REVOKED);
    assertThat(ended.part()).isEqualTo(new GroupPart(ID, 0, 4, 2, 1, 0, false));
  }

  @Test
  void manyItemsThatFailCostALittleEach() {
    TaskError huge = new TaskError("X", "m".repeat(100_000), "t".repeat(100_000));
    TaskUpdate news = new TaskUpdate(ID, 0, TaskStatus.FAILURE, null, huge, "w", 1, null, null);

    StoredTask failed = TaskLattice.after(part(1000, 0), news, NOW, () -> 0.5);

    assertThat(failed.result()).hasSizeLessThan(1_100_000);
  }

  @Test
  void whatIsNoJsonListHasNoElements() {
    assertThat(ItemOutcomes.elements(null)).isNull();
    assertThat(ItemOutcomes.elements("")).isNull();
    assertThat(ItemOutcomes.elements("{}")).isNull();
    assertThat(ItemOutcomes.elements(" [ ] ")).isEmpty();
    assertThat(ItemOutcomes.elements("[1e400, \"\\\"\",null]"))
        .containsExactly("1e400", "\"\\\"\"", "null");
  }

  private static StoredTask part(int items, int maxRetries) {
    return StoredTask.submitted(
        ID,
        "text.word_count",
        "tasks",
        new TaskOptions(null, null, null, null, null, maxRetries),
        NOW,
        new GroupPart(ID, 0, items, 0, 0, 0, false));
  }

  private static StoredTask after(
      StoredTask task, int generation, TaskStatus status, @Nullable String result) {
    return TaskLattice.after(task, news(generation, status, result), NOW, () -> 0.5);
  }

  private static TaskUpdate news(int generation, TaskStatus status, @Nullable String result) {
    boolean failed = status == TaskStatus.FAILURE || status == TaskStatus.REVOKED;
    return new TaskUpdate(
        ID, generation, status, result, failed ? ERROR : null, "w", 1, null, null);
  }
}
