package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.producer.dispatch.Groups.Taken;
import dev.warren.producer.dispatch.NotAcceptedException.Reason;
import dev.warren.producer.store.Claim;
import dev.warren.producer.store.Idempotency;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.JsonNodeFactory;

@Timeout(60)
class GroupUploadTest {

  private static final int MAX_BYTES = 4096;

  private final TaskStore store = StoreFixture.memory();
  private final AtomicInteger woken = new AtomicInteger();

  @Test
  void nothingIsPublishedBeforeTheGroupIsSealedAndThenAllOfIt() {
    try (GroupUpload upload = groups(store).open(group(10))) {
      add(upload, 1234);
      assertThat(due()).isEmpty();
      assertThat(store.listGroups(null, 10)).isEmpty();

      Taken taken = upload.seal(null);

      assertThat(taken.repeated()).isFalse();
      assertThat(taken.group()).isEqualTo(store.findGroup(taken.group().id()).orElseThrow());
      assertThat(taken.group().items()).isEqualTo(1234);
      assertThat(taken.group().parts()).isEqualTo(Map.of(TaskState.QUEUED, 124));
    }
    assertThat(woken).hasValue(1);
    assertThat(due()).hasSize(124);
  }

  @Test
  void theItemsAreInTheirOrder() {
    Taken taken = taken(7, 20, null);

    List<StoredTask> parts = store.parts(taken.group().id(), 0, 100);

    assertThat(parts).extracting(part -> part.part().first()).containsExactly(0, 7, 14);
    assertThat(store.content(parts.get(2).id()).orElseThrow().args())
        .isEqualTo("[14,15,16,17,18,19]");
  }

  @Test
  void aGroupThatIsGivenUpLeavesNothingBehind() {
    Groups groups = groups(store);
    try (GroupUpload upload = groups.open(group(1))) {
      add(upload, 200);
    }

    assertThat(due()).isEmpty();
    assertThat(store.listGroups(null, 10)).isEmpty();
    assertThat(store.countUnfinished()).isZero();
    assertThat(woken).hasValue(0);
  }

  @Test
  void aGroupWithoutItemsIsFinishedAtOnce() {
    Taken taken = taken(10, 0, null);

    assertThat(taken.group().isFinished()).isTrue();
    assertThat(store.findGroup(taken.group().id())).contains(taken.group());
  }

  @Test
  void aGroupThatIsToBeginLaterIsScheduled() {
    Instant eta = Instant.now().plus(Duration.ofHours(1));
    TaskOptions options = new TaskOptions(null, eta, null, null, null, 0);
    try (GroupUpload upload =
        groups(store).open(new NewGroup("a.task", "tasks", options, false, 10))) {
      add(upload, 25);
      Taken taken = upload.seal(null);

      assertThat(taken.group().parts()).isEqualTo(Map.of(TaskState.SCHEDULED, 3));
      assertThat(store.findGroup(taken.group().id())).contains(taken.group());
    }
    assertThat(due()).isEmpty();
    assertThat(store.claimDue(eta, eta.plusSeconds(4), 10, Set.of())).hasSize(3);
  }

  @Test
  void aGroupForWhichThereIsNoRoomIsRefusedAndGone() {
    Groups groups = GroupsFixture.on(store, MAX_BYTES, 100);
    try (GroupUpload upload = groups.open(group(1))) {
      assertThatThrownBy(() -> add(upload, 200))
          .isInstanceOf(NotAcceptedException.class)
          .extracting(e -> ((NotAcceptedException) e).reason())
          .isEqualTo(Reason.STORE_FULL);
    }
    assertThat(store.countUnfinished()).isZero();
    groups.open(group(1)).close(); // and its room is free again
    try (GroupUpload upload = groups.open(group(1))) {
      add(upload, 100);
      upload.seal(null);
    }
    assertThatThrownBy(() -> groups.open(group(1))).isInstanceOf(NotAcceptedException.class);
  }

  @Test
  void aRepetitionIsAnsweredWithTheEarlierGroup() {
    Taken first = taken(10, 20, new Idempotency("key", "f"));
    int earlier = due().size();

    Taken second = taken(10, 20, new Idempotency("key", "f"));

    assertThat(second.repeated()).isTrue();
    assertThat(second.group().id()).isEqualTo(first.group().id());
    assertThat(earlier).isEqualTo(2);
    assertThat(due()).isEmpty();
    assertThat(store.listGroups(null, 10)).hasSize(1);
  }

  @Test
  void theSameKeyWithAnotherRequestIsRefused() {
    taken(10, 20, new Idempotency("key", "f"));

    assertThatThrownBy(() -> taken(10, 30, new Idempotency("key", "g")))
        .isInstanceOf(NotAcceptedException.class)
        .extracting(e -> ((NotAcceptedException) e).reason())
        .isEqualTo(Reason.IDEMPOTENCY_MISMATCH);
    assertThat(store.listGroups(null, 10)).hasSize(1);
  }

  // --- a database that goes away -----------------------------------------------------------------

  @Test
  void aDatabaseThatGoesAwayBeforeTheEndMeansThatTheGroupIsCertainlyNotTaken() {
    TaskStore away = failing("add", false, 1);
    try (GroupUpload upload = groups(away).open(group(1))) {
      assertThatThrownBy(() -> add(upload, 200))
          .isInstanceOf(StoreUnavailableException.class)
          .extracting(e -> ((StoreUnavailableException) e).isCertain())
          .isEqualTo(true);
    }
    assertThat(store.listGroups(null, 10)).isEmpty();
    assertThat(due()).isEmpty();
  }

  @Test
  void aSealWhoseOutcomeIsLostIsLookedUpAndFound() {
    TaskStore unsure = failing("sealGroup", true, 1);
    try (GroupUpload upload = groups(unsure).open(group(1))) {
      add(upload, 3);

      assertThat(upload.seal(null).group().items()).isEqualTo(3);
    }
    assertThat(due()).hasSize(3);
    assertThat(woken).hasValue(1);
  }

  @Test
  void aSealWhoseOutcomeIsLostAndThatWasNoneIsCertainlyNotTaken() {
    TaskStore unsure = failing("sealGroup", false, 1);
    try (GroupUpload upload = groups(unsure).open(group(1))) {
      add(upload, 3);

      assertThatThrownBy(() -> upload.seal(null))
          .isInstanceOf(StoreUnavailableException.class)
          .extracting(e -> ((StoreUnavailableException) e).isCertain())
          .isEqualTo(true);
    }
    assertThat(due()).isEmpty();
    assertThat(store.countUnfinished()).isZero();
  }

  @Test
  void aSealThatNobodyCanLookUpIsOpen() {
    TaskStore away = failing("sealGroup dropGroup", true, Integer.MAX_VALUE);
    try (GroupUpload upload = groups(away).open(group(1))) {
      add(upload, 3);

      assertThatThrownBy(() -> upload.seal(null)).isInstanceOf(OutcomeUnknownException.class);
    }
    assertThat(due()).hasSize(3); // it was sealed, and is not taken back
  }

  /** A store of which some calls fail without saying whether they did what they should. */
  private TaskStore failing(String methods, boolean afterwards, int times) {
    AtomicInteger left = new AtomicInteger(times);
    return (TaskStore)
        Proxy.newProxyInstance(
            TaskStore.class.getClassLoader(),
            new Class<?>[] {TaskStore.class},
            (proxy, method, arguments) -> {
              boolean fails =
                  List.of(methods.split(" ")).contains(method.getName())
                      && left.getAndDecrement() > 0;
              try {
                Object result = fails && !afterwards ? null : method.invoke(store, arguments);
                if (fails) {
                  throw new StoreUnavailableException("planned", null, false);
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Groups groups(TaskStore on) {
    return GroupsFixture.on(on, MAX_BYTES, 1_000_000, woken::incrementAndGet);
  }

  private Taken taken(int chunkSize, int items, Idempotency idempotency) {
    try (GroupUpload upload = groups(store).open(group(chunkSize))) {
      add(upload, items);
      return upload.seal(idempotency);
    }
  }

  private static NewGroup group(int chunkSize) {
    return new NewGroup("a.task", "tasks", TaskOptions.NONE, false, chunkSize);
  }

  private static void add(GroupUpload upload, int items) {
    IntStream.range(0, items).forEach(i -> upload.add(JsonNodeFactory.instance.numberNode(i)));
  }

  private List<Claim> due() {
    Instant now = Instant.now().plusSeconds(1);
    return store.claimDue(now, now.plusSeconds(60), 10_000, Set.of());
  }
}
