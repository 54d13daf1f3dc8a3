package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.api.Http.Answer;
import dev.warren.producer.dispatch.GroupWatch;
import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.TaskUpdate;
import dev.warren.producer.store.Updates;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Groups over real connections and a real database; the broker is away, and workers are acted. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "management.server.port=0",
      "spring.rabbitmq.port=1", // nobody listens there
      "spring.datasource.url=jdbc:h2:mem:group-api;DB_CLOSE_DELAY=-1;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
      "warren.max-message-bytes=4096",
      "warren.producer.max-tasks=5000",
      "warren.producer.max-waiters=3",
      "warren.producer.max-group-bytes=1MB",
      "warren.producer.max-group-uploads=2",
      "warren.producer.max-group-streams=2",
      "warren.producer.heartbeat=50ms",
    })
@Timeout(60)
class GroupApiTest {

  private static final String GROUPS = "/api/v1/groups";
  private static final String NDJSON = "application/x-ndjson";

  private final Http http;
  private final int port;
  private final TaskStore store;
  private final GroupWatch watch;
  private final GroupStreams streams;
  private final GroupSubmitController submits;
  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService callers = Executors.newCachedThreadPool();

  @Autowired
  GroupApiTest(
      @LocalServerPort int port,
      TaskStore store,
      GroupWatch watch,
      GroupStreams streams,
      GroupSubmitController submits) {
    this.http = new Http(port);
    this.port = port;
    this.store = store;
    this.watch = watch;
    this.streams = streams;
    this.submits = submits;
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    callers.shutdownNow();
    Await.until("nobody waits", () -> watch.count() == 0);
    Await.until("nothing is streamed", () -> streams.free() == 2);
  }

  // --- taking ------------------------------------------------------------------------------------

  @Test
  void aGroupIsAcceptedAndCanBeSeen() throws Exception {
    Answer answer = post("{\"task\":\"a.task\",\"chunkSize\":2,\"items\":[1,2,3]}");

    assertThat(answer.status()).isEqualTo(202);
    String id = answer.json().path("id").asString();
    assertThat(answer.header("Location")).isEqualTo(GROUPS + "/" + id);
    assertThat(answer.header("Cache-Control")).contains("no-store");
    JsonNode seen = http.get(GROUPS + "/" + id).json();
    assertThat(seen).isEqualTo(answer.json());
    assertThat(seen.propertyNames())
        .containsExactly(
            "id",
            "task",
            "queue",
            "state",
            "items",
            "chunkSize",
            "done",
            "failed",
            "fraction",
            "parts",
            "submittedAt",
            "finishedAt");
    assertThat(seen.path("state").asString()).isEqualTo("RUNNING");
    assertThat(seen.path("parts")).hasToString("{\"QUEUED\":2}");
  }

  @Test
  void aGroupOfLinesIsAccepted() throws Exception {
    Answer answer = http.send(posting(NDJSON, "{\"task\":\"a.task\"}\n1\n2\n"));

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().path("items").asInt()).isEqualTo(2);
  }

  @Test
  void aGroupWithoutItemsHasSucceeded() throws Exception {
    JsonNode group = post("{\"task\":\"a.task\",\"items\":[]}").json();

    assertThat(group.path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(group.path("fraction").asDouble()).isEqualTo(1.0);
    String path = GROUPS + "/" + group.path("id").asString();
    assertThat(http.get(path).json()).isEqualTo(group);
    assertThat(http.get(path + "/results").json()).hasToString("[]");
    assertThat(lines(path + "/results")).isEmpty();
    http.send(http.request(path).DELETE()).isProblem(409, "already-terminal");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json | {\"task\":\"a\",\"items\":[1,2 | 400 | malformed-json",
        "application/json | {\"task\":\"a\"} | 422 | invalid-task",
        "application/x-ndjson | {\"task\":\"a\",\"kwargs\":{}} | 422 | invalid-task",
        "text/plain | x | 415 | unsupported-media-type",
        "application/json;charset=latin1 | {} | 415 | unsupported-media-type",
      })
  void whatIsWrongIsAProblem(String type, String body, int status, String problem)
      throws Exception {
    http.send(posting(type, body)).isProblem(status, problem);
  }

  @Test
  void anItemThatIsTooLargeIsNamed() throws Exception {
    Answer answer =
        post("{\"task\":\"a\",\"items\":[1,\"" + "x".repeat(4096) + "\"]}")
            .isProblem(413, "payload-too-large");

    assertThat(answer.json().path("itemsRead").asInt()).isEqualTo(1);
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedWhetherOrNotItSaysSo() throws Exception {
    String large = "{\"task\":\"a\",\"items\":[" + "1,".repeat(600_000) + "1]}";
    post(large).isProblem(413, "payload-too-large");

    HttpRequest.Builder chunked =
        http.request(GROUPS)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.fromPublisher(BodyPublishers.ofString(large)));
    assertThat(store.countUnfinished()).isLessThan(5000);
    http.send(chunked).isProblem(413, "payload-too-large");
  }

  @Test
  void aGroupForWhichThereIsNoRoomIsRefused() throws Exception {
    long before = store.countUnfinished();

    post("{\"task\":\"a\",\"chunkSize\":1,\"items\":[" + items(5001) + "]}")
        .isProblem(503, "store-full");

    Await.until("nothing is left", () -> store.countUnfinished() <= before);
  }

  @Test
  void aBodyThatBreaksOffLeavesNothing() throws Exception {
    long groups = store.listGroups(null, 1000).size();
    try (Socket socket = begin("{\"task\":\"a\",\"chunkSize\":1,\"items\":[" + items(200) + ",")) {
      Await.until("it is being read", () -> store.countUnfinished() > 0);
      assertThat(socket.isConnected()).isTrue();
    }

    Await.until("it is gone", () -> submits.free() == 2);
    assertThat(store.listGroups(null, 1000)).hasSize((int) groups);
  }

  @Test
  void onlySoManyGroupsArePostedAtATime() throws Exception {
    try (Socket first = begin("{\"task\":\"a\",\"items\":[");
        Socket second = begin("{\"task\":\"a\",\"items\":[")) {
      Await.until("both are being read", () -> submits.free() == 0);
      assertThat(first.isConnected() && second.isConnected()).isTrue();
      post("{\"task\":\"a\",\"items\":[1]}").isProblem(503, "overloaded");
      assertThat(http.get(GROUPS).status()).isEqualTo(200);
    }
    Await.until("both are over", () -> submits.free() == 2);
  }

  @Test
  void aRepetitionIsAnsweredWithTheSameGroup() throws Exception {
    String body = "{\"task\":\"a.task\",\"items\":[1,2,3]}";
    String key = UUID.randomUUID().toString();
    Answer first = http.send(posting("application/json", body).header("Idempotency-Key", key));
    Answer second = http.send(posting("application/json", body).header("Idempotency-Key", key));

    assertThat(second.status()).isEqualTo(202);
    assertThat(second.json().path("id")).isEqualTo(first.json().path("id"));
    assertThat(second.header("Idempotent-Replayed")).isEqualTo("true");
    assertThat(first.header("Idempotent-Replayed")).isEmpty();
    http.send(posting("application/json", body + " ").header("Idempotency-Key", key))
        .isProblem(422, "idempotency-mismatch");
  }

  // --- reading -----------------------------------------------------------------------------------

  @Test
  void whatIsNotKnownIsAProblem() throws Exception {
    String nowhere = GROUPS + "/00000000-0000-0000-0000-000000000000";
    http.get(nowhere).isProblem(404, "group-not-found");
    http.get(nowhere + "/results").isProblem(404, "group-not-found");
    http.get(nowhere + "/events").isProblem(404, "group-not-found");
    http.send(http.request(nowhere + "/results").header("Accept", NDJSON))
        .isProblem(404, "group-not-found");
    http.send(http.request(nowhere).DELETE()).isProblem(404, "group-not-found");
    http.get(GROUPS + "/x").isProblem(422, "invalid-parameter");
    http.get(GROUPS + "?limit=0").isProblem(422, "invalid-parameter");
    http.get(GROUPS + "?cursor=x").isProblem(422, "invalid-parameter");
    http.get(nowhere + "/results?from=-1").isProblem(422, "invalid-parameter");
    http.get(nowhere + "?wait=2h").isProblem(422, "invalid-parameter");
  }

  @Test
  void groupsAreListedPageByPage() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.add(0, taken(1, 1).toString());
    }

    JsonNode first = http.get(GROUPS + "?limit=2").json();
    JsonNode second = http.get(GROUPS + "?limit=2&cursor=" + first.path("next").asString()).json();

    List<String> listed = new ArrayList<>();
    first.path("groups").forEach(group -> listed.add(group.path("id").asString()));
    listed.add(second.path("groups").path(0).path("id").asString());
    assertThat(listed).isEqualTo(ids);
  }

  @Test
  void aPageOfResultsHasTheItemsInOrderWhateverTheirState() throws Exception {
    UUID group = taken(5, 2);
    succeed(group, 2, "2.5", "null");
    fail(group, 4, "broken");

    JsonNode all = http.get(results(group)).json();

    assertThat(all)
        .hasToString(
            "[{\"index\":0,\"state\":\"PENDING\"},{\"index\":1,\"state\":\"PENDING\"},"
                + "{\"index\":2,\"state\":\"SUCCEEDED\",\"result\":2.5},"
                + "{\"index\":3,\"state\":\"SUCCEEDED\",\"result\":null},"
                + "{\"index\":4,\"state\":\"FAILED\",\"error\":"
                + "{\"type\":\"IllegalStateException\",\"message\":\"broken\"}}]");
    assertThat(indices(http.get(results(group) + "?from=1&limit=2").json())).containsExactly(1, 2);
    assertThat(indices(http.get(results(group) + "?from=3").json())).containsExactly(3, 4);
    assertThat(http.get(results(group) + "?from=5").json()).isEmpty();
    JsonNode view = http.get(GROUPS + "/" + group).json();
    assertThat(view.path("done").asInt()).isEqualTo(3);
    assertThat(view.path("failed").asInt()).isEqualTo(1);
    assertThat(view.path("fraction").asDouble()).isEqualTo(0.6);
  }

  @Test
  void aWaitEndsWhenTheGroupHasFinished() throws Exception {
    UUID group = taken(2, 2);
    Future<Answer> waiting = callers.submit(() -> http.get(GROUPS + "/" + group + "?wait=30s"));
    Await.until("it waits", () -> watch.count() == 1);

    succeed(group, 0, "1", "2");

    assertThat(waiting.get(20, TimeUnit.SECONDS).json().path("state").asString())
        .isEqualTo("SUCCEEDED");
  }

  @Test
  void aWaitThatIsOverIsAnsweredWithTheGroupAsItIs() throws Exception {
    UUID group = taken(2, 2);

    assertThat(http.get(GROUPS + "/" + group + "?wait=10ms").json().path("state").asString())
        .isEqualTo("RUNNING");
  }

  @Test
  void aGroupWithAFailedItemHasFailed() throws Exception {
    UUID group = taken(2, 1);
    succeed(group, 0, "1");
    fail(group, 1, "broken");

    assertThat(http.get(GROUPS + "/" + group).json().path("state").asString()).isEqualTo("FAILED");
  }

  // --- cancelling --------------------------------------------------------------------------------

  @Test
  void aGroupIsCancelledAndCancellingItAgainChangesNothing() throws Exception {
    UUID group = taken(4, 2);
    succeed(group, 0, "1", "2");

    Answer first = http.send(http.request(GROUPS + "/" + group).DELETE());
    Answer second =
        http.send(http.request(GROUPS + "/" + group + "/cancel").POST(BodyPublishers.noBody()));

    assertThat(first.status()).isEqualTo(202);
    assertThat(first.json().path("state").asString()).isEqualTo("REVOKED");
    assertThat(second.status()).isEqualTo(200);
    assertThat(http.get(results(group)).json().toString())
        .contains(
            "{\"index\":1,\"state\":\"SUCCEEDED\",\"result\":2},{\"index\":2,\"state\":\"REVOKED\"");
  }

  @Test
  void aGroupThatHasFinishedIsNotCancelled() throws Exception {
    UUID group = taken(1, 1);
    succeed(group, 0, "1");

    http.send(http.request(GROUPS + "/" + group).DELETE()).isProblem(409, "already-terminal");
  }

  // --- streaming ---------------------------------------------------------------------------------

  @Test
  void resultsComeInOrderAsTheyAreThere() throws Exception {
    UUID group = taken(6, 2);
    succeed(group, 2, "2", "3");
    try (Lines lines = open(results(group), NDJSON)) {
      succeed(group, 0, "0", "1");
      assertThat(lines.next(4))
          .extracting(line -> line.path("result").asInt())
          .containsExactly(0, 1, 2, 3);
      succeed(group, 4, "4", "5");
      assertThat(lines.next(2))
          .extracting(line -> line.path("index").asInt())
          .containsExactly(4, 5);
      assertThat(lines.end()).isEmpty();
    }
  }

  @Test
  void aStreamOfResultsCanGoOnWhereAnotherEnded() throws Exception {
    UUID group = taken(4, 2);
    succeed(group, 0, "0", "1");
    succeed(group, 2, "2", "3");

    assertThat(lines(results(group) + "?from=3")).hasSize(1);
  }

  @Test
  void aStreamOfResultsEndsWhenNothingComesForLongerThanAskedFor() throws Exception {
    UUID group = taken(4, 2);
    succeed(group, 0, "0", "1");

    assertThat(lines(results(group) + "?wait=100ms")).hasSize(2);
    assertThat(lines(results(group) + "?wait=0")).hasSize(2);
  }

  @Test
  void aStreamOfACancelledGroupSaysSoOfEachItem() throws Exception {
    UUID group = taken(2, 1);
    try (Lines lines = open(results(group), NDJSON)) {
      http.send(http.request(GROUPS + "/" + group).DELETE());

      assertThat(lines.next(2))
          .extracting(line -> line.path("state").asString())
          .containsExactly("REVOKED", "REVOKED");
      assertThat(lines.end()).isEmpty();
    }
  }

  @Test
  void eventsTellHowFarAGroupIsAndEndWithIt() throws Exception {
    UUID group = taken(4, 2);
    try (Lines events = open(GROUPS + "/" + group + "/events", "text/event-stream")) {
      assertThat(events.next(1).get(0).path("done").asInt()).isZero();
      succeed(group, 0, "0", "1");
      assertThat(events.next(1).get(0).path("done").asInt()).isEqualTo(2);
      succeed(group, 2, "2", "3");
      assertThat(events.next(1).get(0).path("state").asString()).isEqualTo("SUCCEEDED");
      assertThat(events.end()).isEmpty();
    }
  }

  @Test
  void aClientThatLeavesIsNoticed() throws Exception {
    UUID group = taken(4, 2);
    Lines lines = open(results(group), NDJSON);
    Lines events = open(GROUPS + "/" + group + "/events", "text/event-stream");
    Await.until("both are streamed", () -> streams.free() == 0);

    http.get(GROUPS + "/" + group + "/events").isProblem(503, "too-many-waiters");
    lines.close();
    events.close();

    Await.until("both places are free", () -> streams.free() == 2 && watch.count() == 0);
  }

  @Test
  void aStreamIsNotAskedForItsHead() throws Exception {
    UUID group = taken(1, 1);
    HttpRequest.Builder head =
        http.request(GROUPS + "/" + group + "/events").method("HEAD", BodyPublishers.noBody());

    assertThat(client.send(head.build(), BodyHandlers.discarding()).statusCode()).isEqualTo(405);
  }

  // --- the workers -------------------------------------------------------------------------------

  private void succeed(UUID group, int first, String... values) {
    StoredTask part = part(group, first);
    GroupPart place = part.part();
    String result = place.items() == 1 ? values[0] : "[" + String.join(",", values) + "]";
    apply(part, Updates.success(part.id(), result));
  }

  private void fail(UUID group, int first, String message) {
    StoredTask part = part(group, first);
    apply(part, Updates.failure(part.id(), message));
  }

  private void apply(StoredTask part, TaskUpdate update) {
    assertThat(store.apply(List.of(update), Instant.now()).tasks()).hasSize(1);
  }

  private StoredTask part(UUID group, int first) {
    return store.parts(group, first, 1).get(0);
  }

  // --- the callers -------------------------------------------------------------------------------

  private UUID taken(int items, int chunkSize) throws Exception {
    Answer answer =
        post(
            "{\"task\":\"a.task\",\"chunkSize\":%d,\"items\":[%s]}"
                .formatted(chunkSize, items(items)));
    assertThat(answer.status()).isEqualTo(202);
    return UUID.fromString(answer.json().path("id").asString());
  }

  private static String items(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).collect(Collectors.joining(","));
  }

  private static String results(UUID group) {
    return GROUPS + "/" + group + "/results";
  }

  private static List<Integer> indices(JsonNode page) {
    List<Integer> indices = new ArrayList<>();
    page.forEach(item -> indices.add(item.path("index").asInt()));
    return indices;
  }

  private Answer post(String json) throws Exception {
    return http.send(posting("application/json", json));
  }

  private HttpRequest.Builder posting(String type, String body) {
    return http.request(GROUPS).header("Content-Type", type).POST(BodyPublishers.ofString(body));
  }

  /** A post whose body does not go on. */
  private Socket begin(String body) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
            .formatted(GROUPS);
    socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private List<JsonNode> lines(String path) throws Exception {
    try (Lines lines = open(path, NDJSON)) {
      return lines.end();
    }
  }

  private Lines open(String path, String accept) throws Exception {
    HttpResponse<InputStream> response =
        client.send(
            http.request(path).header("Accept", accept).build(), BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith(accept);
    return new Lines(response.body());
  }

  /** What comes, but for heartbeats. */
  private static final class Lines implements AutoCloseable {
    private final InputStream in;
    private final BufferedReader reader;

    Lines(InputStream in) {
      this.in = in;
      this.reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    List<JsonNode> next(int count) throws IOException {
      List<JsonNode> lines = new ArrayList<>();
      while (lines.size() < count) {
        String line = reader.readLine();
        assertThat(line).as("line after %s", lines).isNotNull();
        add(line, lines);
      }
      return lines;
    }

    List<JsonNode> end() throws IOException {
      List<JsonNode> lines = new ArrayList<>();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        add(line, lines);
      }
      return lines;
    }

    private static void add(String line, List<JsonNode> lines) {
      String data = line.startsWith("data:") ? line.substring(5) : line;
      if (!data.isBlank() && !data.startsWith(":") && !data.startsWith("event:")) {
        lines.add(JsonMapper.shared().readTree(data));
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
