package dev.warren.producer.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.Progress;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TaskLatticeTest {

  private static final UUID ID = TaskId.next(0);
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final StoredTask queued = task(0);
  private final StoredTask retryable = task(2);

  @Test
  void aTaskGoesThroughItsAttemptsToItsResult() {
    StoredTask started = after(queued, Updates.started(ID, 1));
    assertThat(started.state()).isEqualTo(TaskState.STARTED);
    assertThat(started.attempts()).isEqualTo(1);
    assertThat(started.worker()).isEqualTo("w1");

    StoredTask retrying = after(started, Updates.retry(ID, 1));
    assertThat(retrying.state()).isEqualTo(TaskState.RETRYING);
    assertThat(retrying.dueAt()).as("the message is with the broker").isNull();
    assertThat(retrying.error()).isEqualTo(new TaskError("IOException", "attempt 1", null));

    StoredTask again = after(retrying, Updates.started(ID, 2));
    assertThat(again.state()).isEqualTo(TaskState.STARTED);
    assertThat(again.attempts()).isEqualTo(2);
    assertThat(again.error()).isNull();

    StoredTask done = after(again, Updates.success(ID, "5"));
    assertThat(done.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(done.attempts()).isEqualTo(2);
    assertThat(done.result()).isEqualTo("5");
    assertThat(done.finishedAt()).isEqualTo(NOW);
  }

  @Test
  void aWorkersOwnTimesAreKept() {
    Instant began = NOW.plusSeconds(1);
    Instant ended = NOW.plusSeconds(2);
    StoredTask started = after(queued, news(TaskStatus.STARTED, "w", 1, began, null));
    StoredTask done = after(started, news(TaskStatus.SUCCESS, "w", 1, null, ended));

    assertThat(done.startedAt()).isEqualTo(began);
    assertThat(done.finishedAt()).isEqualTo(ended);
  }

  @Test
  void aTimeThatNoDatabaseCanKeepIsNotKept() {
    StoredTask started = after(queued, news(TaskStatus.STARTED, "w", 1, Instant.MIN, null));
    StoredTask done = after(started, news(TaskStatus.SUCCESS, "w", 1, null, Instant.MAX));

    assertThat(started.startedAt()).isNull();
    assertThat(done.finishedAt()).isEqualTo(NOW);
  }

  @Test
  void theFirstFinishedStateStays() {
    StoredTask failed = after(queued, Updates.failure(ID, "first"));

    assertThat(after(failed, Updates.success(ID, "5"))).isSameAs(failed);
    assertThat(after(failed, Updates.failure(ID, "second"))).isSameAs(failed);
    assertThat(after(failed, Updates.started(ID, 7))).isSameAs(failed);
    assertThat(after(failed, Updates.retry(ID, 7))).isSameAs(failed);
    assertThat(after(failed, Updates.revoked(ID, "revoked"))).isSameAs(failed);
  }

  @Test
  void newsOfAnEarlierAttemptAreIgnored() {
    StoredTask second = after(queued, Updates.started(ID, 2));

    assertThat(after(second, Updates.started(ID, 1))).isSameAs(second);
    assertThat(after(second, Updates.retry(ID, 1))).isSameAs(second);

    StoredTask retrying = after(second, Updates.retry(ID, 2));
    assertThat(after(retrying, Updates.started(ID, 2))).isSameAs(retrying);
  }

  @Test
  void anAttemptThatRunsAgainElsewhereTellsItsNewWorker() {
    StoredTask first = after(queued, news(TaskStatus.STARTED, "killed", 1, null, null));
    StoredTask second = after(first, news(TaskStatus.STARTED, "alive", 1, null, null));

    assertThat(second.worker()).isEqualTo("alive");
    assertThat(second.attempts()).isEqualTo(1);
  }

  @Test
  void progressIsKeptAsLongAsTheAttemptRuns() {
    StoredTask started = after(queued, news(TaskStatus.STARTED, "w", 1, NOW, null));
    StoredTask half = after(started, Updates.progress(ID, 1, 5, 10));

    assertThat(half.progress()).isEqualTo(new Progress(5, 10));
    assertThat(half.startedAt()).isEqualTo(NOW);
    assertThat(after(half, Updates.success(ID, "1")).progress()).isNull();
  }

  @Test
  void whateverTheOrderOfRepliesTheResultWins() {
    List<TaskUpdate> news =
        new ArrayList<>(
            List.of(
                Updates.started(ID, 1),
                Updates.retry(ID, 1),
                Updates.started(ID, 2),
                Updates.retry(ID, 2),
                Updates.started(ID, 3),
                Updates.success(ID, "\"ok\"")));
    shuffled(
        500,
        news,
        order -> {
          StoredTask task = afterAll(queued, order);
          assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
          assertThat(task.result()).isEqualTo("\"ok\"");
        });
  }

  @Test
  void attemptsOnlyGrow() {
    List<TaskUpdate> news =
        List.of(
            Updates.started(ID, 1),
            Updates.retry(ID, 1),
            Updates.started(ID, 2),
            Updates.retry(ID, 2),
            Updates.started(ID, 3));
    shuffled(
        500,
        news,
        order -> {
          StoredTask task = queued;
          for (TaskUpdate update : order) {
            int before = task.attempts();
            task = after(task, update);
            assertThat(task.attempts()).isGreaterThanOrEqualTo(before);
          }
          assertThat(task.state()).isEqualTo(TaskState.STARTED);
          assertThat(task.attempts()).isEqualTo(3);
        });
  }

  @Test
  void inEveryOrderOfRepliesTheStateIsLegalAndNeverFlips() {
    List<TaskUpdate> news =
        List.of(
            Updates.started(ID, 1),
            Updates.failure(ID, "no", 1),
            Updates.failure(ID, "no", 1),
            Updates.started(ID, 2),
            Updates.progress(ID, 2, 1, 2),
            Updates.success(ID, "1", 2),
            Updates.revoked(ID, "revoked"));
    permutations(
        news,
        order -> {
          StoredTask task = retryable;
          for (TaskUpdate update : order) {
            StoredTask next = after(task, update);
            assertLegal(next);
            assertThat(next == task || !task.state().isFinished()).as("flips").isTrue();
            assertThat(next.retries()).isBetween(task.retries(), 1);
            task = next;
          }
          assertThat(task.state()).isIn(TaskState.SUCCEEDED, TaskState.REVOKED);
        });
  }

  @Test
  void revokedBecauseExpiredIsExpired() {
    StoredTask expired = after(queued, Updates.revoked(ID, "expired"));
    StoredTask revoked = after(queued, Updates.revoked(ID, "revoked"));

    assertThat(expired.state()).isEqualTo(TaskState.EXPIRED);
    assertThat(revoked.state()).isEqualTo(TaskState.REVOKED);
    assertThat(expired.attempts()).as("it never ran").isZero();
  }

  @Test
  void aWorkerThatDoesNotCountAttemptsIsCountedFor() {
    StoredTask started = after(queued, Updates.started(ID, 0));
    StoredTask done = after(started, Updates.success(ID, "1", 0));

    assertThat(started.attempts()).isEqualTo(1);
    assertThat(done.attempts()).isEqualTo(1);
  }

  @Test
  void anUnfinishedTaskKeepsLittleOfWhatAWorkerSays() {
    String huge = "x".repeat(1_000_000);
    TaskError error = new TaskError(huge, huge, huge);
    StoredTask retrying =
        after(queued, new TaskUpdate(ID, 0, TaskStatus.RETRY, null, error, huge, 1, null, null));

    assertThat(retrying.toString()).hasSizeLessThan(3000);
  }

  @Test
  void aFailureIsFollowedByARetryWhileThereAreSome() {
    StoredTask first = after(after(retryable, Updates.started(ID, 1)), Updates.failure(ID, "a", 1));
    assertThat(first.state()).isEqualTo(TaskState.RETRYING);
    assertThat(first.retries()).isEqualTo(1);
    assertThat(first.dueAt()).isEqualTo(NOW.plusSeconds(1));
    assertThat(first.error()).extracting(TaskError::message).isEqualTo("a");

    StoredTask second = after(first, Updates.failure(ID, "b", 2));
    assertThat(second.retries()).isEqualTo(2);
    assertThat(second.dueAt()).isEqualTo(NOW.plusSeconds(2));

    StoredTask third = after(second, Updates.failure(ID, "c", 3));
    assertThat(third.state()).isEqualTo(TaskState.FAILED);
    assertThat(third.dueAt()).isNull();
    assertThat(third.error()).extracting(TaskError::message).isEqualTo("c");
  }

  @Test
  void aDoubledFailureUsesUpOneRetry() {
    StoredTask retrying = after(retryable, Updates.failure(ID, "a", 1));
    assertThat(after(retrying, Updates.failure(ID, "a", 1))).isSameAs(retrying);

    StoredTask second = after(retrying, Updates.started(ID, 2));
    assertThat(after(second, Updates.failure(ID, "a", 1))).isSameAs(second);
    assertThat(after(second, Updates.failure(ID, "b", 2)).retries()).isEqualTo(2);
  }

  @Test
  void aResultThatComesWhileARetryIsDueIsTheResult() {
    StoredTask retrying = after(retryable, Updates.failure(ID, "a", 1));

    assertThat(after(retrying, Updates.success(ID, "1", 1)).state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void whatNoWorkerKnowsIsNotRetried() {
    TaskError unknown = new TaskError("NotRegistered", "nobody knows it", null);
    TaskUpdate news = new TaskUpdate(ID, 0, TaskStatus.FAILURE, null, unknown, "w", 1, null, null);

    assertThat(after(retryable, news).state()).isEqualTo(TaskState.FAILED);
  }

  @Test
  void whatWasCancelledWhileItRanIsNotRetried() {
    StoredTask started = after(retryable, Updates.started(ID, 1));
    StoredTask failed =
        TaskLattice.after(started, Updates.failure(ID, "interrupted", 1), NOW, () -> 0.5, false);

    assertThat(failed.state()).isEqualTo(TaskState.FAILED);
  }

  @Test
  void theWaitBeforeARetryDoublesUpToTenMinutesAndIsAFifthMoreOrLess() {
    assertThat(RetryBackoff.before(1, 0.5)).isEqualTo(Duration.ofSeconds(1));
    assertThat(RetryBackoff.before(4, 0.5)).isEqualTo(Duration.ofSeconds(8));
    assertThat(RetryBackoff.before(11, 0.5)).isEqualTo(Duration.ofMinutes(10));
    assertThat(RetryBackoff.before(100, 0.5)).isEqualTo(Duration.ofMinutes(10));
    assertThat(RetryBackoff.before(1, 0)).isEqualTo(Duration.ofMillis(800));
    assertThat(RetryBackoff.before(1, 1)).isEqualTo(Duration.ofMillis(1200));
  }

  private static void assertLegal(StoredTask task) {
    assertThat(task.finishedAt() != null).isEqualTo(task.state().isFinished());
    assertThat(task.result() != null).isEqualTo(task.state() == TaskState.SUCCEEDED);
    if (task.dueAt() != null) {
      assertThat(task.state()).isEqualTo(TaskState.RETRYING);
    }
  }

  private static void shuffled(int times, List<TaskUpdate> news, Consumer<List<TaskUpdate>> check) {
    List<TaskUpdate> order = new ArrayList<>(news);
    Random random = new Random(7);
    for (int i = 0; i < times; i++) {
      Collections.shuffle(order, random);
      check.accept(order);
    }
  }

  private static void permutations(List<TaskUpdate> news, Consumer<List<TaskUpdate>> check) {
    permute(new ArrayList<>(news), 0, check);
  }

  private static void permute(List<TaskUpdate> news, int from, Consumer<List<TaskUpdate>> check) {
    if (from == news.size()) {
      check.accept(news);
    }
    for (int i = from; i < news.size(); i++) {
      Collections.swap(news, from, i);
      permute(news, from + 1, check);
      Collections.swap(news, from, i);
    }
  }

  private static StoredTask afterAll(StoredTask task, List<TaskUpdate> news) {
    StoredTask result = task;
    for (TaskUpdate update : news) {
      result = after(result, update);
    }
    return result;
  }

  private static StoredTask after(StoredTask task, TaskUpdate news) {
    return TaskLattice.after(task, news, NOW, () -> 0.5);
  }

  private static TaskUpdate news(
      TaskStatus status, String worker, int attempt, Instant began, Instant ended) {
    return new TaskUpdate(ID, 0, status, "1", null, worker, attempt, began, ended);
  }

  private static StoredTask task(int maxRetries) {
    return StoredTask.submitted(
        ID,
        "demo.sleep",
        "tasks",
        new TaskOptions(null, null, null, null, null, maxRetries),
        NOW,
        null);
  }
}
