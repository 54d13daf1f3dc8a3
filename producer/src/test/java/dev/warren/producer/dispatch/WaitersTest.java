package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.Progress;
import dev.warren.producer.ProducerProperties;
import dev.warren.producer.dispatch.Waiters.TooManyWaitersException;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitersTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final Map<UUID, StoredTask> stored = new ConcurrentHashMap<>();
  private volatile Runnable duringTheLook = () -> {};
  private final Waiters waiters =
      new Waiters(new ProducerProperties(null, null, null, 2, null, null, null, null), store());
  private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
  private final StoredTask queued = task(UUID.randomUUID(), TaskState.QUEUED, null);

  @BeforeEach
  void start() {
    stored.put(queued.id(), queued);
    waiters.start();
  }

  @AfterEach
  void stop() {
    waiters.stop();
  }

  @Test
  void allWhoWaitForATaskAreTold() {
    join("a");
    join("b");

    waiters.changed(now(TaskState.SUCCEEDED));
    waiters.changed(now(TaskState.SUCCEEDED));

    assertThat(calls).containsExactly("a SUCCEEDED", "b SUCCEEDED");
    assertThat(waiters.count()).isZero();
  }

  @Test
  void eachChangeIsToldOnceAndTheLastOneEndsTheWait() {
    join("a").look(queued);

    waiters.changed(now(TaskState.QUEUED));
    waiters.changed(now(TaskState.STARTED));
    waiters.changed(now(TaskState.STARTED));
    waiters.changed(at(1));
    waiters.changed(at(2));
    assertThat(waiters.count()).isEqualTo(1);
    waiters.changed(now(TaskState.FAILED));
    waiters.changed(now(TaskState.STARTED));

    assertThat(calls)
        .containsExactly("a QUEUED", "a STARTED", "a STARTED 1", "a STARTED 2", "a FAILED");
  }

  @Test
  void whatWasReadBeforeTheNewsIsNotTold() {
    Waiters.Place place = join("a");

    waiters.changed(now(TaskState.STARTED));
    place.look(queued);

    assertThat(calls).containsExactly("a STARTED");
  }

  @Test
  void whatWasReadMayBeTheLastNews() {
    join("a").look(now(TaskState.SUCCEEDED));

    assertThat(calls).containsExactly("a SUCCEEDED");
    assertThat(waiters.count()).isZero();
  }

  @Test
  void whatAnotherProducerRecordsIsFoundInTheStore() throws InterruptedException {
    join("a").look(queued);
    calls.clear();

    stored.put(queued.id(), now(TaskState.STARTED));
    assertThat(nextCall()).isEqualTo("a STARTED");
    stored.put(queued.id(), now(TaskState.SUCCEEDED));
    assertThat(nextCall()).isEqualTo("a SUCCEEDED");
    assertThat(waiters.count()).isZero();
  }

  @Test
  void whatALookSawBeforeTheNewsIsNotTold() {
    join("a").look(queued);
    calls.clear();
    stored.put(queued.id(), now(TaskState.STARTED));
    duringTheLook = () -> waiters.changed(at(1));

    waiters.look();

    assertThat(calls).containsExactly("a STARTED 1");
  }

  @Test
  void whoWaitsForATaskThatIsGoneIsSentAway() {
    join("a").look(queued);
    calls.clear();
    stored.clear();

    waiters.look();

    assertThat(calls).containsExactly("a end");
    assertThat(waiters.count()).isZero();
  }

  @Test
  void aDatabaseThatIsAwayForAWhileEndsNoWait() throws InterruptedException {
    join("a").look(queued);
    calls.clear();
    BlockingQueue<String> looks = new LinkedBlockingQueue<>();
    duringTheLook =
        () -> {
          looks.add("away");
          throw new StoreUnavailableException("planned", new IllegalStateException(), true);
        };
    assertThat(looks.poll(10, TimeUnit.SECONDS)).isNotNull();

    duringTheLook = () -> {};
    stored.put(queued.id(), now(TaskState.SUCCEEDED));

    assertThat(nextCall()).isEqualTo("a SUCCEEDED");
  }

  @Test
  void nobodyWaitsBeyondTheBound() {
    join("a");
    join("b");

    assertThatThrownBy(() -> join("c")).isInstanceOf(TooManyWaitersException.class);
  }

  @Test
  void whoHasLeftIsNotToldAndMakesRoom() {
    Waiters.Place place = join("a");
    join("b");

    place.leave();
    place.leave();
    place.look(queued);

    assertThat(waiters.count()).isEqualTo(1);
    waiters.changed(now(TaskState.SUCCEEDED));
    place.leave();
    assertThat(calls).containsExactly("b SUCCEEDED");
    assertThat(waiters.count()).isZero();
  }

  @Test
  void oneWhoFailsDoesNotKeepTheOthersFromBeingTold() {
    waiters.join(
        queued.id(),
        LONG,
        new Waiters.Waiter() {
          @Override
          public void onChange(StoredTask task) {
            throw new IllegalStateException("planned: the connection has gone");
          }

          @Override
          public void onEnd() {}
        });
    join("b");

    waiters.changed(now(TaskState.SUCCEEDED));

    assertThat(calls).containsExactly("b SUCCEEDED");
  }

  @Test
  void nobodyWaitsLongerThanAskedFor() throws InterruptedException {
    waiters.join(queued.id(), Duration.ofMillis(20), waiter("a"));

    assertThat(nextCall()).isEqualTo("a end");
    assertThat(waiters.count()).isZero();
  }

  @Test
  void itCanBeStartedAgain() {
    waiters.stop();
    waiters.start();
    join("a");

    waiters.changed(now(TaskState.SUCCEEDED));

    assertThat(calls).containsExactly("a SUCCEEDED");
  }

  @Test
  void whenTheProducerEndsNobodyWaitsOn() {
    join("a");

    waiters.stop();
    join("late");

    assertThat(calls).containsExactly("a end", "late end");
    assertThat(waiters.count()).isZero();
  }

  private Waiters.Place join(String name) {
    return waiters.join(queued.id(), LONG, waiter(name));
  }

  private String nextCall() throws InterruptedException {
    return calls.poll(10, TimeUnit.SECONDS);
  }

  private StoredTask now(TaskState state) {
    return task(queued.id(), state, null);
  }

  private StoredTask at(long progress) {
    return task(queued.id(), TaskState.STARTED, new Progress(progress, 10));
  }

  private static StoredTask task(UUID id, TaskState state, @Nullable Progress progress) {
    return new StoredTask(
        id,
        "demo.sleep",
        "tasks",
        TaskOptions.NONE,
        state,
        state == TaskState.QUEUED ? 0 : 1,
        0,
        null,
        null,
        Instant.EPOCH,
        null,
        null,
        progress,
        null,
        null,
        null);
  }

  private Waiters.Waiter waiter(String name) {
    return new Waiters.Waiter() {
      @Override
      public void onChange(StoredTask task) {
        Progress progress = task.progress();
        calls.add(name + " " + task.state() + (progress == null ? "" : " " + progress.current()));
      }

      @Override
      public void onEnd() {
        calls.add(name + " end");
      }
    };
  }

  /** Only what this class asks of a store: to find many at once. */
  private TaskStore store() {
    return (TaskStore)
        Proxy.newProxyInstance(
            TaskStore.class.getClassLoader(),
            new Class<?>[] {TaskStore.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("findAll")) {
                throw new UnsupportedOperationException(method.getName());
              }
              List<StoredTask> found =
                  ((Collection<?>) arguments[0])
                      .stream().map(stored::get).filter(Objects::nonNull).toList();
              duringTheLook.run();
              return found;
            });
  }
}
