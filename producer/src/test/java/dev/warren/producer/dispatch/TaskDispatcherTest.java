package dev.warren.producer.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.producer.ProducerProperties;
import dev.warren.producer.TickingClock;
import dev.warren.producer.store.StoreFixture;
import dev.warren.producer.store.StoreFullException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskState;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.Updates;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.wire.TaskMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskDispatcherTest {

  private static final NewTask TASK =
      new NewTask(
          "demo.sleep", List.of(), Map.of(), "tasks", Instant.parse("2027-01-01T00:00:00Z"));

  private final TickingClock clock = new TickingClock();
  private final TaskStore store =
      StoreFixture.memory(new ProducerProperties(null, 1, null, null, null, null, null), clock);
  private final List<TaskMessage> sent = new ArrayList<>();
  private final CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();
  private final List<String> missing = new ArrayList<>();
  private Broker.State broker = Broker.State.UP;
  private final TaskDispatcher dispatcher =
      new TaskDispatcher(() -> broker, this::send, () -> "replies", missing::add, store, clock);

  @Test
  void aTaskIsStoredBeforeItIsSent() {
    CompletableFuture<Dispatched> dispatched = dispatcher.dispatch(TASK);

    assertThat(dispatched).isNotDone();
    assertThat(store.find(id())).get().returns(TaskState.QUEUED, StoredTask::state);
    assertThat(sent.get(0).replyTo()).isEqualTo("replies");
    assertThat(sent.get(0).expires()).isEqualTo(TASK.expires());
    assertThat(sent.get(0).trackStarted()).isTrue();
  }

  @Test
  void aReplyThatIsFasterThanTheConfirmIsNotLost() {
    CompletableFuture<Dispatched> dispatched = dispatcher.dispatch(TASK);
    store.apply(Updates.success(id(), "1"));
    outcome.complete(PublishOutcome.ACCEPTED);

    assertThat(dispatched.join().task().state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @ParameterizedTest
  @EnumSource(
      value = PublishOutcome.class,
      names = {"FULL", "UNROUTABLE"})
  void aRejectedTaskLeavesNoRow(PublishOutcome rejected) {
    outcome.complete(rejected);

    assertThat(dispatcher.dispatch(TASK).join().outcome()).isEqualTo(rejected);
    assertThat(store.find(id())).isEmpty();
  }

  @Test
  void aQueueThatIsGoneIsDeclaredAgain() {
    outcome.complete(PublishOutcome.UNROUTABLE);

    dispatcher.dispatch(TASK).join();

    assertThat(missing).containsExactly("tasks");
  }

  @Test
  void aTaskWhoseOutcomeIsNotKnownStays() {
    outcome.complete(PublishOutcome.UNKNOWN);

    assertThat(dispatcher.dispatch(TASK).join().outcome()).isEqualTo(PublishOutcome.UNKNOWN);
    assertThat(store.find(id())).isPresent();
  }

  @Test
  void aTaskThatCouldNotBeSentLeavesNoRow() {
    outcome.completeExceptionally(new BrokerUnavailableException("planned", true));
    assertThatThrownBy(() -> dispatcher.dispatch(TASK).join())
        .hasCauseInstanceOf(BrokerUnavailableException.class);
    assertThat(store.find(id())).isEmpty();
  }

  @Test
  void aTaskThatCannotBeEncodedLeavesNoRow() {
    outcome.completeExceptionally(new EncodingException("planned", null));
    assertThatThrownBy(() -> dispatcher.dispatch(TASK).join())
        .hasCauseInstanceOf(EncodingException.class);
    assertThat(store.find(id())).isEmpty();
  }

  @Test
  void afterAnUnforeseenFailureTheTaskStaysBecauseItMayRun() {
    outcome.completeExceptionally(new IllegalStateException("planned"));
    assertThatThrownBy(() -> dispatcher.dispatch(TASK).join())
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThat(store.find(id())).isPresent();
  }

  @ParameterizedTest
  @EnumSource(
      value = Broker.State.class,
      names = {"DOWN", "BLOCKED"})
  void whileTheBrokerTakesNothingNothingIsSent(Broker.State state) {
    broker = state;

    assertThatThrownBy(() -> dispatcher.dispatch(TASK).join())
        .cause()
        .isInstanceOfSatisfying(
            BrokerUnavailableException.class,
            e -> assertThat(e.isBlocked()).isEqualTo(state == Broker.State.BLOCKED));
    assertThat(sent).isEmpty();
  }

  @Test
  void aFullStoreTakesNoTask() {
    dispatcher.dispatch(TASK);

    assertThatThrownBy(() -> dispatcher.dispatch(TASK).join())
        .hasCauseInstanceOf(StoreFullException.class);
    assertThat(sent).hasSize(1);
  }

  private CompletableFuture<PublishOutcome> send(String queue, TaskMessage message) {
    sent.add(message);
    return outcome;
  }

  private UUID id() {
    return UUID.fromString(sent.get(0).id());
  }
}
