package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.QueueSettings;
import dev.warren.QueueType;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.TopologyMismatchException;
import dev.warren.WarrenSettings;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** A queue with priorities: among the tasks that wait, those of a higher one go first. */
class PriorityTest {

  private static final int HIGHEST = 10;

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("priority");

  @AutoClose private final PlainAmqp amqp = PlainAmqp.to(uri);

  @TempDir private Path folder;

  @Test
  void tasksOfAHigherPriorityRunFirstNewOnesAndThoseThatWerePutOff() {
    Journal journal = Journal.in(folder);
    declare(QueueSettings.AS_IT_IS.withMaxPriority(HIGHEST));
    put(queue, journal, "low", 1);
    put(queue, journal, "middle", 5);
    put(queue, journal, "high", 9);
    put(queue, journal, "none", null);
    call(journal, "highest", HIGHEST);
    Journal due = Journal.at(folder.resolve("due-journal").toString());
    put(queue + ".due", due, "low", 1);
    put(queue + ".due", due, "high", 9);

    try (WorkerProcess worker = worker().startReady()) {
      Deadline.await("the new ones have run", Deadline.TASK, () -> journal.ended().size() == 5);
      Deadline.await("the due ones have run", Deadline.TASK, () -> due.ended().size() == 2);
      assertThat(worker.isAlive()).isTrue();
    }

    assertThat(journal.begun()).containsExactly("highest", "high", "middle", "low", "none");
    assertThat(due.begun()).containsExactly("high", "low");
  }

  /**
   * RabbitMQ 4 takes two high ones (5 and more) for each that is not; older ones know no levels.
   */
  @Test
  @Tag(Ci.FIRST_PASS_ONLY)
  void aQuorumQueueHasTwoLevelsOfItself() {
    Assumptions.assumeTrue(
        serverVersion() >= 4, "a quorum queue has priorities from RabbitMQ 4 on");
    Journal journal = Journal.in(folder);
    declare(new QueueSettings(null, QueueType.QUORUM, null));
    for (int i = 0; i < 6; i++) {
      put(queue, journal, "low", 1);
    }
    for (int i = 0; i < 6; i++) {
      put(queue, journal, "high", 9);
    }

    try (WorkerProcess worker =
        WorkerProcess.on(uri)
            .queue(queue)
            .set("warren.queues." + queue + ".type", "quorum")
            .concurrency(1)
            .running(JournalWorker.class)
            .startReady()) {
      Deadline.await("all have run", Deadline.TASK, () -> journal.ended().size() == 12);
      assertThat(worker.isAlive()).isTrue();
    }

    assertThat(journal.begun().subList(0, 6)).filteredOn("high"::equals).hasSizeBetween(3, 5);
  }

  private static int serverVersion() {
    String version = TestBroker.shared().ctl("version").strip();
    return Integer.parseInt(version.substring(0, version.indexOf('.')));
  }

  @Test
  void aQueueThatWasMadeWithoutPrioritiesStopsTheStartAndIsNamed() {
    declare(QueueSettings.bounded(5));
    try (WorkerProcess worker = worker().set("warren.queues." + queue + ".max-length", 5).start()) {
      assertThat(worker.awaitExit()).isNotZero();
      assertThat(worker.log())
          .contains("Warren does not start: ")
          .contains("queue '" + queue + "' exists with x-max-priority = nothing")
          .contains("asks for " + HIGHEST);
    }
  }

  @Test
  void aQueueOfAnotherHighestPriorityIsNamedWithBoth() {
    declare(QueueSettings.AS_IT_IS.withMaxPriority(3));

    assertThatThrownBy(() -> declare(QueueSettings.AS_IT_IS.withMaxPriority(HIGHEST)))
        .isInstanceOf(TopologyMismatchException.class)
        .hasMessageContaining("x-max-priority = 3")
        .hasMessageContaining("asks for " + HIGHEST);
  }

  @Test
  void aWrongHighestPriorityStopsTheStartAndNamesTheProperty() {
    String property = "warren.queues." + queue + ".max-priority";
    try (WorkerProcess worker = worker().set(property, 256).start()) {
      assertThat(worker.awaitExit()).isNotZero();
      assertThat(worker.log())
          .contains("warren.queues." + queue)
          .contains("max-priority must be 1 to 255");
    }
  }

  @Test
  void aQueueOfItemsHasNoPriorities() {
    QueueSettings settings = QueueSettings.AS_IT_IS.withMaxPriority(HIGHEST);
    try (Warren warren = Warren.connect(uri)) {
      assertThatThrownBy(() -> warren.queue(queue, settings, new TypeReference<String>() {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(queue)
          .hasMessageContaining("no priorities");
    }
  }

  private void declare(QueueSettings settings) {
    try (Warren warren =
        Warren.connect(uri, WarrenSettings.defaults().withQueue(queue, settings))) {
      assertThat(warren.pool(queue).queue().isEmpty()).isTrue();
    }
  }

  private void call(Journal journal, String key, int priority) {
    try (Warren warren = Warren.connect(uri)) {
      warren
          .pool(queue)
          .applyAsync(
              TaskRef.of(Journal.TASK, Object.class)
                  .with(journal.file(), key, 20)
                  .priority(priority));
    }
  }

  private WorkerProcess.Spec worker() {
    return WorkerProcess.on(uri)
        .queue(queue)
        .set("warren.queues." + queue + ".max-priority", HIGHEST)
        .concurrency(1)
        .running(JournalWorker.class);
  }

  private void put(String target, Journal journal, String key, @Nullable Integer priority) {
    String arguments = new JsonMapper().writeValueAsString(List.of(journal.file(), key, 20));
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .priority(priority)
            .headers(Map.of("task", Journal.TASK, "id", key))
            .build();
    amqp.put(
        target, properties, ("[" + arguments + ", {}, null]").getBytes(StandardCharsets.UTF_8));
  }
}
