package dev.warren.producer.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.store.Claim.Lease;
import dev.warren.producer.store.TaskStore.Applied;
import dev.warren.producer.store.TaskStore.Cancelled;
import dev.warren.producer.store.TaskStore.Earlier;
import dev.warren.producer.store.TaskStore.EarlierGroup;
import dev.warren.producer.store.TaskStore.Silent;
import dev.warren.wire.TaskError;
import dev.warren.wire.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store keeps to, whatever its database is. Two producers share it. */
public abstract class TaskStoreContract {

  protected static final Instant NOW = Instant.parse("2026-11-22T12:00:00.123456Z");
  private static final Duration LEASE = Duration.ofSeconds(4);
  private static final Instant LEASE_END = NOW.plus(LEASE);
  private static final String ARGS = "[\"the quick brown fox\"]";

  private TaskStore store;
  private TaskStore other;
  private long millis = NOW.toEpochMilli();

  /** An empty database with the store's tables. */
  protected abstract DataSource emptyDatabase();

  @BeforeEach
  void makeTwoStoresOnOneDatabase() {
    DataSource source = emptyDatabase();
    store = StoreFixture.on(source);
    other = StoreFixture.on(source);
  }

  // --- accepting -------------------------------------------------------------------------------

  @Test
  void aTaskIsKeptAsItIs() {
    TaskOptions options =
        new TaskOptions(
            7,
            NOW.plusSeconds(60),
            NOW.plusSeconds(600),
            Duration.ofMillis(900),
            Duration.ofMillis(1500),
            3);
    StoredTask scheduled = StoredTask.submitted(id(), "t", "q", options, NOW, null);
    StoredTask part =
        StoredTask.submitted(
            TaskId.nextPart(++millis),
            "t",
            "q",
            TaskOptions.NONE,
            NOW,
            new GroupPart(id(), 200, 100, 0, 0, 0, true));

    store.add(List.of(row(scheduled), row(part)));

    assertThat(other.find(scheduled.id())).contains(scheduled);
    assertThat(scheduled.state()).isEqualTo(TaskState.SCHEDULED);
    assertThat(other.find(part.id())).contains(part);
    assertThat(other.content(part.id())).contains(new TaskStore.Content(ARGS, "{\"k\":1}"));
    assertThat(other.findAll(List.of(part.id(), scheduled.id(), id())))
        .containsExactlyInAnyOrder(scheduled, part);
  }

  @Test
  void argumentsMayBeLargeAndOfAnyCharacter() {
    String args = "[\"" + "ä€😀\\u0000".repeat(100_000) + "\"]";
    StoredTask task = task();

    store.add(List.of(new NewRow(task, args, "{}", LEASE_END, true, null)));

    assertThat(store.content(task.id())).get().returns(args, TaskStore.Content::args);
  }

  @Test
  void whatIsNotKnownIsEmpty() {
    assertThat(store.find(id())).isEmpty();
    assertThat(store.content(id())).isEmpty();
    assertThat(store.attempts(task())).isEmpty();
    assertThat(store.cancel(id(), NOW)).isEmpty();
    assertThat(store.findGroup(id())).isEmpty();
    assertThat(store.findAll(List.of())).isEmpty();
  }

  @Test
  void aTaskThatIsNotAcceptedCanBeWithdrawn() {
    StoredTask task = task();
    store.add(List.of(row(task, LEASE_END, false, "key")));

    assertThat(store.withdraw(List.of(task.id()))).containsExactly(task.id());

    assertThat(store.find(task.id())).isEmpty();
    assertThat(store.withdraw(List.of(task.id()))).isEmpty();
    StoredTask again = task();
    assertThat(store.add(List.of(row(again, LEASE_END, false, "key"))))
        .as("its key is free again")
        .containsExactly((Earlier) null);
  }

  @Test
  void whatIsAcceptedIsNotWithdrawn() {
    StoredTask accepted = add(LEASE_END);
    StoredTask claimed = add(NOW, false);
    StoredTask sent = add(LEASE_END, false);
    StoredTask heardOf = add(LEASE_END, false);
    store.accept(List.of(accepted.id()));
    other.claimDue(NOW, LEASE_END, 10, Set.of());
    store.sent(List.of(new Lease(sent.id(), LEASE_END)), NOW);
    other.apply(List.of(Updates.started(heardOf.id(), 1)), NOW);

    assertThat(store.withdraw(ids(accepted, claimed, sent, heardOf))).isEmpty();

    assertThat(store.find(claimed.id())).isPresent();
  }

  @Test
  void theSameKeyFindsTheEarlierTask() {
    StoredTask first = task();
    store.add(List.of(row(first, LEASE_END, false, "key")));

    StoredTask second = task();
    StoredTask third = task();
    List<@Nullable Earlier> earlier =
        other.add(List.of(row(second, LEASE_END, false, "key"), row(third)));

    assertThat(earlier).containsExactly(new Earlier("print", first.id(), first, false), null);
    assertThat(store.find(second.id())).isEmpty();
    assertThat(store.find(third.id())).isPresent();

    store.accept(List.of(first.id()));
    assertThat(other.add(List.of(row(second, LEASE_END, false, "key"))))
        .containsExactly(new Earlier("print", first.id(), first, true));
  }

  @Test
  void theSameKeyTwiceInOneCallIsOneTask() {
    StoredTask first = task();
    StoredTask second = task();

    List<@Nullable Earlier> earlier =
        store.add(
            List.of(row(first, LEASE_END, false, "key"), row(second, LEASE_END, false, "key")));

    assertThat(earlier).containsExactly(null, new Earlier("print", first.id(), first, false));
    assertThat(store.find(second.id())).isEmpty();
  }

  @Test
  void sixtyFourThreadsWithOneKeyMakeOneTask() throws Exception {
    CountDownLatch begin = new CountDownLatch(1);
    Set<UUID> made = ConcurrentHashMap.newKeySet();
    List<List<@Nullable Earlier>> answers =
        together(
            64,
            i -> {
              StoredTask task = StoredTask.submitted(id(i), "t", "q", TaskOptions.NONE, NOW, null);
              begin.await();
              List<@Nullable Earlier> answer =
                  (i % 2 == 0 ? store : other).add(List.of(row(task, LEASE_END, true, "key")));
              if (answer.get(0) == null) {
                made.add(task.id());
              }
              return answer;
            },
            begin);

    assertThat(made).hasSize(1);
    assertThat(answers.stream().map(answer -> answer.get(0)).filter(e -> e != null))
        .hasSize(63)
        .allSatisfy(earlier -> assertThat(made).contains(earlier.id()));
    assertThat(store.list(query(Set.of()))).hasSize(1);
  }

  @Test
  void unfinishedTasksAreCounted() {
    StoredTask done = add(LEASE_END);
    add(LEASE_END);
    add(LEASE_END);
    store.apply(List.of(Updates.success(done.id(), "1")), NOW);

    assertThat(other.countUnfinished()).isEqualTo(2);
    other.add(List.of(row(task())));
    assertThat(other.countUnfinished()).isEqualTo(3);
    assertThat(store.countByState())
        .containsEntry(TaskState.QUEUED, 3L)
        .containsEntry(TaskState.SUCCEEDED, 1L);
  }

  // --- outbox ----------------------------------------------------------------------------------

  @Test
  void whatIsDueIsClaimedOnceTheEarliestFirst() {
    StoredTask later = add(NOW.minusSeconds(1));
    StoredTask earlier = add(NOW.minusSeconds(2));
    add(NOW.plusSeconds(1));

    List<Claim> claims = store.claimDue(NOW, LEASE_END, 10, Set.of());

    assertThat(claims)
        .extracting(claim -> claim.task().id())
        .containsExactly(earlier.id(), later.id());
    assertThat(claims.get(0)).isEqualTo(new Claim(earlier, ARGS, "{\"k\":1}", LEASE_END));
    assertThat(other.claimDue(NOW, LEASE_END, 10, Set.of())).isEmpty();
    assertThat(other.claimDue(LEASE_END, LEASE_END.plus(LEASE), 10, Set.of()))
        .as("the leases, and the third one")
        .hasSize(3);
  }

  @Test
  void queuesCanBeLeftOut() {
    StoredTask a = StoredTask.submitted(id(), "t", "a", TaskOptions.NONE, NOW, null);
    StoredTask b = StoredTask.submitted(id(), "t", "b", TaskOptions.NONE, NOW, null);
    store.add(List.of(row(a, NOW), row(b, NOW)));

    assertThat(claimed(store.claimDue(NOW, LEASE_END, 10, Set.of("a", "x"))))
        .containsExactly(b.id());
    assertThat(claimed(store.claimDue(NOW, LEASE_END, 10, Set.of()))).containsExactly(a.id());
  }

  @Test
  void twoProducersNeverClaimTheSameTask() throws Exception {
    for (int i = 0; i < 10; i++) {
      store.add(IntStream.range(0, 50).mapToObj(n -> row(task(), NOW)).toList());
    }
    CountDownLatch begin = new CountDownLatch(1);
    List<List<UUID>> claims =
        together(
            8,
            i -> {
              begin.await();
              List<UUID> all = new ArrayList<>();
              List<Claim> some;
              do {
                some = (i % 2 == 0 ? store : other).claimDue(NOW, LEASE_END, 20, Set.of());
                all.addAll(claimed(some));
              } while (!some.isEmpty());
              return all;
            },
            begin);

    List<UUID> all = new ArrayList<>(claims.stream().flatMap(List::stream).toList());
    all.addAll(claimed(store.claimDue(NOW, LEASE_END, 500, Set.of()))); // skipped while locked
    assertThat(all).hasSize(500).doesNotHaveDuplicates();
  }

  @Test
  void whatTheBrokerHasLeavesTheOutbox() {
    StoredTask queued = add(NOW);
    StoredTask scheduled =
        StoredTask.submitted(
            id(),
            "t",
            "q",
            new TaskOptions(null, NOW.plusSeconds(1), null, null, null, 0),
            NOW,
            null);
    store.add(List.of(row(scheduled, scheduled.dueAt())));
    Instant later = NOW.plusSeconds(2);
    List<Claim> claims = store.claimDue(later, later.plus(LEASE), 10, Set.of());

    other.sent(claims.stream().map(Claim::lease).toList(), later);

    assertThat(store.claimDue(later.plusSeconds(100), later.plusSeconds(200), 10, Set.of()))
        .isEmpty();
    assertThat(store.find(queued.id())).get().returns(TaskState.QUEUED, StoredTask::state);
    assertThat(store.find(scheduled.id()))
        .get()
        .returns(TaskState.QUEUED, StoredTask::state)
        .returns(null, StoredTask::dueAt);
  }

  @Test
  void aLeaseThatIsNotHeldAnyMoreHasNoEffect() {
    StoredTask task = add(NOW);
    Lease lost = store.claimDue(NOW, LEASE_END, 10, Set.of()).get(0).lease();
    Lease held = other.claimDue(LEASE_END, LEASE_END.plus(LEASE), 10, Set.of()).get(0).lease();

    store.sent(List.of(lost), LEASE_END);
    store.postpone(List.of(lost), LEASE_END.plusSeconds(500));
    assertThat(store.renew(List.of(lost), LEASE_END.plusSeconds(500))).isEmpty();

    assertThat(held.id()).isEqualTo(task.id());
    assertThat(claimed(store.claimDue(held.until(), held.until().plus(LEASE), 10, Set.of())))
        .containsExactly(task.id());
  }

  @Test
  void aLeaseCanBeRenewedAndPostponed() {
    StoredTask task = add(NOW);
    Lease lease = store.claimDue(NOW, LEASE_END, 10, Set.of()).get(0).lease();

    List<Lease> renewed = store.renew(List.of(lease), LEASE_END.plus(LEASE));
    assertThat(renewed).containsExactly(new Lease(task.id(), LEASE_END.plus(LEASE)));
    assertThat(store.claimDue(LEASE_END, LEASE_END.plus(LEASE), 10, Set.of())).isEmpty();

    store.postpone(renewed, NOW.plusSeconds(1));
    assertThat(claimed(store.claimDue(NOW.plusSeconds(1), LEASE_END, 10, Set.of())))
        .containsExactly(task.id());
  }

  @Test
  void whatWasSentAndIsNotHeardOfIsSilent() {
    StoredTask waits = sent(NOW);
    StoredTask runs = sent(NOW);
    StoredTask done = sent(NOW);
    StoredTask recent = sent(NOW.plusSeconds(20));
    add(LEASE_END); // not sent
    store.apply(List.of(Updates.success(done.id(), "1")), NOW);
    store.apply(List.of(Updates.started(runs.id(), 1)), NOW.plusSeconds(1));

    assertThat(other.silent("q", NOW.plusSeconds(10), 10))
        .containsExactly(
            new Silent(waits.id(), waits.id(), "q", NOW),
            new Silent(runs.id(), runs.id(), "q", NOW.plusSeconds(1)));
    assertThat(other.silent("q", NOW.plusSeconds(10), 1))
        .extracting(Silent::id)
        .containsExactly(waits.id());
    assertThat(other.silent("q", NOW.plusSeconds(30), 9))
        .extracting(Silent::id)
        .containsExactly(waits.id(), runs.id(), recent.id());
    assertThat(other.silent("another", NOW.plusSeconds(30), 9)).isEmpty();
  }

  @Test
  void whatIsLostIsPublishedAgain() {
    StoredTask lost = sent(NOW);
    StoredTask heardOf = sent(NOW);
    StoredTask done = sent(NOW);
    List<Silent> silent = store.silent("q", NOW.plusSeconds(10), 10);
    store.apply(
        List.of(Updates.started(heardOf.id(), 1), Updates.success(done.id(), "1")),
        NOW.plusSeconds(1));

    assertThat(other.republish(silent, NOW.plusSeconds(10))).containsExactly(lost.id());
    assertThat(store.republish(silent, NOW.plusSeconds(11))).as("once").isEmpty();

    assertThat(claimed(store.claimDue(NOW.plusSeconds(10), NOW.plusSeconds(20), 10, Set.of())))
        .containsExactly(lost.id());
  }

  @Test
  void whatWasCancelledWhileItRanAndIsLostIsRevoked() {
    StoredTask task = sent(NOW);
    store.apply(List.of(Updates.started(task.id(), 1)), NOW);
    store.cancel(task.id(), NOW);

    assertThat(store.republish(store.silent("q", NOW.plusSeconds(10), 10), NOW)).isEmpty();

    assertThat(store.find(task.id())).get().returns(TaskState.REVOKED, StoredTask::state);
  }

  // --- results ---------------------------------------------------------------------------------

  @Test
  void newsOfABatchAreWorkedInInTheirOrder() {
    StoredTask one = add(LEASE_END);
    StoredTask two = add(LEASE_END);

    Applied applied =
        store.apply(
            List.of(
                Updates.started(one.id(), 1),
                Updates.started(two.id(), 1),
                Updates.success(one.id(), "{\"a\":[1]}"),
                Updates.success(id(), "1")),
            NOW);

    assertThat(applied.unknown()).isEqualTo(1);
    assertThat(applied.late()).isEmpty();
    assertThat(applied.tasks())
        .extracting(StoredTask::state)
        .containsExactly(TaskState.SUCCEEDED, TaskState.STARTED);
    assertThat(other.findAll(ids(one, two))).containsExactlyInAnyOrderElementsOf(applied.tasks());
    assertThat(other.find(one.id())).get().returns("{\"a\":[1]}", StoredTask::result);
  }

  @Test
  void newsTakeATaskOutOfTheOutbox() {
    StoredTask task = add(NOW);

    store.apply(List.of(Updates.started(task.id(), 1)), NOW);

    assertThat(store.claimDue(NOW, LEASE_END, 10, Set.of())).isEmpty();
  }

  @Test
  void newsOfAFinishedTaskAreLate() {
    StoredTask task = add(LEASE_END);
    store.apply(List.of(Updates.success(task.id(), "1")), NOW);

    Applied applied =
        other.apply(
            List.of(Updates.failure(task.id(), "late"), Updates.started(task.id(), 2)), NOW);

    assertThat(applied.tasks()).isEmpty();
    assertThat(applied.late()).containsExactly(task.id());
    assertThat(store.find(task.id())).get().returns("1", StoredTask::result);
  }

  @Test
  void anErrorIsKeptWhole() {
    StoredTask task = add(LEASE_END);
    TaskError error = new TaskError("E", "m".repeat(5000) + "\0", "t".repeat(50_000));
    store.apply(
        List.of(
            new TaskUpdate(
                task.id(), 0, TaskStatus.FAILURE, null, error, "w", 1, NOW, NOW.plusSeconds(1))),
        NOW);

    assertThat(other.find(task.id()))
        .get()
        .returns(NOW, StoredTask::startedAt)
        .returns(NOW.plusSeconds(1), StoredTask::finishedAt)
        .extracting(StoredTask::error)
        .isEqualTo(new TaskError("E", "m".repeat(5000) + "\uFFFD", "t".repeat(50_000)));
  }

  @Test
  void aFailedTaskIsPublishedAgainWhenItsRetryIsDue() {
    StoredTask task = addRetryable();
    store.sent(List.of(new Lease(task.id(), LEASE_END)), NOW);

    Applied applied =
        store.apply(
            List.of(Updates.started(task.id(), 1), Updates.failure(task.id(), "no", 1)), NOW);

    Instant dueAt = applied.tasks().get(0).dueAt();
    assertThat(dueAt).isBetween(NOW.plusMillis(800), NOW.plusMillis(1200));
    assertThat(store.silent("q", NOW.plusSeconds(100), 10)).isEmpty();
    assertThat(store.claimDue(dueAt.minusMillis(1), LEASE_END, 10, Set.of())).isEmpty();
    List<Claim> claims = store.claimDue(dueAt, LEASE_END, 10, Set.of());
    assertThat(claims).extracting(claim -> claim.task().attempts()).containsExactly(1);

    store.sent(List.of(claims.get(0).lease()), dueAt);
    assertThat(store.find(task.id()))
        .get()
        .returns(TaskState.RETRYING, StoredTask::state)
        .returns(null, StoredTask::dueAt);
  }

  @Test
  void attemptsAreToldInTheirOrder() {
    StoredTask task = addRetryable();
    store.apply(
        List.of(
            Updates.started(task.id(), 1),
            Updates.started(task.id(), 2), // the first one's worker was lost
            Updates.failure(task.id(), "no", 2)),
        NOW);
    assertThat(store.attempts(store.find(task.id()).orElseThrow()))
        .containsExactly(
            new Attempt(1, "w1", null, null, null, null),
            new Attempt(2, "w2", null, NOW, "IllegalStateException", "no"));

    store.apply(List.of(Updates.started(task.id(), 3)), NOW);
    store.apply(List.of(Updates.failure(task.id(), "no", 2)), NOW);
    assertThat(store.attempts(store.find(task.id()).orElseThrow()))
        .hasSize(3)
        .endsWith(new Attempt(3, "w3", null, null, null, null));

    store.apply(List.of(Updates.success(task.id(), "1", 3)), NOW.plusSeconds(1));
    assertThat(store.attempts(store.find(task.id()).orElseThrow()))
        .endsWith(new Attempt(3, "w3", null, NOW.plusSeconds(1), null, null));
  }

  @Test
  void twoProducersThatApplyTheSameNewsAgree() throws Exception {
    List<StoredTask> tasks = IntStream.range(0, 40).mapToObj(i -> add(LEASE_END)).toList();
    List<TaskUpdate> news = new ArrayList<>();
    tasks.forEach(task -> news.add(Updates.started(task.id(), 1)));
    tasks.forEach(task -> news.add(Updates.success(task.id(), "1")));
    CountDownLatch begin = new CountDownLatch(1);

    List<Applied> applied =
        together(
            8,
            i -> {
              List<TaskUpdate> mine = new ArrayList<>(news);
              java.util.Collections.rotate(mine, i * 7);
              begin.await();
              return (i % 2 == 0 ? store : other).apply(mine, NOW);
            },
            begin);

    assertThat(store.findAll(tasks.stream().map(StoredTask::id).toList()))
        .extracting(StoredTask::state)
        .containsOnly(TaskState.SUCCEEDED);
    assertThat(
            applied.stream()
                .flatMap(a -> a.tasks().stream())
                .filter(task -> task.state().isFinished()))
        .as("each was finished once")
        .hasSize(40);
  }

  // --- cancelling ------------------------------------------------------------------------------

  @Test
  void whatHasNotBegunIsCancelledForGood() {
    StoredTask task = add(NOW);

    Cancelled cancelled = store.cancel(task.id(), NOW).orElseThrow();

    assertThat(cancelled.ended()).isTrue();
    assertThat(cancelled.requested()).isFalse();
    assertThat(cancelled.task())
        .returns(TaskState.REVOKED, StoredTask::state)
        .returns(NOW, StoredTask::finishedAt)
        .returns(new TaskError("TaskRevokedError", "cancelled", null), StoredTask::error);
    assertThat(other.find(task.id())).contains(cancelled.task());
    assertThat(store.claimDue(NOW, LEASE_END, 10, Set.of())).isEmpty();
    assertThat(store.apply(List.of(Updates.success(task.id(), "1")), NOW).late())
        .containsExactly(task.id());
    assertThat(store.cancel(task.id(), NOW))
        .contains(new Cancelled(cancelled.task(), false, false));
  }

  @Test
  void whatRunsIsToBeStoppedByItsWorkerAndNotRetried() {
    StoredTask task = addRetryable();
    store.apply(List.of(Updates.started(task.id(), 1)), NOW);

    Cancelled cancelled = other.cancel(task.id(), NOW).orElseThrow();

    assertThat(cancelled.ended()).isFalse();
    assertThat(cancelled.requested()).isTrue();
    assertThat(cancelled.task().state()).isEqualTo(TaskState.STARTED);
    store.apply(List.of(Updates.failure(task.id(), "interrupted", 1)), NOW);
    assertThat(store.find(task.id())).get().returns(TaskState.FAILED, StoredTask::state);
  }

  // --- reading ---------------------------------------------------------------------------------

  @Test
  void tasksAreListedNewestFirst() {
    StoredTask first = add(LEASE_END);
    StoredTask second = add(LEASE_END);
    StoredTask third = add(LEASE_END);
    store.apply(List.of(Updates.success(second.id(), "\"long\"")), NOW);

    assertThat(listed(query(Set.of()))).containsExactly(third.id(), second.id(), first.id());
    assertThat(listed(new TaskQuery(Set.of(), null, null, null, third.id(), 1)))
        .containsExactly(second.id());
    assertThat(listed(query(Set.of(TaskState.QUEUED)))).containsExactly(third.id(), first.id());
    assertThat(listed(query(Set.of(TaskState.QUEUED, TaskState.SUCCEEDED, TaskState.FAILED))))
        .containsExactly(third.id(), second.id(), first.id());
    assertThat(listed(new TaskQuery(Set.of(TaskState.QUEUED), "t", "q", null, third.id(), 10)))
        .containsExactly(first.id());
    assertThat(listed(new TaskQuery(Set.of(), "other", null, null, null, 10))).isEmpty();
    assertThat(listed(new TaskQuery(Set.of(), null, "other", null, null, 10))).isEmpty();
    assertThat(store.list(query(Set.of(TaskState.SUCCEEDED))))
        .extracting(StoredTask::result)
        .containsOnlyNulls();
  }

  // --- groups ----------------------------------------------------------------------------------

  @Test
  void nothingOfAGroupIsPublishedBeforeItIsSealed() {
    UUID group = openGroup(25);

    assertThat(store.findGroup(group)).isEmpty();
    assertThat(store.listGroups(null, 10)).isEmpty();
    assertThat(store.claimDue(NOW, LEASE_END, 10, Set.of())).isEmpty();

    assertThat(store.sealGroup(group, 25, null, NOW)).isNull();

    assertThat(other.findGroup(group))
        .get()
        .returns(25, TaskGroup::items)
        .returns(10, TaskGroup::chunkSize)
        .returns(NOW, TaskGroup::submittedAt)
        .returns(false, TaskGroup::isFinished);
    assertThat(store.claimDue(NOW, LEASE_END, 10, Set.of()))
        .extracting(claim -> claim.task().part().first())
        .containsExactlyInAnyOrder(0, 10, 20);
    assertThat(store.claimDue(NOW, LEASE_END, 10, Set.of())).isEmpty();
  }

  @Test
  void thePartsOfAGroupWhoseProducerDiedArePublishedByAnother() {
    UUID group = openGroup(25);
    store.sealGroup(group, 25, null, NOW);
    undoRelease(group);
    assertThat(other.claimDue(NOW, LEASE_END, 10, Set.of())).isEmpty();

    Instant later = NOW.plusSeconds(5);
    assertThat(other.claimDue(later, later.plus(LEASE), 10, Set.of())).hasSize(3);
    assertThat(other.claimDue(later, later.plus(LEASE), 10, Set.of())).isEmpty();
  }

  @Test
  void aGroupTellsHowFarItIs() {
    UUID group = sealedGroup(25);
    List<StoredTask> parts = store.parts(group, 0, 10);
    assertThat(parts).extracting(part -> part.part().first()).containsExactly(0, 10, 20);

    store.apply(
        List.of(
            chunk(parts.get(0), TaskStatus.SUCCESS, list(10)),
            chunk(parts.get(1), TaskStatus.FAILURE, list(3)),
            chunk(parts.get(2), TaskStatus.STARTED, null)),
        NOW);

    assertThat(store.findGroup(group))
        .get()
        .returns(14, TaskGroup::done)
        .returns(1, TaskGroup::failed)
        .returns(null, TaskGroup::finishedAt)
        .extracting(TaskGroup::parts)
        .isEqualTo(
            java.util.Map.of(TaskState.SUCCEEDED, 1, TaskState.QUEUED, 1, TaskState.STARTED, 1));

    store.apply(
        List.of(
            Updates.of(chunk(parts.get(1), TaskStatus.SUCCESS, list(6)), 1),
            chunk(parts.get(2), TaskStatus.REVOKED, null)),
        NOW.plusSeconds(3));
    assertThat(store.findGroup(group))
        .get()
        .returns(25, TaskGroup::done)
        .returns(6, TaskGroup::failed)
        .returns(NOW.plusSeconds(3), TaskGroup::finishedAt);
  }

  @Test
  void whatIsLeftOfAChunkIsPublishedAtOnce() {
    UUID group = sealedGroup(10);
    StoredTask part = store.parts(group, 0, 1).get(0);
    store.claimDue(NOW, LEASE_END, 10, Set.of());

    Applied applied = store.apply(List.of(chunk(part, TaskStatus.FAILURE, list(3))), NOW);

    assertThat(applied.tasks().get(0).dueAt()).isNull();
    assertThat(store.find(part.id())).contains(applied.tasks().get(0));
    assertThat(store.claimDue(NOW, LEASE_END, 10, Set.of()))
        .singleElement()
        .returns(ARGS, Claim::args)
        .extracting(claim -> claim.task().part())
        .isEqualTo(new GroupPart(group, 0, 10, 4, 1, 1, false));
    assertThat(TaskId.generation(TaskId.inMessage(part.id(), 1))).isEqualTo(1);
  }

  @Test
  void partsAreReadFromAnItemOn() {
    UUID group = sealedGroup(35);

    assertThat(firsts(group, 0, 2)).containsExactly(0, 10);
    assertThat(firsts(group, 9, 1)).containsExactly(0);
    assertThat(firsts(group, 10, 1)).containsExactly(10);
    assertThat(firsts(group, 34, 5)).containsExactly(30);
    assertThat(firsts(group, 35, 5)).isEmpty();
    assertThat(listed(new TaskQuery(Set.of(TaskState.QUEUED), null, null, group, null, 10)))
        .hasSize(4);
  }

  @Test
  void aGroupWithoutItemsIsFinishedAtOnce() {
    UUID group = id();
    store.openGroup(group, "t", "q", 10, NOW);
    store.sealGroup(group, 0, null, NOW.plusSeconds(1));

    assertThat(store.findGroup(group))
        .get()
        .returns(true, TaskGroup::isFinished)
        .returns(NOW.plusSeconds(1), TaskGroup::finishedAt);
  }

  @Test
  void theSameKeyFindsTheEarlierGroup() {
    UUID first = openGroup(25);
    Idempotency key = new Idempotency("key", "print");
    assertThat(store.sealGroup(first, 25, key, NOW)).isNull();

    UUID second = openGroup(25);
    assertThat(other.sealGroup(second, 25, key, NOW)).isEqualTo(new EarlierGroup("print", first));

    assertThat(store.findGroup(second)).isEmpty();
    assertThat(store.parts(second, 0, 10)).isEmpty();
    assertThat(store.findGroup(first)).isPresent();
    assertThat(store.add(List.of(row(task(), LEASE_END, false, "key"))))
        .containsExactly(new Earlier("print", first, null, true));
  }

  @Test
  void aGroupThatIsDroppedLeavesNothing() {
    UUID group = openGroup(25);

    store.dropGroup(group);

    assertThat(store.parts(group, 0, 10)).isEmpty();
    assertThat(store.findGroup(group)).isEmpty();
    assertThat(store.claimDue(NOW.plusSeconds(60), NOW.plusSeconds(70), 10, Set.of())).isEmpty();
  }

  @Test
  void whatIsSealedCannotBeDropped() {
    UUID group = sealedGroup(25);

    store.dropGroup(group);

    assertThat(store.findGroup(group)).isPresent();
    assertThat(store.parts(group, 0, 10)).hasSize(3);
  }

  @Test
  void groupsAreListedNewestFirst() {
    UUID first = sealedGroup(5);
    UUID second = sealedGroup(15);

    assertThat(store.listGroups(null, 10)).extracting(TaskGroup::id).containsExactly(second, first);
    assertThat(store.listGroups(null, 1)).extracting(TaskGroup::id).containsExactly(second);
    assertThat(store.listGroups(second, 10))
        .singleElement()
        .returns(first, TaskGroup::id)
        .returns(java.util.Map.of(TaskState.QUEUED, 1), TaskGroup::parts);
  }

  @Test
  void cancellingAGroupEndsItsParts() {
    UUID group = sealedGroup(35);
    List<StoredTask> parts = store.parts(group, 0, 10);
    store.apply(
        List.of(
            chunk(parts.get(0), TaskStatus.SUCCESS, list(10)),
            chunk(parts.get(1), TaskStatus.STARTED, null)),
        NOW);

    List<Cancelled> cancelled = store.cancelGroup(group, NOW);

    assertThat(cancelled).hasSize(3);
    assertThat(cancelled)
        .filteredOn(Cancelled::requested)
        .singleElement()
        .returns(parts.get(1).id(), part -> part.task().id());
    assertThat(cancelled).filteredOn(Cancelled::ended).hasSize(2);
    assertThat(store.claimDue(NOW, LEASE_END, 10, Set.of())).isEmpty();
    store.apply(List.of(chunk(parts.get(1), TaskStatus.REVOKED, null)), NOW);
    assertThat(store.findGroup(group)).get().returns(true, TaskGroup::isFinished);
  }

  // --- retention -------------------------------------------------------------------------------

  @Test
  void whatFinishedLongAgoIsForgotten() {
    StoredTask old = task();
    store.add(List.of(row(old, LEASE_END, true, "key")));
    StoredTask recent = add(LEASE_END);
    StoredTask unfinished = add(LEASE_END);
    store.apply(List.of(Updates.started(old.id(), 1), Updates.started(old.id(), 2)), NOW);
    store.apply(List.of(Updates.success(old.id(), "1", 2)), NOW);
    store.apply(List.of(Updates.success(recent.id(), "1")), NOW.plusSeconds(10));

    assertThat(other.prune(NOW.plusSeconds(5), NOW, 100)).isEqualTo(1);

    assertThat(store.find(old.id())).isEmpty();
    assertThat(store.attempts(old)).isEmpty();
    assertThat(store.find(recent.id())).isPresent();
    assertThat(store.find(unfinished.id())).isPresent();
    assertThat(store.add(List.of(row(task(), LEASE_END, true, "key"))))
        .as("its key is free again")
        .containsExactly((Earlier) null);
  }

  @Test
  void noMoreIsForgottenAtATimeThanIsSaid() {
    for (int i = 0; i < 5; i++) {
      store.apply(List.of(Updates.success(add(LEASE_END).id(), "1")), NOW);
    }

    assertThat(store.prune(NOW.plusSeconds(5), NOW, 3)).isEqualTo(3);
    assertThat(store.prune(NOW.plusSeconds(5), NOW, 3)).isEqualTo(2);
    assertThat(store.prune(NOW.plusSeconds(5), NOW, 3)).isZero();
  }

  @Test
  void aGroupIsForgottenAsAWhole() {
    UUID group = sealedGroup(25);
    List<StoredTask> parts = store.parts(group, 0, 10);
    store.apply(
        List.of(
            chunk(parts.get(0), TaskStatus.SUCCESS, list(10)),
            chunk(parts.get(1), TaskStatus.SUCCESS, list(10))),
        NOW);
    Instant later = NOW.plusSeconds(100);
    assertThat(store.prune(later, NOW, 100)).as("one part is not finished").isZero();

    store.apply(List.of(chunk(parts.get(2), TaskStatus.SUCCESS, list(5))), NOW.plusSeconds(50));
    assertThat(store.prune(NOW.plusSeconds(40), NOW, 100)).isZero();

    assertThat(store.prune(later, NOW, 2)).isEqualTo(2);
    assertThat(store.findGroup(group)).isEmpty();
    assertThat(store.prune(later, NOW, 2)).isEqualTo(1);
    assertThat(store.parts(group, 0, 10)).isEmpty();
    assertThat(store.prune(later, NOW, 2)).isZero();
  }

  @Test
  void aGroupThatWasNeverSealedIsForgotten() {
    UUID group = openGroup(25);

    assertThat(store.prune(NOW, NOW.minusSeconds(1), 100)).isZero();
    assertThat(store.prune(NOW, NOW.plusSeconds(1), 100)).isEqualTo(3);

    assertThat(store.parts(group, 0, 10)).isEmpty();
  }

  // --- fixture ---------------------------------------------------------------------------------

  /** As if whoever sealed a group had died right after. */
  protected abstract void undoRelease(UUID group);

  /** What {@link #undoRelease} has to execute, for one group. */
  protected static List<String> undoingRelease(UUID group) {
    return List.of(
        "update task_group set stage = 'SEALED' where id = '" + group + "'",
        "update task set publish_at = null where group_id = '" + group + "'");
  }

  private UUID id() {
    return TaskId.next(++millis);
  }

  private UUID id(int i) {
    return TaskId.next(millis + i);
  }

  private StoredTask task() {
    return StoredTask.submitted(id(), "t", "q", TaskOptions.NONE, NOW, null);
  }

  private StoredTask add(Instant publishAt) {
    return add(publishAt, true);
  }

  private StoredTask add(Instant publishAt, boolean accepted) {
    StoredTask task = task();
    store.add(List.of(row(task, publishAt, accepted, null)));
    return task;
  }

  private StoredTask addRetryable() {
    TaskOptions options = new TaskOptions(null, null, null, null, null, 3);
    StoredTask task = StoredTask.submitted(id(), "t", "q", options, NOW, null);
    store.add(List.of(row(task)));
    return task;
  }

  private StoredTask sent(Instant at) {
    StoredTask task = add(LEASE_END);
    store.sent(List.of(new Lease(task.id(), LEASE_END)), at);
    return task;
  }

  private UUID openGroup(int items) {
    UUID group = id();
    store.openGroup(group, "t", "q", 10, NOW);
    List<NewRow> parts = new ArrayList<>();
    for (int first = 0; first < items; first += 10) {
      GroupPart part = new GroupPart(group, first, Math.min(10, items - first), 0, 0, 0, false);
      UUID id = TaskId.nextPart(++millis);
      StoredTask task = StoredTask.submitted(id, "t", "q", TaskOptions.NONE, NOW, part);
      parts.add(new NewRow(task, ARGS, "{}", null, true, null));
    }
    store.add(parts);
    return group;
  }

  private UUID sealedGroup(int items) {
    UUID group = openGroup(items);
    store.sealGroup(group, items, null, NOW);
    return group;
  }

  private static TaskUpdate chunk(StoredTask part, TaskStatus status, @Nullable String result) {
    TaskError error = status == TaskStatus.FAILURE ? new TaskError("E", "m", null) : null;
    return new TaskUpdate(part.id(), 0, status, result, error, "w", 1, null, null);
  }

  private static String list(int items) {
    return "[" + String.join(",", java.util.Collections.nCopies(items, "1")) + "]";
  }

  private List<Integer> firsts(UUID group, int from, int limit) {
    return store.parts(group, from, limit).stream().map(part -> part.part().first()).toList();
  }

  private static NewRow row(StoredTask task) {
    return row(task, LEASE_END);
  }

  private static NewRow row(StoredTask task, @Nullable Instant publishAt) {
    return row(task, publishAt, true, null);
  }

  private static NewRow row(
      StoredTask task, @Nullable Instant publishAt, boolean accepted, @Nullable String key) {
    return new NewRow(
        task,
        ARGS,
        "{\"k\":1}",
        publishAt,
        accepted,
        key == null ? null : new Idempotency(key, "print"));
  }

  private static TaskQuery query(Set<TaskState> states) {
    return new TaskQuery(states, null, null, null, null, 10);
  }

  private List<UUID> listed(TaskQuery query) {
    return store.list(query).stream().map(StoredTask::id).toList();
  }

  private static List<UUID> claimed(Collection<Claim> claims) {
    return claims.stream().map(claim -> claim.task().id()).toList();
  }

  private static List<UUID> ids(StoredTask... tasks) {
    return Arrays.stream(tasks).map(StoredTask::id).toList();
  }

  private interface Work<T> {
    T run(int index) throws Exception;
  }

  /** Runs work on so many threads, all of which begin when they are all there. */
  private static <T> List<T> together(int threads, Work<T> work, CountDownLatch begin)
      throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int index = i;
        futures.add(pool.submit((Callable<T>) () -> work.run(index)));
      }
      begin.countDown();
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get(60, TimeUnit.SECONDS));
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }
}
