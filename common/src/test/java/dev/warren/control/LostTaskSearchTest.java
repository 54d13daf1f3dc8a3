package dev.warren.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.control.LostTasks.Silent;
import dev.warren.rabbit.QueueLook;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LostTaskSearchTest {

  private static final QueueLook EMPTY = new QueueLook(0, 0, 2);
  private static final QueueLook BUSY = new QueueLook(5, 0, 2);
  private static final Duration ROUND = Duration.ofSeconds(8);

  private final LostTaskSearch search = new LostTaskSearch();

  /** Any moment: the clock's zero means nothing, and it may be about to overflow. */
  private long now = Long.MAX_VALUE - Duration.ofSeconds(20).toNanos();

  private final Silent task = new Silent("t", "q", now - Duration.ofSeconds(10).toNanos());

  @Test
  void aTaskThatNobodyHoldsInTwoRoundsInARowIsLost() {
    assertThat(round(EMPTY, EMPTY, nobody(2))).isEmpty();

    assertThat(round(EMPTY, EMPTY, nobody(2))).containsExactly("t");
  }

  @Test
  void aTaskThatAWorkerHoldsIsNotLostAndNotAskedForAgainAtOnce() {
    round(EMPTY, EMPTY, nobody(2));
    assertThat(round(EMPTY, EMPTY, held("w", 2))).isEmpty();

    assertThat(search.begin(now, EMPTY, List.of(task))).isEmpty();
    tick(LostTaskSearch.HELD);
    assertThat(search.begin(now, EMPTY, List.of(task))).containsExactly("t");
    assertThat(conclude(EMPTY, nobodyBut("w", 2))).isEmpty();
    tick(ROUND);
    assertThat(round(EMPTY, EMPTY, nobodyBut("w", 2))).containsExactly("t");
  }

  @Test
  void aWorkerThatIsCountedAndDoesNotAnswerLeavesItOpen() {
    for (int i = 0; i < 10; i++) {
      assertThat(round(EMPTY, EMPTY, nobody(1))).isEmpty();
    }
  }

  @Test
  void aConsumerThatCameWhileTheWorkersWereAskedCounts() {
    for (int i = 0; i < 3; i++) {
      assertThat(round(EMPTY, new QueueLook(0, 0, 3), nobody(2))).isEmpty();
    }
  }

  @Test
  void aRoundWithoutAConclusionVoidsTheOneBefore() {
    round(EMPTY, EMPTY, nobody(2));
    round(EMPTY, EMPTY, nobody(1));

    assertThat(round(EMPTY, EMPTY, nobody(2))).isEmpty();
    assertThat(round(EMPTY, EMPTY, nobody(2))).containsExactly("t");
  }

  @Test
  void aQuestionThatTheBrokerDidNotTakeTellsNothing() {
    QueueLook alone = new QueueLook(0, 0, 0);
    for (int i = 0; i < 3; i++) {
      assertThat(round(alone, alone, new RollCall.Answers(ids(), false, 0, Map.of(), Set.of())))
          .isEmpty();
    }
  }

  @Test
  void withoutConsumersAnEmptyQueueHasLostIt() {
    QueueLook alone = new QueueLook(0, 0, 0);
    round(alone, alone, nobody(0));

    assertThat(round(alone, alone, nobody(0))).containsExactly("t");
  }

  @Test
  void whatWaitsForAWorkerIsNotAskedFor() {
    QueueLook unserved = new QueueLook(1, 0, 0);

    assertThat(search.begin(now, unserved, List.of(task))).isEmpty();
    assertThat(search.probe(now)).isNull();
  }

  @Test
  void nothingIsConcludedWhileTasksArePutOff() {
    assertThat(search.begin(now, new QueueLook(0, 1, 2), List.of(task))).isEmpty();
    assertThat(search.probe(now)).isNull();

    round(EMPTY, EMPTY, nobody(2));
    assertThat(round(EMPTY, new QueueLook(0, 1, 2), nobody(2))).isEmpty();
    assertThat(round(EMPTY, EMPTY, nobody(2))).isEmpty();
  }

  @Test
  void nothingIsConcludedWithoutAQueue() {
    round(EMPTY, EMPTY, nobody(2));
    assertThat(search.begin(now, null, List.of(task))).isEmpty();
    assertThat(round(EMPTY, null, nobody(2))).isEmpty();
    assertThat(round(EMPTY, EMPTY, nobody(2))).isEmpty();
  }

  @Test
  void inABusyQueueATaskIsAskedForOnceAProbeBehindItIsAnswered() {
    assertThat(search.begin(now, BUSY, List.of(task))).isEmpty();
    String probe = probe();

    assertThat(search.begin(now, BUSY, List.of(task))).isEmpty();
    assertThat(search.probeAnswered(probe)).isTrue();
    assertThat(search.begin(now, BUSY, List.of(task))).containsExactly("t");
  }

  @Test
  void aTaskThatWasAcceptedAfterTheProbeIsNotKnownToBeGone() {
    search.begin(now, BUSY, List.of(task));
    String probe = probe();
    tick(ROUND);
    Silent later = new Silent("later", "q", now);
    search.probeAnswered(probe);

    assertThat(search.begin(now, BUSY, List.of(task, later))).containsExactly("t");
  }

  @Test
  void betweenTwoRoundsOfABusyQueueThereIsAnotherProbe() {
    search.begin(now, BUSY, List.of(task));
    search.probeAnswered(probe());
    tick(ROUND);
    assertThat(round(BUSY, BUSY, nobody(2))).isEmpty();

    // Its worker may have died between the probe and the question: then it waits at the head.
    assertThat(search.begin(now, BUSY, List.of(task))).isEmpty();
    search.probeAnswered(probe());
    tick(ROUND);
    assertThat(round(BUSY, BUSY, nobody(2))).containsExactly("t");
  }

  @Test
  void oneProbeIsUnderWayUntilItMustHaveBeenPurgedItself() {
    search.begin(now, BUSY, List.of(task));
    String first = probe();
    assertThat(search.probe(now)).isNull();

    tick(LostTaskSearch.FIRST_PATIENCE);
    String second = probe();
    tick(LostTaskSearch.FIRST_PATIENCE);
    assertThat(search.probe(now)).isNull();

    assertThat(search.probeAnswered(second)).isTrue();
    assertThat(search.probeAnswered(first)).isFalse();
  }

  @Test
  void aProbeThatCouldNotBePublishedIsTriedAgain() {
    search.begin(now, BUSY, List.of(task));
    search.probeFailed(probe());

    assertThat(search.probe(now)).isNotNull();
  }

  @Test
  void aDrainingWorkerThatHeldItAndFallsSilentHoldsItForAWhile() {
    QueueLook drained = new QueueLook(0, 0, 0);
    round(drained, drained, held("draining", 0));
    long heldAt = now;
    long limit = LostTaskSearch.MISSING_HOLDER.plus(ROUND.multipliedBy(2)).toNanos();
    while (round(drained, drained, nobody(0)).isEmpty()) {
      assertThat(now - heldAt).isLessThan(limit);
    }

    assertThat(now - heldAt).isGreaterThan(LostTaskSearch.MISSING_HOLDER.toNanos());
  }

  @Test
  void aTaskThatWasHeardOfBeginsAnew() {
    round(EMPTY, EMPTY, nobody(2));
    search.begin(now, EMPTY, List.of()); // it told something: it is not silent
    tick(ROUND);

    assertThat(round(EMPTY, EMPTY, nobody(2))).isEmpty();
  }

  /** One round; questions are only concluded if the task was asked for. */
  private List<String> round(
      QueueLook before, @Nullable QueueLook after, RollCall.Answers answers) {
    List<String> asked = search.begin(now, before, List.of(task));
    tick(Duration.ofSeconds(3));
    List<String> lost = asked.isEmpty() ? List.of() : conclude(after, answers);
    tick(Duration.ofSeconds(5));
    return lost;
  }

  private List<String> conclude(@Nullable QueueLook after, RollCall.Answers answers) {
    return search.conclude(now, after, answers);
  }

  private String probe() {
    tick(Duration.ofMillis(1));
    String id = search.probe(now);
    assertThat(id).isNotNull();
    return id;
  }

  private void tick(Duration time) {
    now += time.toNanos();
  }

  private static List<String> ids() {
    return List.of("t");
  }

  private static RollCall.Answers nobody(int consumers) {
    return nobodyBut("w", consumers);
  }

  /** No worker holds it; the named one is among those that answered, if anybody did. */
  private static RollCall.Answers nobodyBut(String worker, int consumers) {
    return new RollCall.Answers(
        ids(), true, consumers, Map.of(), consumers == 0 ? Set.of() : Set.of(worker));
  }

  private static RollCall.Answers held(String worker, int consumers) {
    return new RollCall.Answers(ids(), true, consumers, Map.of("t", worker), Set.of(worker));
  }
}
