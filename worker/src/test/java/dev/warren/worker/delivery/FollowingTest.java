package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.wire.Canvas;
import dev.warren.wire.Step;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import dev.warren.worker.delivery.Following.Sending;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What follows a task goes where Celery sends it, with Celery's arguments. */
class FollowingTest {

  private static final Instant NOW = Instant.parse("2026-11-23T04:00:00Z");

  private final WireFormat wire = new WireFormat(64 * 1024);

  @Test
  void aCallbackGetsTheValueBeforeItsOwnArguments() {
    List<Sending> sendings =
        following("{\"callbacks\": [{\"task\": \"t.next\", \"args\": [10]}]}").afterSuccess(5);

    assertThat(sendings).hasSize(1);
    assertThat(sendings.get(0).queue()).isEqualTo("tasks");
    assertThat(sendings.get(0).task().task()).isEqualTo("t.next");
    assertThat(sendings.get(0).task().args()).hasToString("[5, 10]");
    assertThat(sendings.get(0).task().canvas().parentId()).isEqualTo("ended");
    assertThat(sendings.get(0).task().canvas().rootId()).isEqualTo("root");
  }

  @Test
  void anImmutableSignatureGetsItsOwnArgumentsOnly() {
    List<Sending> sendings =
        following("{\"callbacks\": [{\"task\": \"t\", \"args\": [10], \"immutable\": true}]}")
            .afterSuccess(5);

    assertThat(sendings.get(0).task().args()).hasToString("[10]");
  }

  @Test
  void theNextOfAChainIsTheLastOfItsListAndTakesTheRestAlong() {
    List<Sending> sendings =
        following(
                "{\"chain\": [{\"task\": \"third\", \"options\": {\"task_id\": \"3\"}},"
                    + " {\"task\": \"second\", \"options\": {\"task_id\": \"2\", \"reply_to\": \"r\","
                    + " \"queue\": \"other\", \"countdown\": 2, \"expires\": 60,"
                    + " \"time_limit\": 9, \"priority\": 3}}]}")
            .afterSuccess(null);

    assertThat(sendings).hasSize(1);
    TaskMessage second = sendings.get(0).task();
    assertThat(sendings.get(0).queue()).isEqualTo("other");
    assertThat(second.task()).isEqualTo("second");
    assertThat(second.id()).isEqualTo("2");
    assertThat(second.args()).hasToString("[null]");
    assertThat(second.replyTo()).isEqualTo("r");
    assertThat(second.eta()).isEqualTo(NOW.plusSeconds(2));
    assertThat(second.expires()).isEqualTo(NOW.plusSeconds(60));
    assertThat(second.timeLimit()).hasSeconds(9);
    assertThat(second.priority()).isEqualTo(3);
    assertThat(second.canvas().chain()).singleElement().matches(s -> s.task().equals("third"));
  }

  @Test
  void allTasksOfAGroupFollow() {
    List<Sending> sendings =
        following("{\"chain\": [" + several("celery.group") + "]}").afterSuccess(5);

    assertThat(sendings).extracting(s -> s.task().task()).containsExactly("a", "b", "c");
    assertThat(sendings).allMatch(s -> s.task().args().toString().equals("[5]"));
  }

  @Test
  void aChainInAChainComesBeforeWhatIsLeftOfIt() {
    TaskMessage first =
        following("{\"chain\": [{\"task\": \"d\"}, " + several("celery.chain") + "]}")
            .afterSuccess(5)
            .get(0)
            .task();

    assertThat(first.task()).isEqualTo("a");
    assertThat(first.canvas().chain()).extracting(s -> s.task()).containsExactly("d", "c", "b");
  }

  @Test
  void anErrbackGetsTheIdOfWhatFailed() {
    List<Sending> sendings =
        following("{\"errbacks\": [{\"task\": \"t.err\", \"args\": [1]}]}").afterFailure();

    assertThat(sendings.get(0).task().args()).hasToString("[ended, 1]");
  }

  /** The task before may run twice; its callers and workers then see one task, and not two. */
  @Test
  void whatHasNoIdGetsTheSameOneEachTime() {
    String embed = "{\"callbacks\": [{\"task\": \"t\"}, {\"task\": \"t\"}]}";

    List<Sending> once = following(embed).afterSuccess(1);
    List<Sending> again = following(embed).afterSuccess(1);

    assertThat(once.get(0).task().id()).isEqualTo(again.get(0).task().id());
    assertThat(once.get(0).task().id()).isNotEqualTo(once.get(1).task().id());
  }

  @Test
  void theStepsThatNeverRunAreThoseOfTheChainAndOfItsGroups() {
    assertThat(
            following(
                    "{\"chain\": ["
                        + several("celery.group")
                        + ", {\"task\": \"t\", \"options\": {\"task_id\": \"x\"}}]}")
                .neverRun())
        .extracting(Step::id)
        .containsExactly("id-a", "id-b", "id-c", "x");
  }

  private static String several(String task) {
    String one = "{\"task\": \"%s\", \"options\": {\"task_id\": \"id-%s\"}}";
    return "{\"task\": \"%s\", \"kwargs\": {\"tasks\": [%s, %s, %s]}}"
        .formatted(task, one.formatted("a", "a"), one.formatted("b", "b"), one.formatted("c", "c"));
  }

  private Following following(String embed) {
    WireMessage message =
        new WireMessage(
            "application/json",
            "utf-8",
            "ended",
            "replies",
            Map.of("task", "t", "id", "ended", "root_id", "root"),
            ("[[], {}, " + embed + "]").getBytes(StandardCharsets.UTF_8));
    TaskMessage task = wire.readTask(message).value();
    assertThat(task).isNotNull();
    assertThat(task.canvas()).isNotEqualTo(Canvas.NONE);
    return new Following(task, "tasks", NOW);
  }
}
