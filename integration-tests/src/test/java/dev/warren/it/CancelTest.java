package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException.TaskRevokedException;
import dev.warren.WorkerPool;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task that is cancelled does not begin, or is interrupted; its worker goes on with the next. */
@Tag(Ci.FIRST_PASS_ONLY)
class CancelTest {

  private static final TaskRef<String> WORK = TaskRef.of(Journal.TASK, String.class);
  private static final int LONG = 600_000;

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("cancel");

  @TempDir private Path folder;
  private Journal journal;
  private WorkerProcess worker;
  private Warren warren;
  private WorkerPool pool;

  @BeforeEach
  void start() {
    journal = Journal.in(folder);
    worker = worker();
    warren = Warren.connect(uri);
    pool = warren.pool(queue);
  }

  @AfterEach
  void stop() {
    warren.close();
    worker.close();
  }

  private WorkerProcess worker() {
    return WorkerProcess.on(uri)
        .queue(queue)
        .concurrency(1)
        .running(JournalWorker.class)
        .startReady();
  }

  @Test
  void aTaskThatWaitsNeverRuns() throws Exception {
    AsyncResult<String> first = begin("first", 1_000);
    AsyncResult<String> unwanted = submit("unwanted", 0);
    unwanted.acceptance().join();

    assertThat(unwanted.cancel()).isTrue();

    AsyncResult<String> last = submit("last", 0);
    assertThat(first.get(Deadline.TASK)).isEqualTo("first");
    assertThat(last.get(Deadline.TASK)).isEqualTo("last");
    assertThat(journal.begun()).containsExactly("first", "last");
  }

  /** The revocation is kept for workers that are started later. */
  @Test
  void aTaskThatIsCancelledWhileThereIsNoWorkerNeverRuns() throws Exception {
    worker.kill9();
    AsyncResult<String> unwanted = submit("unwanted", 0);
    unwanted.acceptance().join();

    assertThat(unwanted.cancel()).isTrue();

    AsyncResult<String> last = submit("last", 0);
    worker = worker();
    assertThat(last.get(Deadline.TASK)).isEqualTo("last");
    assertThat(journal.begun()).containsExactly("last");
  }

  @Test
  void aTaskThatRunsIsInterruptedAndItsWorkerTakesTheNext() throws Exception {
    AsyncResult<String> unwanted = begin("unwanted", LONG);

    unwanted.cancel();

    assertThat(submit("next", 0).get(Deadline.TASK)).isEqualTo("next");
    assertThat(journal.ended()).containsExactly("next");
  }

  @Test
  void theHandleSaysAtOnceThatItWasCancelled() throws Exception {
    AsyncResult<String> unwanted = begin("unwanted", LONG);

    unwanted.cancel();

    assertThat(unwanted.isReady()).isTrue();
    assertThat(unwanted.isSuccessful()).isFalse();
    assertThatThrownBy(unwanted::get)
        .isInstanceOf(TaskRevokedException.class)
        .hasMessageContaining(unwanted.id())
        .hasMessageContaining("cancelled by its caller");
  }

  @Test
  void toCancelTwiceOrTooLateChangesNothing() throws Exception {
    AsyncResult<String> unwanted = begin("unwanted", LONG);
    assertThat(unwanted.cancel()).isTrue();
    assertThat(unwanted.cancel()).isFalse();

    AsyncResult<String> done = submit("done", 0);
    assertThat(done.get(Deadline.TASK)).isEqualTo("done");
    assertThat(done.cancel()).isFalse();
    assertThat(done.get()).isEqualTo("done");
  }

  @Test
  void anotherWorkerGoesOn() throws Exception {
    AsyncResult<String> unwanted = begin("unwanted", LONG);
    try (WorkerProcess second = worker()) {
      AsyncResult<String> wanted = begin("wanted", 2_000);
      assertThat(journal.begunBy(second.pid())).containsExactly("wanted");

      unwanted.cancel();

      assertThat(wanted.get(Deadline.TASK)).isEqualTo("wanted");
    }
  }

  @Test
  void aMapThatIsCancelledBeginsNoMoreItems() throws Exception {
    List<List<Object>> items = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      items.add(List.of(journal.file(), "item" + i, i == 1 ? LONG : 0));
    }
    AsyncResult<?> map = pool.starmapAsync(WORK, items, 5, Callbacks.none());
    Deadline.await("the second item runs", Deadline.TASK, () -> journal.begun().contains("item1"));

    assertThat(map.cancel()).isTrue();

    assertThat(submit("next", 0).get(Deadline.TASK)).isEqualTo("next");
    assertThat(journal.begun()).containsExactly("item0", "item1", "next");
  }

  @Test
  void whatClosesRightAfterwardsIsHeardAllTheSame() throws Exception {
    AsyncResult<String> unwanted;
    try (Warren other = Warren.connect(uri)) {
      unwanted = other.pool(queue).applyAsync(WORK, journal.file(), "unwanted", LONG);
      awaitBegun("unwanted");
      unwanted.cancel();
    }

    assertThat(submit("next", 0).get(Deadline.TASK)).isEqualTo("next");
  }

  @Test
  void aCommandThatCannotBeReadStopsNoWorker() throws Exception {
    try (PlainAmqp amqp = PlainAmqp.to(uri)) {
      for (String body :
          List.of("", "7", "{}", "{\"method\":\"revoke\",\"arguments\":{\"task_id\":{}}}", "[[[")) {
        amqp.publish(
            "celery.pidbox",
            new BasicProperties.Builder().contentType("application/json").build(),
            body.getBytes(StandardCharsets.UTF_8));
      }
      amqp.publish("celery.pidbox", new BasicProperties(), new byte[] {1, 2, 3});
    }
    AsyncResult<String> unwanted = begin("unwanted", LONG);

    unwanted.cancel();

    assertThat(submit("next", 0).get(Deadline.TASK)).isEqualTo("next");
  }

  @Test
  void aPlainCeleryRevokeIsObeyedAndAnswered() throws Exception {
    AsyncResult<String> unwanted = begin("unwanted", LONG);
    try (PlainAmqp amqp = PlainAmqp.to(uri)) {
      String replies = amqp.replyQueue();
      String command =
          """
          {"method": "revoke",
           "arguments": {"task_id": "%s", "terminate": true, "signal": "SIGTERM"},
           "destination": ["%s"], "pattern": null, "matcher": null, "ticket": "t-1",
           "reply_to": {"exchange": "", "routing_key": "%s"}}"""
              .formatted(unwanted.id(), worker.name(), replies);

      amqp.publish(
          "celery.pidbox",
          new BasicProperties.Builder()
              .contentType("application/json")
              .contentEncoding("utf-8")
              .build(),
          command.getBytes(StandardCharsets.UTF_8));

      assertThatThrownBy(() -> unwanted.get(Deadline.TASK))
          .isInstanceOf(TaskRevokedException.class)
          .hasMessageContaining("terminated");
      assertThat(
              new String(amqp.awaitOne(replies, Deadline.TASK).getBody(), StandardCharsets.UTF_8))
          .contains(worker.name())
          .contains("terminate: ");
    }
  }

  private AsyncResult<String> submit(String key, int millis) {
    return pool.applyAsync(WORK, journal.file(), key, millis);
  }

  @Test
  void ofManyThatAreCancelledOneByOneNoneRuns() throws Exception {
    AsyncResult<String> first = begin("first", LONG);
    List<AsyncResult<String>> unwanted = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      unwanted.add(submit("unwanted " + i, 0));
    }
    unwanted.get(unwanted.size() - 1).acceptance().join();

    unwanted.forEach(AsyncResult::cancel);
    first.cancel();

    assertThat(submit("last", 0).get(Deadline.HEALED)).isEqualTo("last");
    assertThat(journal.begun()).containsExactly("first", "last");
  }

  private AsyncResult<String> begin(String key, int millis) {
    AsyncResult<String> handle = submit(key, millis);
    awaitBegun(key);
    return handle;
  }

  private void awaitBegun(String key) {
    Deadline.await(key + " runs", Deadline.TASK, () -> journal.begun().contains(key));
  }
}
