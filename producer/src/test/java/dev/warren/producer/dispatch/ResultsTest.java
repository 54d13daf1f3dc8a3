package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.ProducerProperties;
import dev.warren.producer.store.Moments;
import dev.warren.producer.store.NewRow;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskId;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResultsTest {

  private final TaskStore store = StoreFixture.memory();
  private final Waiters waiters = new Waiters(ProducerProperties.defaults(), store);
  private final List<String> revoked = new ArrayList<>();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Results results =
      new Results(
          store,
          waiters,
          revoked::addAll,
          new WireFormat(1000).mapper(),
          Clock.systemUTC(),
          metrics);

  @Test
  void aWholeLifeInOneBatchIsRecorded() {
    UUID id = added(TaskOptions.NONE);

    results.onReplies(List.of(started(id, 1), success(id, 4)));

    assertThat(store.find(id))
        .get()
        .returns(TaskState.SUCCEEDED, StoredTask::state)
        .returns("4", StoredTask::result)
        .returns(1, StoredTask::attempts);
  }

  @Test
  void theFirstEndWinsAndLaterOnesAreCounted() {
    UUID id = added(TaskOptions.NONE);
    results.onReplies(List.of(success(id, 4)));

    results.onReplies(List.of(success(id, 5), failure(id, 1, "late")));

    assertThat(store.find(id)).get().returns("4", StoredTask::result);
    assertThat(metrics.counter("warren.results.late").count()).isPositive();
  }

  @Test
  void aReplyThatNobodyAskedForIsCounted() {
    results.onReplies(List.of(success(UUID.randomUUID(), 1), reply("no-uuid", TaskStatus.SUCCESS)));

    assertThat(metrics.counter("warren.results.unknown").count()).isEqualTo(2);
  }

  @Test
  void aTaskThatFailedIsTriedAgainWhenItsTimeHasCome() {
    UUID id = added(new TaskOptions(null, null, null, null, null, 1));

    results.onReplies(List.of(started(id, 1), failure(id, 1, "boom")));

    assertThat(store.find(id)).get().returns(TaskState.RETRYING, StoredTask::state);
    Instant later = Instant.now().plus(Duration.ofMinutes(1));
    assertThat(store.claimDue(later, later.plusSeconds(4), 10, Set.of())).hasSize(1);
  }

  @Test
  void aFailureThatComesTwiceIsOneFailure() {
    UUID id = added(new TaskOptions(null, null, null, null, null, 5));

    results.onReplies(List.of(failure(id, 1, "boom")));
    results.onReplies(List.of(failure(id, 1, "boom")));

    assertThat(store.find(id)).get().returns(1, StoredTask::retries);
  }

  @Test
  void whatADatabaseCannotKeepIsReplacedAndNothingElseIsLost() {
    UUID odd = added(TaskOptions.NONE);
    UUID even = added(TaskOptions.NONE);
    TaskError error = new TaskError("Bad\0Type", "half \uD800 of a pair", "\0");

    results.onReplies(
        List.of(
            new ReplyMessage(odd.toString(), TaskStatus.FAILURE, null, error, "w", 1, null, null),
            success(even, "\uD800")));

    assertThat(store.find(odd).orElseThrow().error())
        .isEqualTo(new TaskError("Bad\uFFFDType", "half \uFFFD of a pair", "\uFFFD"));
    assertThat(store.find(even)).get().returns("\"\\ud800\"", StoredTask::result);
  }

  @Test
  void aWorkerThatBeginsWhatIsRevokedIsToldAgain() {
    UUID id = added(TaskOptions.NONE);
    store.cancel(id, Instant.now());

    results.onReplies(List.of(started(id, 1)));

    assertThat(revoked).containsExactly(id.toString());
    assertThat(store.find(id)).get().returns(TaskState.REVOKED, StoredTask::state);
  }

  private UUID added(TaskOptions options) {
    Instant now = Moments.micros(Instant.now());
    UUID id = TaskId.next(now.toEpochMilli());
    StoredTask task = StoredTask.submitted(id, "demo.sleep", "tasks", options, now, null);
    store.add(List.of(new NewRow(task, "[]", "{}", now.plusSeconds(4), true, null)));
    return id;
  }

  private static ReplyMessage started(UUID id, int attempt) {
    return new ReplyMessage(
        id.toString(), TaskStatus.STARTED, null, null, "w", attempt, Instant.now(), null);
  }

  private static ReplyMessage success(UUID id, @Nullable Object value) {
    return new ReplyMessage(
        id.toString(), TaskStatus.SUCCESS, value, null, "w", 1, null, Instant.now());
  }

  private static ReplyMessage failure(UUID id, int attempt, String message) {
    TaskError error = new TaskError("IllegalStateException", message, null);
    return new ReplyMessage(
        id.toString(), TaskStatus.FAILURE, null, error, "w", attempt, null, Instant.now());
  }

  private static ReplyMessage reply(String id, TaskStatus status) {
    return new ReplyMessage(id, status, null, null, null, 0, null, null);
  }
}
