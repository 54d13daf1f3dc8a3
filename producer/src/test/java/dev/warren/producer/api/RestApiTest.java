package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.producer.api.Http.Answer;
import dev.warren.producer.dispatch.NotAcceptedException.Reason;
import dev.warren.producer.dispatch.OutcomeUnknownException;
import dev.warren.producer.dispatch.Submitted;
import dev.warren.producer.store.StoreUnavailableException;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Posting tasks, and all that can be wrong with a request. */
@ApiTest
class RestApiTest {

  private static final String TASK = "{\"task\":\"demo.sleep\",\"args\":[1]}";
  private static final String NOWHERE = "/api/v1/tasks/00000000-0000-0000-0000-000000000000";

  private final Http http;
  private final ScriptedDispatch dispatch;
  private final MapTaskStore store;
  private final InflightBytes inflight;
  private final ExecutorService callers = Executors.newCachedThreadPool();

  @Autowired
  RestApiTest(
      @LocalServerPort int port,
      ScriptedDispatch dispatch,
      MapTaskStore store,
      InflightBytes inflight) {
    this.http = new Http(port);
    this.dispatch = dispatch;
    this.store = store;
    this.inflight = inflight;
  }

  @BeforeEach
  void reset() {
    dispatch.reset();
    store.reset();
  }

  @AfterEach
  void nothingIsLeft() {
    callers.shutdownNow();
    assertThat(inflight.free()).isEqualTo(8 * 1024);
  }

  // --- posting -------------------------------------------------------------------------------

  @Test
  void aTaskIsAcceptedWhenItIsStoredAndSent() throws Exception {
    CompletableFuture<Submitted> accepted = dispatch.answersLater();
    Future<Answer> posting = callers.submit(() -> http.post(TASK));
    Await.until("it is submitted", () -> dispatch.sent.size() == 1);
    assertThat(posting.isDone()).isFalse();

    accepted.complete(new Submitted(Tasks.queued(), false));
    Answer answer = posting.get(10, TimeUnit.SECONDS);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    String id = answer.json().path("id").asString();
    assertThat(answer.header("Location")).isEqualTo("/api/v1/tasks/" + id);
    assertThat(answer.header("Idempotent-Replayed")).isEmpty();
    assertThat(answer.json().path("state").asString()).isEqualTo("QUEUED");
    assertThat(answer.json().propertyNames())
        .containsExactly(
            "id",
            "task",
            "queue",
            "state",
            "attempts",
            "retries",
            "worker",
            "submittedAt",
            "startedAt",
            "finishedAt");
  }

  @Test
  void whatWasPostedIsFoundAtItsLocation() throws Exception {
    Answer answer = http.post(TASK);

    assertThat(http.get(answer.header("Location")).json()).isEqualTo(answer.json());
  }

  @Test
  void aFullQueueIs429AndTellsItsBound() throws Exception {
    dispatch.refuses(Reason.QUEUE_FULL);
    Answer answer = http.post(TASK).isProblem(429, "queue-full");

    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(answer.json().path("queue").asString()).isEqualTo("tasks");
    assertThat(answer.json().path("maxLength").asInt()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    "NO_SUCH_QUEUE, no-such-queue",
    "STORE_FULL, store-full",
    "DRAINING, draining",
  })
  void whatKeepsATaskFromBeingAcceptedForAWhileIs503(Reason reason, String type) throws Exception {
    dispatch.refuses(reason);

    assertThat(http.post(TASK).isProblem(503, type).header("Retry-After")).isNotEmpty();
  }

  @Test
  void anUnknownOutcomeIs504WithTheIdAndWhatToDo() throws Exception {
    UUID id = UUID.randomUUID();
    dispatch.failsWith(new OutcomeUnknownException(id, new IllegalStateException("planned")));
    Answer answer = http.post(TASK).isProblem(504, "outcome-unknown");

    assertThat(answer.json().path("id").asString()).isEqualTo(id.toString());
    assertThat(answer.json().path("detail").asString()).contains("same Idempotency-Key");
  }

  @Test
  void aDatabaseThatTookNothingIs503AndTellsNoHost() throws Exception {
    dispatch.failsWith(databaseAway(true));
    Answer answer = http.post(TASK).isProblem(503, "db-unavailable");

    assertThat(answer.header("Retry-After")).isNotEmpty();
    assertThat(answer.json().toString()).doesNotContain("secret-host");
  }

  @Test
  void aDatabaseThatMayHaveTakenItIs504() throws Exception {
    dispatch.failsWith(databaseAway(false));
    http.post(TASK).isProblem(504, "outcome-unknown");
  }

  @Test
  void aBrokerThatIsAwayIs503AndTellsNoHost() throws Exception {
    dispatch.failsWith(new BrokerUnavailableException("user@secret-host: refused", false));
    Answer answer = http.post(TASK).isProblem(503, "broker-unavailable");

    assertThat(answer.header("Retry-After")).isNotEmpty();
    assertThat(answer.json().toString()).doesNotContain("secret-host");
  }

  @Test
  void aBrokerThatIsBlockedIs503() throws Exception {
    dispatch.failsWith(new BrokerUnavailableException("short of memory", true));
    assertThat(http.post(TASK).isProblem(503, "broker-blocked").header("Retry-After")).isNotEmpty();
  }

  @Test
  void aTaskThatIsTooLargeAsAMessageIs413() throws Exception {
    dispatch.failsWith(new EncodingException("it has 4100 bytes", null));
    http.post(TASK).isProblem(413, "payload-too-large");
  }

  @Test
  void anUnforeseenFailureIs500WithATraceIdAndNothingElse() throws Exception {
    dispatch.failsWith(new IllegalStateException("planned: secret"));
    Answer answer = http.post(TASK).isProblem(500, "internal");

    assertThat(answer.json().propertyNames())
        .containsExactly("type", "title", "status", "detail", "traceId");
    assertThat(answer.json().toString()).doesNotContain("secret");
  }

  @Test
  void argumentsTravelAsTheyWerePosted() throws Exception {
    http.post(
        "{\"task\":\"t\",\"args\":[123456789012345678901234567890,1.10,\"ü😀\"],"
            + "\"kwargs\":{\"k\":{\"deep\":[null]}},\"queue\":\"fast\"}");

    assertThat(dispatch.sent.get(0).task().args())
        .hasToString("[123456789012345678901234567890, 1.10, \"ü😀\"]");
    assertThat(dispatch.sent.get(0).task().kwargs()).hasToString("{k={\"deep\":[null]}}");
    assertThat(dispatch.sent.get(0).task().queue()).isEqualTo("fast");
  }

  @Test
  void optionsAreTakenAndShown() throws Exception {
    Answer answer =
        http.post(
            "{\"task\":\"t\",\"options\":{\"priority\":7,\"countdown\":3600,\"timeLimit\":90,"
                + "\"maxRetries\":2}}");

    assertThat(answer.json().path("state").asString()).isEqualTo("SCHEDULED");
    String eta = answer.json().path("options").path("eta").asString();
    assertThat(answer.json().path("dueAt").asString()).isEqualTo(eta);
    assertThat(answer.json().path("options"))
        .hasToString("{\"priority\":7,\"eta\":\"" + eta + "\",\"timeLimit\":90,\"maxRetries\":2}");
  }

  // --- bad bodies ----------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"task\":\"t\"} x", "{\"task\":\"t\",\"task\":\"u\"}", "NaN"})
  void whatIsNotJsonIs400(String body) throws Exception {
    Answer answer = http.post(body).isProblem(400, "malformed-json");

    assertThat(answer.json().path("line").asInt()).isEqualTo(1);
    assertThat(answer.json().path("column").asInt()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999999999", "[[[["})
  void jsonBeyondTheLimitsIs400(String argument) throws Exception {
    String nested = argument.startsWith("[") ? "[".repeat(100) + "]".repeat(100) : argument;
    http.post("{\"task\":\"t\",\"args\":[" + nested + "]}").isProblem(400, "json-limits");
  }

  @Test
  void wrongFieldsAre422AndAllAreNamed() throws Exception {
    Answer answer =
        http.post("{\"tsak\":\"t\",\"args\":1,\"queue\":\"nope\"}").isProblem(422, "invalid-task");

    List<String> pointers = new ArrayList<>();
    answer.json().path("errors").forEach(e -> pointers.add(e.path("pointer").asString()));
    assertThat(pointers).containsExactly("/tsak", "/task", "/args", "/queue");
    assertThat(answer.json().path("errors").path(3).path("detail").asString())
        .endsWith(": tasks, fast");
  }

  @Test
  void aBodyThatIsTooLargeIs413WhetherItsLengthIsAnnouncedOrNot() throws Exception {
    byte[] large = ("{\"task\":\"" + "x".repeat(5000) + "\"}").getBytes(StandardCharsets.UTF_8);
    HttpRequest.Builder announced = http.posting("").POST(BodyPublishers.ofByteArray(large));
    HttpRequest.Builder chunked =
        http.posting("").POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)));

    assertThat(
            http.send(announced)
                .isProblem(413, "payload-too-large")
                .json()
                .path("maxBytes")
                .asInt())
        .isEqualTo(4096);
    http.send(chunked).isProblem(413, "payload-too-large");
  }

  @Test
  void aCallerThatAsksFirstIsToldOfABodyThatIsTooLargeBeforeItSendsIt() throws Exception {
    String answer =
        http.raw(
            "POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Expect: 100-continue\r\nContent-Length: 1000000000\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 413 ").contains("application/problem+json");
  }

  @Test
  void moreBytesUnderWayThanMayBeAre503() throws Exception {
    String large = "{\"task\":\"t\",\"args\":[\"" + "x".repeat(3900) + "\"]}";
    CompletableFuture<Submitted> accepted = dispatch.answersLater();
    Future<Answer> first = callers.submit(() -> http.post(large));
    Future<Answer> second = callers.submit(() -> http.post(large));
    Await.until("both are submitted", () -> dispatch.sent.size() == 2);

    assertThat(http.post(large).isProblem(503, "overloaded").header("Retry-After")).isNotEmpty();
    assertThat(http.get(NOWHERE).status()).as("reading goes on").isEqualTo(404);

    accepted.complete(new Submitted(Tasks.queued(), false));
    assertThat(first.get(10, TimeUnit.SECONDS).status()).isEqualTo(202);
    assertThat(second.get(10, TimeUnit.SECONDS).status()).isEqualTo(202);
  }

  @ParameterizedTest
  @CsvSource({
    "Content-Type, text/plain",
    "Content-Type, application/x-www-form-urlencoded",
    "Content-Type, multipart/form-data; boundary=x",
    "Content-Type, application/json; charset=utf-16",
    "Content-Type, application/json; charset=@",
    "Content-Type, @",
    "Content-Encoding, gzip",
    "Content-Encoding, br"
  })
  void anotherKindOfBodyIs415(String header, String value) throws Exception {
    http.send(http.posting(TASK).setHeader(header, value)).isProblem(415, "unsupported-media-type");
    assertThat(dispatch.sent).isEmpty();
  }

  @Test
  void utf8MayBeNamed() throws Exception {
    Answer answer =
        http.send(http.posting(TASK).setHeader("Content-Type", "application/json;charset=UTF-8"));

    assertThat(answer.status()).isEqualTo(202);
  }

  @Test
  void aParameterOfAPostIsNotIgnored() throws Exception {
    http.send(
            http.request("/api/v1/tasks?queue=fast")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(TASK)))
        .isProblem(422, "invalid-parameter");
    assertThat(dispatch.sent).isEmpty();
  }

  @Test
  void queuesAre503WhileTheBrokerIsAwayAnd404IfNotConfigured() throws Exception {
    http.get("/api/v1/queues").isProblem(503, "broker-unavailable");
    http.get("/api/v1/queues/tasks").isProblem(503, "broker-unavailable");
    http.get("/api/v1/queues/nope").isProblem(404, "queue-not-found");
  }

  // --- bad HTTP ------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"/", "/api", "/api/v1/tasks/", "/error", "/favicon.ico", "/actuator"})
  void anUnknownPathIs404(String path) throws Exception {
    http.get(path).isProblem(404, "not-found");
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /api/v1/tasks, 'GET,POST'",
    "POST, " + NOWHERE + ", 'DELETE,GET'",
    "GET, " + NOWHERE + "/cancel, POST",
    "FOO, /api/v1/queues, GET"
  })
  void aWrongMethodIs405WithTheRightOnes(String method, String path, String allow)
      throws Exception {
    Answer answer =
        http.send(http.request(path).method(method, BodyPublishers.noBody()))
            .isProblem(405, "method-not-allowed");

    assertThat(answer.header("Allow").split(", ")).containsExactlyInAnyOrder(allow.split(","));
  }

  @Test
  void whoWantsSomethingElseThanJsonIs406() throws Exception {
    http.send(http.request(NOWHERE).header("Accept", "text/html")).isProblem(406, "not-acceptable");
    http.send(http.request(NOWHERE).header("Accept", "@")).isProblem(406, "not-acceptable");
  }

  static Stream<Arguments> refusedByTheContainer() {
    String end = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    String post = "POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    String json = post + "Content-Type: application/json\r\n";
    return Stream.of(
        Arguments.of("GET /%" + end, 400, "bad-request"),
        Arguments.of("GET /api/v1/tasks/%2F" + end, 400, "bad-request"),
        Arguments.of("GET /api/v1/tasks/%00" + end, 400, "bad-request"),
        Arguments.of("GET /../../etc/passwd" + end, 400, "bad-request"),
        Arguments.of("GET /a|b" + end, 400, "bad-request"),
        Arguments.of("G@T /" + end, 400, "bad-request"),
        Arguments.of("\u0016\u0003\u0001 no TLS here\r\n\r\n", 400, "bad-request"),
        Arguments.of("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400, "bad-request"),
        Arguments.of("GET " + NOWHERE + "?wait=%zz" + end, 422, "invalid-parameter"),
        Arguments.of(json + "Content-Length: x\r\n\r\n{}", 400, "bad-request"),
        Arguments.of(json + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", 400, "bad-request"),
        Arguments.of(json + "Transfer-Encoding: foo\r\n\r\n", 501, "not-implemented"),
        Arguments.of(json + "Expect: miracles\r\n\r\n", 417, "http-417"),
        Arguments.of("TRACE /api/v1/tasks" + end, 405, "method-not-allowed"),
        Arguments.of("GET / HTTP/3.7\r\nHost: localhost\r\n\r\n", 505, "http-505"),
        Arguments.of("GET /" + "a".repeat(9000) + end, 414, "uri-too-long"),
        Arguments.of(
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(9000) + "\r\n\r\n",
            431,
            "headers-too-large"));
  }

  @ParameterizedTest
  @MethodSource
  void refusedByTheContainer(String request, int status, String type) throws Exception {
    String answer = http.raw(request);

    assertThat(answer)
        .startsWith("HTTP/1.1 " + status + " ")
        .contains("Content-Type: application/problem+json")
        .contains("\"type\":\"urn:warren:problem:" + type + "\"")
        .contains("\"status\":" + status)
        .doesNotContain("Exception", "Apache", "Tomcat", "<html");
  }

  @Test
  void aBodyThatBreaksOffLeavesNothingBehind() throws Exception {
    http.raw(
        "POST /api/v1/tasks HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\"\r\n");

    Await.until("nothing is left", () -> inflight.free() == 8 * 1024);
    assertThat(dispatch.sent).isEmpty();
  }

  // -------------------------------------------------------------------------------------------

  private static StoreUnavailableException databaseAway(boolean certain) {
    return new StoreUnavailableException(
        "jdbc:postgresql://secret-host refuses", new IllegalStateException("planned"), certain);
  }
}
