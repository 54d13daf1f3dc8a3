package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.producer.dispatch.Waiters.TooManyWaitersException;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.TaskGroup;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskStore;
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
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.JsonNodeFactory;

@Timeout(60)
class GroupWatchTest {

  private final TaskStore store = StoreFixture.memory();
  private final GroupWatch watch = new GroupWatch(2, store);
  private final UUID group = group();

  @BeforeEach
  void start() {
    watch.start();
  }

  @AfterEach
  void stop() {
    watch.stop();
    assertThat(watch.count()).isZero();
  }

  @Test
  void aChangeIsToldOnceAndWithoutBeingAskedFor() throws Exception {
    Recorded recorded = new Recorded();
    watch.join(group, null, recorded);
    watch.look();
    watch.look();
    assertThat(recorded.told).hasSize(1);

    store.cancelGroup(group, Instant.now());

    assertThat(recorded.finished.await(20, TimeUnit.SECONDS)).isTrue();
    watch.look();
    assertThat(recorded.told).hasSize(2);
    assertThat(recorded.ends).isEmpty();
  }

  @Test
  void oneWhoLeavesIsToldNothingMore() {
    Recorded recorded = new Recorded();
    Runnable leave = watch.join(group, null, recorded);
    leave.run();
    leave.run();

    watch.look();

    assertThat(recorded.told).isEmpty();
    assertThat(recorded.ends).isEmpty();
    assertThat(watch.count()).isZero();
  }

  @Test
  void aGroupThatIsNotKnownEndsTheWatch() {
    Recorded recorded = new Recorded();
    watch.join(UUID.randomUUID(), null, recorded);

    watch.look();

    assertThat(recorded.ends).hasSize(1);
    assertThat(watch.count()).isZero();
  }

  @Test
  void nobodyWatchesForLongerThanAskedFor() throws Exception {
    Recorded recorded = new Recorded();
    watch.join(group, Duration.ofMillis(1), recorded);

    assertThat(recorded.ended.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void atMostAsManyAsMayWatch() {
    watch.join(group, null, new Recorded());
    Runnable leave = watch.join(group, null, new Recorded());

    assertThatThrownBy(() -> watch.join(group, null, new Recorded()))
        .isInstanceOf(TooManyWaitersException.class);
    leave.run();
    watch.join(group, null, new Recorded()).run();
  }

  @Test
  void theEndOfTheProducerEndsTheWatch() {
    Recorded before = new Recorded();
    Recorded after = new Recorded();
    watch.join(group, null, before);

    watch.stop();
    watch.join(group, null, after);

    assertThat(before.ends).hasSize(1);
    assertThat(after.ends).hasSize(1);
    assertThat(watch.isRunning()).isFalse();
  }

  private UUID group() {
    try (GroupUpload upload =
        GroupsFixture.on(store, 4096, 100)
            .open(new NewGroup("a.task", "tasks", TaskOptions.NONE, false, 1))) {
      upload.add(JsonNodeFactory.instance.numberNode(1));
      return upload.seal(null).group().id();
    }
  }

  private static final class Recorded implements GroupWatch.Watcher {
    private final List<TaskGroup> told = new CopyOnWriteArrayList<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private final CountDownLatch finished = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    @Override
    public void onChange(TaskGroup group) {
      told.add(group);
      if (group.isFinished()) {
        finished.countDown();
      }
    }

    @Override
    public void onEnd() {
      ends.add("end");
      ended.countDown();
    }
  }
}
