package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.producer.ProducerProperties;
import dev.warren.producer.dispatch.Waiters.TooManyWaitersException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.Updates;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WaitersTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final Waiters waiters =
      new Waiters(new ProducerProperties(null, null, null, null, 2, null, null));
  private final List<String> calls = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() {
    waiters.start();
  }

  @AfterEach
  void stop() {
    waiters.stop();
  }

  @Test
  void allWhoWaitForATaskAreTold() {
    StoredTask task = finished();
    waiters.join(task.id(), LONG, waiter("a"));
    waiters.join(task.id(), LONG, waiter("b"));

    waiters.finished(task);
    waiters.finished(task);

    assertThat(calls).containsExactly("a finished", "b finished");
    assertThat(waiters.count()).isZero();
  }

  @Test
  void nobodyWaitsBeyondTheBound() {
    waiters.join(UUID.randomUUID(), LONG, waiter("a"));
    waiters.join(UUID.randomUUID(), LONG, waiter("b"));

    assertThatThrownBy(() -> waiters.join(UUID.randomUUID(), LONG, waiter("c")))
        .isInstanceOf(TooManyWaitersException.class);
  }

  @Test
  void whoHasLeftIsNotToldAndMakesRoom() {
    StoredTask task = finished();
    Runnable leave = waiters.join(task.id(), LONG, waiter("a"));
    waiters.join(task.id(), LONG, waiter("b"));

    leave.run();
    leave.run();

    assertThat(waiters.count()).isEqualTo(1);
    waiters.finished(task);
    leave.run();
    assertThat(calls).containsExactly("b finished");
    assertThat(waiters.count()).isZero();
  }

  @Test
  void oneWhoFailsDoesNotKeepTheOthersFromBeingTold() {
    StoredTask task = finished();
    waiters.join(
        task.id(),
        LONG,
        new Waiters.Waiter() {
          @Override
          public void onFinished(StoredTask finished) {
            throw new IllegalStateException("planned: the connection has gone");
          }

          @Override
          public void onUnfinished() {}
        });
    waiters.join(task.id(), LONG, waiter("b"));

    waiters.finished(task);

    assertThat(calls).containsExactly("b finished");
  }

  @Test
  void nobodyWaitsLongerThanAskedFor() throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    waiters.join(
        UUID.randomUUID(),
        Duration.ofMillis(20),
        new Waiters.Waiter() {
          @Override
          public void onFinished(StoredTask task) {}

          @Override
          public void onUnfinished() {
            over.countDown();
          }
        });

    assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(waiters.count()).isZero();
  }

  @Test
  void itCanBeStartedAgain() {
    waiters.stop();
    waiters.start();
    StoredTask task = finished();
    waiters.join(task.id(), LONG, waiter("a"));

    waiters.finished(task);

    assertThat(calls).containsExactly("a finished");
  }

  @Test
  void whenTheProducerEndsNobodyWaitsOn() {
    waiters.join(UUID.randomUUID(), LONG, waiter("a"));

    waiters.stop();
    waiters.join(UUID.randomUUID(), LONG, waiter("late"));

    assertThat(calls).containsExactly("a unfinished", "late unfinished");
    assertThat(waiters.count()).isZero();
  }

  private static StoredTask finished() {
    UUID id = UUID.randomUUID();
    return StoredTask.queued(id, "demo.sleep", "tasks", Instant.EPOCH)
        .after(Updates.success(id, "1"), Instant.EPOCH);
  }

  private Waiters.Waiter waiter(String name) {
    return new Waiters.Waiter() {
      @Override
      public void onFinished(StoredTask task) {
        calls.add(name + " finished");
      }

      @Override
      public void onUnfinished() {
        calls.add(name + " unfinished");
      }
    };
  }
}
