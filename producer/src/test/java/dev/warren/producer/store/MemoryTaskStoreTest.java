package dev.warren.producer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.producer.ProducerProperties;
import dev.warren.producer.TickingClock;
import dev.warren.wire.TaskError;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class MemoryTaskStoreTest {

  private static final Duration RETENTION = Duration.ofMinutes(10);
  private static final Duration UNFINISHED = RETENTION.multipliedBy(1000);
  private static final TaskError LOST = new TaskError("ResultLost", "gone", null);

  private final TickingClock clock = new TickingClock();

  @Test
  void aTaskIsKnownFromBeforeItIsPublished() {
    MemoryTaskStore store = store(10, 1000);
    UUID id = add(store);

    assertThat(store.find(id)).get().extracting(StoredTask::state).isEqualTo(TaskState.QUEUED);
    assertThat(store.find(UUID.randomUUID())).isEmpty();
  }

  @Test
  void aTaskThatIsRemovedIsNotKnown() {
    MemoryTaskStore store = store(10, 1000);
    UUID id = add(store);

    store.remove(id);
    store.remove(id);

    assertThat(store.find(id)).isEmpty();
    assertThat(store.apply(Updates.success(id, "1"))).isEmpty();
  }

  @Test
  void aFinishedTaskIsForgottenAfterTheRetention() {
    MemoryTaskStore store = store(10, 1000);
    UUID id = add(store);
    clock.tick(RETENTION.multipliedBy(5));
    store.apply(Updates.success(id, "1"));

    clock.tick(RETENTION.minusMillis(1));
    assertThat(store.find(id)).isPresent();

    clock.tick(Duration.ofMillis(1));
    assertThat(store.find(id)).isEmpty();
  }

  @Test
  void anUnfinishedTaskIsNotForgottenToMakeRoom() {
    MemoryTaskStore store = store(2, 0);
    UUID queued = add(store);
    UUID started = add(store);
    store.apply(Updates.started(started, 1));

    clock.tick(RETENTION.multipliedBy(100));

    assertThatThrownBy(() -> add(store))
        .isInstanceOf(StoreFullException.class)
        .hasMessageContaining("2 tasks are unfinished");
    assertThat(store.find(queued)).isPresent();
    assertThat(store.find(started)).isPresent();
  }

  @Test
  void theOneThatFinishedLongestAgoMakesRoomForANewOne() {
    MemoryTaskStore store = store(3, 1000);
    UUID first = add(store);
    UUID second = add(store);
    UUID third = add(store);
    store.apply(Updates.success(second, "2"));
    clock.tick(Duration.ofSeconds(1));
    store.apply(Updates.success(first, "1"));

    UUID fourth = add(store);

    assertThat(store.find(second)).isEmpty();
    assertThat(store.find(first)).isPresent();
    assertThat(store.find(third)).isPresent();
    assertThat(store.find(fourth)).isPresent();
  }

  @Test
  void resultsAreBoundedTogether() {
    MemoryTaskStore store = store(100, 40);
    UUID first = add(store);
    UUID second = add(store);
    UUID third = add(store);
    store.apply(Updates.success(first, "1234567890"));
    store.apply(Updates.success(second, "1234567890"));
    assertThat(store.find(first)).isPresent();

    store.apply(Updates.success(third, "1"));

    assertThat(store.find(first)).isEmpty();
    assertThat(store.find(second)).isPresent();
    assertThat(store.find(third)).isPresent();
  }

  @Test
  void theNewestResultStaysWhateverItsSize() {
    MemoryTaskStore store = store(100, 40);
    UUID small = add(store);
    UUID large = add(store);
    store.apply(Updates.success(small, "1"));
    store.apply(Updates.success(large, "1".repeat(100)));

    assertThat(store.find(small)).isEmpty();
    assertThat(store.find(large)).isPresent();
  }

  @Test
  void errorsCountAsResultsDo() {
    MemoryTaskStore store = store(100, 400);
    UUID first = add(store);
    UUID second = add(store);
    store.apply(Updates.failure(first, "x".repeat(150)));
    store.apply(Updates.failure(second, "x".repeat(150)));

    assertThat(store.find(first)).isEmpty();
    assertThat(store.find(second)).isPresent();
  }

  @Test
  void roomIsThereAgainAfterEviction() {
    MemoryTaskStore store = store(2, 100);
    for (int i = 0; i < 1000; i++) {
      UUID id = add(store);
      store.apply(Updates.success(id, "x".repeat(30)));
      assertThat(store.find(id)).isPresent();
    }
  }

  @Test
  void aLateReplyChangesNothingAndDoesNotProlongTheRetention() {
    MemoryTaskStore store = store(10, 1000);
    UUID id = add(store);
    store.apply(Updates.success(id, "1"));
    clock.tick(RETENTION.minusSeconds(1));

    assertThat(store.apply(Updates.failure(id, "late")))
        .get()
        .extracting(StoredTask::state)
        .isEqualTo(TaskState.SUCCEEDED);

    clock.tick(Duration.ofSeconds(1));
    assertThat(store.find(id)).isEmpty();
  }

  @Test
  void lostRepliesFailWhatIsUnfinishedAndNothingElse() {
    MemoryTaskStore store = store(10, 1000);
    UUID done = add(store);
    UUID open = add(store);
    store.apply(Updates.success(done, "1"));

    assertThat(store.failUnfinished(LOST)).extracting(StoredTask::id).containsExactly(open);

    assertThat(store.find(open))
        .get()
        .returns(TaskState.FAILED, StoredTask::state)
        .returns(LOST, StoredTask::error)
        .returns(clock.instant(), StoredTask::finishedAt);
    assertThat(store.find(done)).get().returns(TaskState.SUCCEEDED, StoredTask::state);
    assertThat(store.failUnfinished(LOST)).isEmpty();
  }

  @Test
  void aClockThatGoesBackwardsForgetsNothingEarly() {
    MemoryTaskStore store = store(10, 1000);
    UUID first = add(store);
    store.apply(Updates.success(first, "1"));
    clock.tick(Duration.ofHours(-2));
    UUID second = add(store);
    store.apply(Updates.success(second, "2"));

    clock.tick(RETENTION.minusSeconds(1));

    assertThat(store.find(first)).isPresent();
    assertThat(store.find(second)).isPresent();
  }

  @Test
  void theBoundHoldsForManyThreads() throws InterruptedException {
    MemoryTaskStore store = store(100, 1000);
    AtomicInteger refused = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    for (int i = 0; i < 8; i++) {
      threads.execute(
          () -> {
            for (int n = 0; n < 50; n++) {
              try {
                add(store);
              } catch (StoreFullException e) {
                refused.incrementAndGet();
              }
            }
          });
    }
    threads.shutdown();

    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(refused).hasValue(300);
  }

  private MemoryTaskStore store(int maxTasks, long maxResultBytes) {
    return new MemoryTaskStore(
        new ProducerProperties(
            RETENTION, maxTasks, DataSize.ofBytes(maxResultBytes), null, null, null, UNFINISHED),
        clock);
  }

  @Test
  void anUnfinishedTaskIsForgottenWhenItIsSoOldThatItMustBeLost() {
    MemoryTaskStore store = store(1, 0);
    UUID lost = add(store);

    clock.tick(UNFINISHED.minusMillis(1));
    assertThat(store.find(lost)).isPresent();

    clock.tick(Duration.ofMillis(1));
    assertThat(store.find(lost)).isEmpty();
    add(store);
  }

  private UUID add(MemoryTaskStore store) {
    UUID id = UUID.randomUUID();
    store.add(StoredTask.queued(id, "demo.sleep", "tasks", clock.instant()));
    return id;
  }
}
