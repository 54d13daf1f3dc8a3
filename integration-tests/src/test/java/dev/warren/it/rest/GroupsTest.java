package dev.warren.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.journal.Journal;
import dev.warren.it.journal.JournalWorker;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.Rest;
import dev.warren.it.kit.TestBroker;
import dev.warren.it.kit.WorkerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A map over REST: many items in one request, on real workers, through a queue that is short. */
@Timeout(600)
@Tag(Ci.FIRST_PASS_ONLY)
class GroupsTest {

  private static final String QUEUE = TestBroker.uniqueName("groups");
  private static final String JOURNAL_QUEUE = TestBroker.uniqueName("groups-journal");
  private static final String GROUPS = "/api/v1/groups";
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final JsonMapper JSON = new JsonMapper();

  @AutoClose private static WorkerProcess worker;
  @AutoClose private static WorkerProcess journalWorker;
  @AutoClose private static ProducerProcess producer;

  private static ProducerProcess.Spec spec;

  @TempDir private Path folder;
  private Journal journal;

  @BeforeAll
  static void start() {
    String uri = TestBroker.shared().uri();
    worker = WorkerProcess.on(uri).queue(QUEUE, 20).start();
    journalWorker =
        WorkerProcess.on(uri)
            .queue(JOURNAL_QUEUE, 100)
            .concurrency(1)
            .running(JournalWorker.class)
            .start();
    spec =
        ProducerProcess.on(uri)
            .queue(QUEUE, 20)
            .set("warren.queues." + JOURNAL_QUEUE + ".max-length", 100);
    producer = spec.startReady();
    worker.awaitReady();
    journalWorker.awaitReady();
  }

  @BeforeEach
  void openJournal() {
    journal = Journal.in(folder);
  }

  @Test
  void aHundredThousandItemsInOneRequestGiveTheirResultsInOrder() throws Exception {
    int count = 100_000;
    String padding = " x".repeat(250);
    Stream<String> items =
        IntStream.range(0, count)
            .mapToObj(i -> JSON.writeValueAsString("w ".repeat(i % 7) + padding));
    Stream<String> lines =
        Stream.concat(Stream.of("{\"task\":\"text.word_count\",\"chunkSize\":200}"), items);

    String id = id(postLines(lines)); // 50 MB into a producer of 192 MB

    try (Stream<JsonNode> results = stream(id)) {
      Iterator<JsonNode> each = results.iterator();
      for (int i = 0; i < count; i++) {
        JsonNode result = each.next();
        assertThat(result.path("index").asInt()).isEqualTo(i);
        assertThat(result.path("result").asInt()).isEqualTo(250 + i % 7);
      }
      assertThat(each.hasNext()).isFalse();
    }
    JsonNode group = get(id);
    assertThat(group.path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(group.path("parts")).hasToString("{\"SUCCEEDED\":500}");
  }

  @Test
  void anItemThatFailsFailsAlone() {
    Map<String, ?> body =
        inOrder(
            "task",
            "math.prime_count",
            "chunkSize",
            4,
            "items",
            List.of(10, 20, "x", 30, "y", "z", 40, 50, 60));

    JsonNode group = awaitFinished(id(rest().post(GROUPS, body)));

    assertThat(group.path("state").asString()).isEqualTo("FAILED");
    assertThat(group.path("done").asInt()).isEqualTo(9);
    assertThat(group.path("failed").asInt()).isEqualTo(3);
    JsonNode results = rest().get(results(group.path("id").asString())).json();
    assertThat(IntStream.range(0, 9).mapToObj(i -> results.path(i).path("result").asInt(-1)))
        .containsExactly(4, 8, -1, 10, -1, -1, 12, 15, 17);
    assertThat(results.path(4).path("error").path("message").asString()).isNotEmpty();
  }

  @Test
  void anItemMayBeAListOfArguments() {
    Map<String, ?> body =
        inOrder(
            "task",
            Journal.REPEAT,
            "queue",
            JOURNAL_QUEUE,
            "star",
            true,
            "chunkSize",
            2,
            "items",
            List.of(List.of("a", 2), List.of("b", 3), List.of("c", 1)));

    JsonNode group = awaitFinished(id(rest().post(GROUPS, body)));

    JsonNode results = rest().get(results(group.path("id").asString())).json();
    assertThat(IntStream.range(0, 3).mapToObj(i -> results.path(i).path("result").asString()))
        .containsExactly("aa", "bbb", "c");
  }

  @Test
  void whatHasNotBegunWhenAGroupIsCancelledNeverRuns() {
    List<List<Object>> items =
        IntStream.range(0, 10)
            .mapToObj(i -> List.<Object>of(journal.file(), "item-" + i, i == 0 ? 600_000 : 0))
            .toList();
    String id = id(rest().post(GROUPS, journaled(items, 1)));
    Deadline.await("the first runs", Deadline.TASK, () -> !journal.begun().isEmpty());
    Deadline.await(
        "the others are with the broker",
        Deadline.TASK,
        () -> producer.tasks().queue(JOURNAL_QUEUE).path("size").asInt() == 9);

    assertThat(rest().post(GROUPS + "/" + id + "/cancel", Map.of()).status()).isEqualTo(202);

    JsonNode group = awaitFinished(id);
    assertThat(group.path("state").asString()).isEqualTo("REVOKED");
    awaitFinished(
        id(rest().post(GROUPS, journaled(List.of(List.of(journal.file(), "next", 0)), 1))));
    assertThat(journal.begun()).containsExactly("item-0", "next");
  }

  @Test
  void aGroupThatWasAcceptedIsFinishedAlthoughItsProducerWasKilled() {
    int count = 300;
    List<List<Object>> items =
        IntStream.range(0, count)
            .mapToObj(i -> List.<Object>of(journal.file(), "item-" + i, 1))
            .toList();
    String id = id(rest().post(GROUPS, journaled(items, 7)));

    producer.kill9();
    producer = spec.startReady();

    JsonNode group = awaitFinished(id);
    assertThat(group.path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(group.path("done").asInt()).isEqualTo(count);
    assertThat(new HashSet<>(journal.ended())).hasSize(count);
  }

  private static Map<String, ?> journaled(List<List<Object>> items, int chunkSize) {
    return inOrder(
        "task",
        Journal.TASK,
        "queue",
        JOURNAL_QUEUE,
        "star",
        true,
        "chunkSize",
        chunkSize,
        "items",
        items);
  }

  /** The items come last. */
  private static Map<String, Object> inOrder(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }

  private static Rest rest() {
    return producer.rest();
  }

  private static String id(Rest.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    return answer.json().path("id").asString();
  }

  private static String results(String group) {
    return GROUPS + "/" + group + "/results";
  }

  private static JsonNode get(String group) {
    return rest().get(GROUPS + "/" + group).json();
  }

  private static JsonNode awaitFinished(String group) {
    return Deadline.awaitValue(
        "group " + group + " has finished",
        LONG,
        () -> {
          JsonNode view = rest().get(GROUPS + "/" + group + "?wait=5s").json();
          return view.path("state").asString("RUNNING").equals("RUNNING") ? null : view;
        });
  }

  private static Rest.Answer postLines(Stream<String> lines) throws Exception {
    Iterator<byte[]> body =
        lines.map(line -> (line + "\n").getBytes(StandardCharsets.UTF_8)).iterator();
    HttpRequest request =
        request(GROUPS)
            .header("Content-Type", "application/x-ndjson")
            .timeout(LONG)
            .POST(BodyPublishers.ofByteArrays(() -> body))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    return new Rest.Answer(
        response.statusCode(),
        response.headers(),
        response.body(),
        JSON.readTree(response.body()),
        Duration.ZERO);
  }

  private static Stream<JsonNode> stream(String group) throws Exception {
    HttpResponse<InputStream> response =
        HttpClient.newHttpClient()
            .send(
                request(results(group)).header("Accept", "application/x-ndjson").build(),
                BodyHandlers.ofInputStream());
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    return reader
        .lines()
        .filter(line -> !line.isBlank())
        .map(JSON::readTree)
        .onClose(() -> close(reader));
  }

  private static void close(BufferedReader reader) {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(producer.address() + path));
  }
}
