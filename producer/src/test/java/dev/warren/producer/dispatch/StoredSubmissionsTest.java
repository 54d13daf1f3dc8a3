package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.producer.dispatch.NotAcceptedException.Reason;
import dev.warren.producer.store.Claim;
import dev.warren.producer.store.Idempotency;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskQuery;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class StoredSubmissionsTest {

  private static final int LIMIT = 20;
  private static final int MAX_BYTES = 1000;
  private static final NewTask TASK = task(TaskOptions.NONE);

  private final TaskStore store = StoreFixture.memory();
  private final Clock clock = Clock.systemUTC();
  private final WireFormat wire = new WireFormat(MAX_BYTES);
  private final List<String> missing = new CopyOnWriteArrayList<>();
  private final BlockingQueue<CompletableFuture<PublishOutcome>> sent = new LinkedBlockingQueue<>();
  private volatile Broker.State broker = Broker.State.UP;
  private final TaskPublisher publisher =
      new TaskPublisher(this::send, wire, () -> "results", store, clock);
  private final Marks marks = new Marks(store, clock);
  private final Occupancy occupancy = new Occupancy(store, 2);
  private final StoredSubmissions submissions =
      new StoredSubmissions(
          () -> broker,
          missing::add,
          publisher,
          marks,
          store,
          occupancy,
          wire.mapper(),
          clock,
          ForkJoinPool.commonPool());

  @AfterEach
  void stop() {
    submissions.close();
    marks.close();
  }

  @Test
  void aTaskIsCommittedBeforeItIsSent() throws Exception {
    CompletableFuture<Submitted> submitted = submissions.submit(TASK, null);

    CompletableFuture<PublishOutcome> publish = nextSent();

    assertThat(submitted).isNotDone();
    assertThat(all()).singleElement().returns(TaskState.QUEUED, StoredTask::state);
    publish.complete(PublishOutcome.ACCEPTED);
    assertThat(get(submitted).task().id()).isEqualTo(all().get(0).id());
  }

  @Test
  void whatTheBrokerHasIsNotPublishedAgain() throws Exception {
    CompletableFuture<Submitted> submitted = submissions.submit(TASK, null);
    nextSent().complete(PublishOutcome.ACCEPTED);
    get(submitted);

    marks.close(); // writes what waits

    assertThat(claimLater()).isEmpty();
  }

  @Test
  void aTaskThatDidNotFitIsGoneWhenItsCallerIsTold() throws Exception {
    CompletableFuture<Submitted> submitted = submissions.submit(TASK, null);
    nextSent().complete(PublishOutcome.FULL);

    assertThat(refusal(submitted)).isEqualTo(Reason.QUEUE_FULL);
    assertThat(all()).isEmpty();
  }

  @Test
  void aTaskWhoseQueueIsMissingIsGoneAndTheQueueIsDeclaredAgain() throws Exception {
    CompletableFuture<Submitted> submitted = submissions.submit(TASK, null);
    nextSent().complete(PublishOutcome.UNROUTABLE);

    assertThat(refusal(submitted)).isEqualTo(Reason.NO_SUCH_QUEUE);
    assertThat(missing).containsExactly("tasks");
    assertThat(all()).isEmpty();
  }

  @Test
  void aTaskThatWasNotWrittenIsGone() throws Exception {
    CompletableFuture<Submitted> submitted = submissions.submit(TASK, null);
    nextSent().completeExceptionally(new BrokerUnavailableException("blocked", true));

    assertThatThrownBy(() -> get(submitted)).hasCauseInstanceOf(BrokerUnavailableException.class);
    assertThat(all()).isEmpty();
  }

  @Test
  void aTaskOfWhichTheBrokerSaysNothingIsAcceptedAndPublishedAgain() throws Exception {
    CompletableFuture<Submitted> submitted = submissions.submit(TASK, null);
    nextSent().complete(PublishOutcome.UNKNOWN);

    StoredTask task = get(submitted).task();

    assertThat(claimLater()).extracting(claim -> claim.task().id()).containsExactly(task.id());
  }

  @Test
  void aCallerWaitsForTheBrokerOnlyForAMoment() throws Exception {
    CompletableFuture<Submitted> submitted = submissions.submit(TASK, null);
    CompletableFuture<PublishOutcome> silent = nextSent();

    StoredTask task = get(submitted).task();

    silent.complete(PublishOutcome.FULL); // too late: it was accepted
    assertThat(store.find(task.id())).isPresent();
    assertThat(claimLater()).hasSize(1);
  }

  @Test
  void aTaskThatAnotherProducerTookOverIsNotRefused() throws Exception {
    CompletableFuture<Submitted> submitted = submissions.submit(TASK, null);
    CompletableFuture<PublishOutcome> publish = nextSent();
    assertThat(claimLater()).hasSize(1);

    publish.complete(PublishOutcome.FULL);

    assertThat(get(submitted).task().state()).isEqualTo(TaskState.QUEUED);
    assertThat(all()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Broker.State.class,
      names = {"DOWN", "BLOCKED"})
  void nothingIsStoredWhileTheBrokerTakesNothing(Broker.State state) {
    broker = state;

    assertThatThrownBy(() -> get(submissions.submit(TASK, null)))
        .hasCauseInstanceOf(BrokerUnavailableException.class);
    assertThat(all()).isEmpty();
  }

  @Test
  void aTaskForLaterIsAcceptedWithoutTheBrokerAndWaits() throws Exception {
    broker = Broker.State.DOWN;
    Instant eta = clock.instant().plusSeconds(60);

    Submitted submitted =
        get(submissions.submit(task(new TaskOptions(null, eta, null, null, null, 0)), null));

    assertThat(submitted.task().state()).isEqualTo(TaskState.SCHEDULED);
    assertThat(sent).isEmpty();
    assertThat(store.claimDue(eta.minusSeconds(1), eta, LIMIT, Set.of())).isEmpty();
    assertThat(store.claimDue(eta.plusSeconds(1), eta.plusSeconds(9), LIMIT, Set.of())).hasSize(1);
  }

  @Test
  void aTaskThatIsTooLargeIsNotStored() {
    NewTask large =
        new NewTask(
            "demo.sleep",
            List.of(JsonNodeFactory.instance.stringNode("x".repeat(MAX_BYTES))),
            Map.of(),
            "tasks",
            TaskOptions.NONE);

    assertThatThrownBy(() -> get(submissions.submit(large, null)))
        .hasCauseInstanceOf(EncodingException.class);
    assertThat(all()).isEmpty();
  }

  @Test
  void aRepeatedRequestIsTheSameTask() throws Exception {
    Idempotency key = new Idempotency("key", "a");
    CompletableFuture<Submitted> first = submissions.submit(TASK, key);
    nextSent().complete(PublishOutcome.ACCEPTED);
    StoredTask task = get(first).task();

    Submitted again = get(submissions.submit(TASK, key));

    assertThat(again.repeated()).isTrue();
    assertThat(again.task().id()).isEqualTo(task.id());
    assertThat(refusal(submissions.submit(TASK, new Idempotency("key", "b"))))
        .isEqualTo(Reason.IDEMPOTENCY_MISMATCH);
  }

  @Test
  void aRepeatedRequestHasNoOutcomeWhileTheFirstHasNone() throws Exception {
    Idempotency key = new Idempotency("key", "a");
    submissions.submit(TASK, key);
    nextSent();

    assertThat(refusal(submissions.submit(TASK, key))).isEqualTo(Reason.IN_PROGRESS);
  }

  @Test
  void aRequestThatWasRefusedMayBeRepeated() throws Exception {
    Idempotency key = new Idempotency("key", "a");
    CompletableFuture<Submitted> first = submissions.submit(TASK, key);
    nextSent().complete(PublishOutcome.FULL);
    assertThat(refusal(first)).isEqualTo(Reason.QUEUE_FULL);

    CompletableFuture<Submitted> second = submissions.submit(TASK, key);
    nextSent().complete(PublishOutcome.ACCEPTED);

    assertThat(get(second).repeated()).isFalse();
  }

  @Test
  void aFullStoreRefuses() throws Exception {
    for (int i = 0; i < 2; i++) {
      CompletableFuture<Submitted> one = submissions.submit(TASK, null);
      nextSent().complete(PublishOutcome.ACCEPTED);
      get(one);
    }

    assertThat(refusal(submissions.submit(TASK, null))).isEqualTo(Reason.STORE_FULL);
  }

  @Test
  void aProducerThatDrainsRefuses() {
    submissions.drain();

    assertThat(refusal(submissions.submit(TASK, null))).isEqualTo(Reason.DRAINING);
  }

  private CompletableFuture<PublishOutcome> send(String queue, WireMessage message) {
    CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();
    sent.add(outcome);
    return outcome;
  }

  private CompletableFuture<PublishOutcome> nextSent() throws InterruptedException {
    CompletableFuture<PublishOutcome> next = sent.poll(LIMIT, TimeUnit.SECONDS);
    assertThat(next).as("a message that was sent").isNotNull();
    return next;
  }

  /** What a relay would publish once this producer's leases have ended. */
  private List<Claim> claimLater() {
    Instant later = clock.instant().plus(Duration.ofMinutes(1));
    return store.claimDue(later, later.plusSeconds(4), LIMIT, Set.of());
  }

  private List<StoredTask> all() {
    return store.list(new TaskQuery(Set.of(), null, null, null, null, LIMIT));
  }

  private static Submitted get(CompletableFuture<Submitted> submitted) throws Exception {
    return submitted.get(LIMIT, TimeUnit.SECONDS);
  }

  private static Reason refusal(CompletableFuture<Submitted> submitted) {
    try {
      throw new AssertionError("it was accepted: " + get(submitted));
    } catch (ExecutionException e) {
      return ((NotAcceptedException) e.getCause()).reason();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static NewTask task(TaskOptions options) {
    List<JsonNode> args = List.of(JsonNodeFactory.instance.numberNode(1));
    return new NewTask("demo.sleep", args, Map.of(), "tasks", options);
  }
}
