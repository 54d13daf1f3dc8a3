package dev.warren.producer.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StoredTaskTest {

  private static final UUID ID = UUID.randomUUID();
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private final StoredTask queued = StoredTask.queued(ID, "demo.sleep", "tasks", NOW);

  @Test
  void aTaskGoesThroughItsAttemptsToItsResult() {
    StoredTask started = queued.after(Updates.started(ID, 1), NOW);
    assertThat(started.state()).isEqualTo(TaskState.STARTED);
    assertThat(started.attempts()).isEqualTo(1);
    assertThat(started.worker()).isEqualTo("w1");

    StoredTask retrying = started.after(Updates.retry(ID, 1), NOW);
    assertThat(retrying.state()).isEqualTo(TaskState.RETRYING);
    assertThat(retrying.error()).isEqualTo(new TaskError("IOException", "attempt 1", null));

    StoredTask again = retrying.after(Updates.started(ID, 2), NOW);
    assertThat(again.state()).isEqualTo(TaskState.STARTED);
    assertThat(again.attempts()).isEqualTo(2);
    assertThat(again.error()).isNull();

    StoredTask done = again.after(Updates.success(ID, "5"), NOW);
    assertThat(done.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(done.attempts()).isEqualTo(2);
    assertThat(done.result()).isEqualTo("5");
    assertThat(done.finishedAt()).isEqualTo(NOW);
  }

  @Test
  void aWorkersOwnTimesAreKept() {
    Instant began = NOW.plusSeconds(1);
    Instant ended = NOW.plusSeconds(2);
    StoredTask started =
        queued.after(new TaskUpdate(ID, TaskStatus.STARTED, null, null, "w", 1, began, null), NOW);
    StoredTask done =
        started.after(new TaskUpdate(ID, TaskStatus.SUCCESS, "1", null, "w", 1, null, ended), NOW);

    assertThat(done.startedAt()).isEqualTo(began);
    assertThat(done.finishedAt()).isEqualTo(ended);
  }

  @Test
  void theFirstFinishedStateStays() {
    StoredTask failed = queued.after(Updates.failure(ID, "first"), NOW);

    assertThat(failed.after(Updates.success(ID, "5"), NOW)).isSameAs(failed);
    assertThat(failed.after(Updates.failure(ID, "second"), NOW)).isSameAs(failed);
    assertThat(failed.after(Updates.started(ID, 7), NOW)).isSameAs(failed);
    assertThat(failed.after(Updates.retry(ID, 7), NOW)).isSameAs(failed);
    assertThat(failed.failed(new TaskError("ResultLost", "", null), NOW)).isSameAs(failed);
  }

  @Test
  void newsOfAnEarlierAttemptAreIgnored() {
    StoredTask second = queued.after(Updates.started(ID, 2), NOW);

    assertThat(second.after(Updates.started(ID, 1), NOW)).isSameAs(second);
    assertThat(second.after(Updates.retry(ID, 1), NOW)).isSameAs(second);

    StoredTask retrying = second.after(Updates.retry(ID, 2), NOW);
    assertThat(retrying.after(Updates.started(ID, 2), NOW)).isSameAs(retrying);
  }

  @Test
  void anAttemptThatRunsAgainElsewhereTellsItsNewWorker() {
    StoredTask first =
        queued.after(
            new TaskUpdate(ID, TaskStatus.STARTED, null, null, "killed", 1, null, null), NOW);
    StoredTask second =
        first.after(
            new TaskUpdate(ID, TaskStatus.STARTED, null, null, "alive", 1, null, null), NOW);

    assertThat(second.worker()).isEqualTo("alive");
    assertThat(second.attempts()).isEqualTo(1);
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
    Random random = new Random(7);
    for (int i = 0; i < 500; i++) {
      Collections.shuffle(news, random);
      StoredTask task = queued;
      for (TaskUpdate update : news) {
        task = task.after(update, NOW);
      }
      assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(task.result()).isEqualTo("\"ok\"");
    }
  }

  @Test
  void attemptsOnlyGrow() {
    List<TaskUpdate> news =
        new ArrayList<>(
            List.of(
                Updates.started(ID, 1),
                Updates.retry(ID, 1),
                Updates.started(ID, 2),
                Updates.retry(ID, 2),
                Updates.started(ID, 3)));
    Random random = new Random(7);
    for (int i = 0; i < 500; i++) {
      Collections.shuffle(news, random);
      StoredTask task = queued;
      for (TaskUpdate update : news) {
        int before = task.attempts();
        task = task.after(update, NOW);
        assertThat(task.attempts()).isGreaterThanOrEqualTo(before);
      }
      assertThat(task.state()).isEqualTo(TaskState.STARTED);
      assertThat(task.attempts()).isEqualTo(3);
    }
  }

  @Test
  void revokedBecauseExpiredIsExpired() {
    StoredTask expired = queued.after(Updates.revoked(ID, "expired"), NOW);
    StoredTask revoked = queued.after(Updates.revoked(ID, "revoked"), NOW);

    assertThat(expired.state()).isEqualTo(TaskState.EXPIRED);
    assertThat(revoked.state()).isEqualTo(TaskState.REVOKED);
    assertThat(expired.attempts()).as("it never ran").isZero();
  }

  @Test
  void aWorkerThatDoesNotCountAttemptsIsCountedFor() {
    StoredTask started =
        queued.after(new TaskUpdate(ID, TaskStatus.STARTED, null, null, null, 0, null, null), NOW);
    StoredTask done =
        started.after(new TaskUpdate(ID, TaskStatus.SUCCESS, "1", null, null, 0, null, null), NOW);

    assertThat(started.attempts()).isEqualTo(1);
    assertThat(done.attempts()).isEqualTo(1);
  }

  @Test
  void anUnfinishedTaskKeepsLittleOfWhatAWorkerSays() {
    String huge = "x".repeat(1_000_000);
    StoredTask retrying =
        queued.after(
            new TaskUpdate(
                ID, TaskStatus.RETRY, null, new TaskError(huge, huge, huge), huge, 1, null, null),
            NOW);

    assertThat(retrying.toString()).hasSizeLessThan(3000);
  }
}
