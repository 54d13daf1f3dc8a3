package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.PlainAmqp;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a worker tells of a task while it runs, and of a chunk that fails, as it is on the wire. */
class RunningTaskRepliesTest {

  private static final String QUEUE = TestBroker.uniqueName("telling");
  private static final JsonMapper JSON = new JsonMapper();

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static PlainAmqp amqp;

  private final String replies = amqp.replyQueue();

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(QUEUE).running(JournalWorker.class).startReady();
    amqp = PlainAmqp.to(uri);
  }

  @Test
  void aChunkTellsHowManyItemsAreDoneNotTooOftenAndNothingAfterItsEnd() {
    List<Object> items = new ArrayList<>(Collections.nCopies(100, List.of(file(), "k", 10)));

    put(starmap(Journal.TASK, items), Map.of());

    List<JsonNode> told = repliesToTheEnd();
    JsonNode end = told.remove(told.size() - 1);
    assertThat(end.path("status").asString()).isEqualTo("SUCCESS");
    assertThat(told).hasSizeBetween(1, 50).allSatisfy(RunningTaskRepliesTest::isProgress);
    assertThat(told.stream().map(t -> t.path("result").path("current").asInt()).toList())
        .isSorted()
        .doesNotHaveDuplicates();
    put(starmap(Journal.REPEAT, List.of(List.of("next", 1))), Map.of());
    assertThat(repliesToTheEnd()).as("nothing after the end").hasSize(1);
  }

  @Test
  void m9_aChunkThatFailsTellsTheValuesBeforeIfItIsAsked() {
    put(starmap(Journal.REPEAT, failingAfterTwo(2)), Map.of("warren_partial", true));

    JsonNode end = last(repliesToTheEnd());
    assertThat(end.path("status").asString()).isEqualTo("FAILURE");
    assertThat(end.path("result").path("exc_type").asString())
        .isEqualTo("IllegalArgumentException");
    assertThat(end.path("warren_partial").toString()).isEqualTo("[\"xx\",\"xx\"]");
  }

  @Test
  void aChunkThatFailsTellsNoValuesIfItIsNotAsked() {
    put(starmap(Journal.REPEAT, failingAfterTwo(2)), Map.of());

    assertThat(last(repliesToTheEnd()).has("warren_partial")).isFalse();
  }

  @Test
  void aChunkThatFailsWithValuesThatAreTooLargeTellsItsFailureAlone() {
    put(starmap(Journal.REPEAT, failingAfterTwo(600_000)), Map.of("warren_partial", true));

    JsonNode end = last(repliesToTheEnd());
    assertThat(end.path("result").path("exc_type").asString())
        .isEqualTo("IllegalArgumentException");
    assertThat(end.has("warren_partial")).isFalse();
  }

  private String file() {
    return Journal.in(folder).file();
  }

  private static List<Object> failingAfterTwo(int length) {
    return List.of(List.of("x", length), List.of("x", length), List.of("x", -1), List.of("x", 1));
  }

  private static Map<String, Object> starmap(String task, List<Object> items) {
    return Map.of("task", Map.of("task", task), "it", items);
  }

  private void put(Map<String, Object> kwargs, Map<String, Object> header) {
    Map<String, Object> headers = new HashMap<>(header);
    headers.put("task", "celery.starmap");
    headers.put("id", TestBroker.uniqueName("chunk"));
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .replyTo(replies)
            .headers(headers)
            .build();
    String body = JSON.writeValueAsString(Arrays.asList(List.of(), kwargs, null));
    amqp.put(QUEUE, properties, body.getBytes(StandardCharsets.UTF_8));
  }

  private List<JsonNode> repliesToTheEnd() {
    List<JsonNode> all = new ArrayList<>();
    do {
      all.add(JSON.readTree(amqp.awaitOne(replies, Deadline.TASK).getBody()));
    } while (!Set.of("SUCCESS", "FAILURE").contains(last(all).path("status").asString()));
    return all;
  }

  private static JsonNode last(List<JsonNode> all) {
    return all.get(all.size() - 1);
  }

  private static void isProgress(JsonNode reply) {
    assertThat(reply.path("status").asString()).isEqualTo("PROGRESS");
    assertThat(reply.path("result").path("current").asInt()).isBetween(1, 100);
    assertThat(reply.path("result").path("total").asInt()).isEqualTo(100);
  }
}
