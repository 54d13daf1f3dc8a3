package dev.warren.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.Rest;
import dev.warren.it.kit.TaskApi;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.TestPostgres;
import dev.warren.it.kit.WorkerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two producers on one database: whatever one of them takes or records, the other one tells. */
@Timeout(180)
@Tag(Ci.FIRST_PASS_ONLY)
class TwoProducersTest {

  private static final String QUEUE = TestBroker.uniqueName("two");
  private static final String TASKS = "/api/v1/tasks";
  private static final JsonMapper JSON = new JsonMapper();

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static ProducerProcess one;
  @AutoClose private static ProducerProcess other;

  @BeforeAll
  static void start() {
    String broker = TestBroker.shared().uri();
    String database = TestPostgres.shared().newDatabase();
    worker = WorkerProcess.on(broker).queue(QUEUE).concurrency(2).start();
    one = producer(broker, database);
    other = producer(broker, database);
    worker.awaitReady();
  }

  @Test
  void whoWaitsAtOneIsToldWhatTheOtherRecords() {
    List<String> posted = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      posted.add(one.tasks().accepted("text.word_count", "a b c"));
    }

    for (String id : posted) {
      assertThat(other.tasks().awaitDone(id, Deadline.TASK).path("result").asInt()).isEqualTo(3);
    }
  }

  @Test
  void eventsOfATaskComeFromEitherProducer() throws Exception {
    String id = one.tasks().accepted("demo.progress", 4, 2);

    for (ProducerProcess each : List.of(one, other)) {
      List<JsonNode> events = events(each, id);
      JsonNode last = events.get(events.size() - 1);
      assertThat(last.path("state").asString()).isEqualTo("SUCCEEDED");
      assertThat(last.path("result").asInt()).isEqualTo(4);
    }
  }

  @Test
  void progressIsToldByTheProducerThatDidNotTakeTheTask() throws Exception {
    String id = one.tasks().accepted("demo.progress", 6, 6);

    assertThat(events(other, id))
        .anyMatch(event -> event.path("progress").path("total").asInt() == 6)
        .last()
        .matches(event -> event.path("state").asString().equals("SUCCEEDED"));
  }

  @Test
  void aTaskIsCancelledAtEitherProducerAndItsEventsEnd() throws Exception {
    String id =
        TaskApi.id(
            one.rest()
                .post(
                    TASKS,
                    Map.of(
                        "task",
                        "demo.sleep",
                        "args",
                        List.of(0),
                        "options",
                        Map.of("countdown", 600))));

    Rest.Answer cancelled = other.rest().post(TASKS + "/" + id + "/cancel", Map.of());
    assertThat(cancelled.status()).isEqualTo(202);

    assertThat(events(one, id)).last().matches(e -> e.path("state").asString().equals("REVOKED"));
    assertThat(one.rest().post(TASKS + "/" + id + "/cancel", Map.of()).status()).isEqualTo(200);
    Rest.Answer again = one.rest().post(TASKS + "/" + id + "/retry", Map.of());
    assertThat(again.status()).isEqualTo(202);
    other.tasks().awaitDone(TaskApi.id(again), Deadline.TASK);
  }

  @Test
  void eitherListsTheTasksOfBothNewestFirst() {
    String name = "no.such." + UUID.randomUUID();
    List<String> newestFirst = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ProducerProcess each = i % 2 == 0 ? one : other;
      Map<String, Object> later = Map.of("task", name, "options", Map.of("countdown", 600));
      newestFirst.add(0, TaskApi.id(each.rest().post(TASKS, later)));
    }

    List<String> listed = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page =
          one.rest().get(TASKS + "?limit=2&state=SCHEDULED&task=" + name + cursor).json();
      page.path("tasks").forEach(task -> listed.add(task.path("id").asString()));
      cursor = page.path("next").isString() ? "&cursor=" + page.path("next").asString() : "";
    } while (!cursor.isEmpty());

    assertThat(listed).isEqualTo(newestFirst);
  }

  private static ProducerProcess producer(String broker, String database) {
    return ProducerProcess.on(broker)
        .queue(QUEUE)
        .database(database, TestPostgres.USER, TestPostgres.PASSWORD)
        .startReady();
  }

  /** All events of a task, up to their end. */
  private static List<JsonNode> events(ProducerProcess producer, String id)
      throws IOException, InterruptedException {
    URI uri = URI.create(producer.address() + TASKS + "/" + id + "/events");
    HttpResponse<Stream<String>> stream =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofLines());
    assertThat(stream.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    return stream
        .body()
        .filter(line -> line.startsWith("data:"))
        .map(line -> JSON.readTree(line.substring("data:".length())))
        .toList();
  }
}
