package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.producer.api.Http.Answer;
import dev.warren.producer.dispatch.Waiters;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskStore;
import dev.warren.producer.store.Updates;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.wire.TaskError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;

/** The REST API over real connections; only the broker's answers are scripted. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "management.server.port=0",
      "spring.rabbitmq.port=1", // nobody listens there: the real broker is away
      "warren.max-message-bytes=4096",
      "warren.queues.tasks.max-length=5",
      "warren.queues.fast.max-length=0",
      "warren.producer.max-tasks=20",
      "warren.producer.max-waiters=3",
      "warren.producer.max-inflight-bytes=8KB",
    })
@Import(ScriptedBroker.Configuration.class)
@Timeout(60)
class RestApiTest {

  private static final String TASK = "{\"task\":\"demo.sleep\",\"args\":[1]}";
  private static final String NOWHERE = "/api/v1/tasks/00000000-0000-0000-0000-000000000000";

  private final Http http;
  private final ScriptedBroker broker;
  private final TaskStore store;
  private final Waiters waiters;
  private final InflightBytes inflight;
  private final ExecutorService callers = Executors.newCachedThreadPool();

  @Autowired
  RestApiTest(
      @LocalServerPort int port,
      ScriptedBroker broker,
      TaskStore store,
      Waiters waiters,
      InflightBytes inflight) {
    this.http = new Http(port);
    this.broker = broker;
    this.store = store;
    this.waiters = waiters;
    this.inflight = inflight;
  }

  @BeforeEach
  void reset() {
    broker.reset();
    store.failUnfinished(new TaskError("TestOver", "", null)).forEach(waiters::finished);
  }

  @AfterEach
  void nothingIsLeft() {
    callers.shutdownNow();
    assertThat(waiters.count()).isZero();
    assertThat(inflight.free()).isEqualTo(8 * 1024);
  }

  // --- posting -------------------------------------------------------------------------------

  @Test
  void aTaskIsAcceptedWhenTheBrokerHasConfirmedIt() throws Exception {
    CompletableFuture<PublishOutcome> confirm = broker.answersLater();
    Future<Answer> posting = callers.submit(() -> http.post(TASK));
    await(() -> broker.sent.size() == 1);
    assertThat(posting.isDone()).isFalse();

    confirm.complete(PublishOutcome.ACCEPTED);
    Answer answer = posting.get(10, TimeUnit.SECONDS);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    String id = answer.json().path("id").asString();
    assertThat(answer.header("Location")).isEqualTo("/api/v1/tasks/" + id);
    assertThat(answer.json().path("state").asString()).isEqualTo("QUEUED");
    assertThat(answer.json().path("queue").asString()).isEqualTo("tasks");
    assertThat(answer.json().propertyNames())
        .containsExactly(
            "id",
            "task",
            "queue",
            "state",
            "attempts",
            "worker",
            "submittedAt",
            "startedAt",
            "finishedAt");
    assertThat(broker.sent.get(0).id()).isEqualTo(id);
    assertThat(http.get(answer.header("Location")).json()).isEqualTo(answer.json());
  }

  @Test
  void aFullQueueIs429AndLeavesNoTask() throws Exception {
    broker.answersWith(PublishOutcome.FULL);
    Answer answer = http.post(TASK).isProblem(429, "queue-full");

    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(answer.json().path("queue").asString()).isEqualTo("tasks");
    assertThat(answer.json().path("maxLength").asInt()).isEqualTo(5);
    http.get("/api/v1/tasks/" + broker.sent.get(0).id()).isProblem(404, "task-not-found");
  }

  @Test
  void aQueueThatIsMissingOnTheBrokerIs503() throws Exception {
    broker.answersWith(PublishOutcome.UNROUTABLE);

    assertThat(http.post(TASK).isProblem(503, "no-such-queue").header("Retry-After")).isNotEmpty();
  }

  @Test
  void anUnknownOutcomeIs504WithTheIdToAskFor() throws Exception {
    broker.answersWith(PublishOutcome.UNKNOWN);
    String id = http.post(TASK).isProblem(504, "outcome-unknown").json().path("id").asString();

    assertThat(http.get("/api/v1/tasks/" + id).json().path("state").asString()).isEqualTo("QUEUED");
  }

  @Test
  void aBrokerThatIsAwayIs503AtOnce() throws Exception {
    broker.is(Broker.State.DOWN);
    assertThat(http.post(TASK).isProblem(503, "broker-unavailable").header("Retry-After"))
        .isNotEmpty();
    assertThat(broker.sent).isEmpty();
  }

  @Test
  void aBrokerThatIsBlockedIs503AtOnce() throws Exception {
    broker.is(Broker.State.BLOCKED);
    assertThat(http.post(TASK).isProblem(503, "broker-blocked").header("Retry-After")).isNotEmpty();
    assertThat(broker.sent).isEmpty();
  }

  @Test
  void aBrokerThatGoesAwayWhilePublishingIs503AndTellsNoHost() throws Exception {
    broker.failsWith(new BrokerUnavailableException("user@secret-host: refused", false));
    assertThat(http.post(TASK).isProblem(503, "broker-unavailable").json().toString())
        .doesNotContain("secret-host");
  }

  @Test
  void aTaskThatIsTooLargeAsAMessageIs413() throws Exception {
    broker.failsWith(new EncodingException("it has 4100 bytes", null));
    http.post(TASK).isProblem(413, "payload-too-large");
  }

  @Test
  void anUnforeseenFailureIs500WithATraceIdAndNothingElse() throws Exception {
    broker.failsWith(new IllegalStateException("planned: secret"));
    Answer answer = http.post(TASK).isProblem(500, "internal");

    assertThat(answer.json().propertyNames())
        .containsExactly("type", "title", "status", "detail", "traceId");
    assertThat(answer.json().toString()).doesNotContain("secret");
  }

  @Test
  void aStoreFullOfUnfinishedTasksIs503() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(http.post(TASK).status()).isEqualTo(202);
    }
    assertThat(http.post(TASK).isProblem(503, "store-full").header("Retry-After")).isNotEmpty();
    assertThat(broker.sent).hasSize(20);
  }

  @Test
  void argumentsTravelAsTheyWerePosted() throws Exception {
    http.post(
        "{\"task\":\"t\",\"args\":[123456789012345678901234567890,1.10,\"ü😀\"],"
            + "\"kwargs\":{\"k\":{\"deep\":[null]}},\"queue\":\"fast\"}");

    assertThat(broker.sent.get(0).args())
        .hasToString("[123456789012345678901234567890, 1.10, \"ü😀\"]");
    assertThat(broker.sent.get(0).kwargs()).hasToString("{k={\"deep\":[null]}}");
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
            "POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Expect: 100-continue\r\nContent-Length: 1000000000\r\nConnection: close\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 413 ").contains("application/problem+json");
  }

  @Test
  void moreBytesUnderWayThanMayBeAre503() throws Exception {
    String large = "{\"task\":\"t\",\"args\":[\"" + "x".repeat(3900) + "\"]}";
    CompletableFuture<PublishOutcome> confirm = broker.answersLater();
    Future<Answer> first = callers.submit(() -> http.post(large));
    Future<Answer> second = callers.submit(() -> http.post(large));
    await(() -> broker.sent.size() == 2);

    assertThat(http.post(large).isProblem(503, "overloaded").header("Retry-After")).isNotEmpty();
    assertThat(http.get(NOWHERE).status()).as("reading goes on").isEqualTo(404);

    confirm.complete(PublishOutcome.ACCEPTED);
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
    assertThat(broker.sent).isEmpty();
  }

  @Test
  void utf8MayBeNamed() throws Exception {
    Answer answer =
        http.send(http.posting(TASK).setHeader("Content-Type", "application/json;charset=UTF-8"));

    assertThat(answer.status()).isEqualTo(202);
  }

  // --- asking --------------------------------------------------------------------------------

  @Test
  void aResultIsShownAsTheWorkerGaveIt() throws Exception {
    UUID id = posted();
    store.apply(Updates.started(id, 1));
    store.apply(Updates.success(id, "{\"n\":12345678901234567890.10}"));
    Answer answer = http.get("/api/v1/tasks/" + id);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(answer.json().path("attempts").asInt()).isEqualTo(1);
    assertThat(answer.json().has("error")).isFalse();
    String raw = http.raw("GET /api/v1/tasks/" + id + " HTTP/1.0\r\nHost: x\r\n\r\n");
    assertThat(raw).contains("\"result\":{\"n\":12345678901234567890.10}");
  }

  @Test
  void theResultNullIsThere() throws Exception {
    UUID id = posted();
    store.apply(Updates.success(id, "null"));

    assertThat(http.get("/api/v1/tasks/" + id).json().has("result")).isTrue();
  }

  @Test
  void aFailedTaskIsShownWith200() throws Exception {
    UUID id = posted();
    store.apply(Updates.failure(id, "planned"));
    Answer answer = http.get("/api/v1/tasks/" + id);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("state").asString()).isEqualTo("FAILED");
    assertThat(answer.json().path("error"))
        .hasToString("{\"type\":\"IllegalStateException\",\"message\":\"planned\"}");
    assertThat(answer.json().has("result")).isFalse();
  }

  @Test
  void waitingEndsWhenTheTaskHasFinished() throws Exception {
    UUID id = posted();
    Future<Answer> first = callers.submit(() -> http.get("/api/v1/tasks/" + id + "?wait=30s"));
    Future<Answer> second = callers.submit(() -> http.get("/api/v1/tasks/" + id + "?wait=30"));
    await(() -> waiters.count() == 2);

    finish(id);

    assertThat(first.get(10, TimeUnit.SECONDS).json().path("state").asString())
        .isEqualTo("SUCCEEDED");
    assertThat(second.get(10, TimeUnit.SECONDS).json().path("state").asString())
        .isEqualTo("SUCCEEDED");
  }

  @Test
  void waitingEndsAtItsLimitWithWhatIsKnown() throws Exception {
    UUID id = posted();
    long begin = System.nanoTime();
    Answer answer = http.get("/api/v1/tasks/" + id + "?wait=300ms");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("state").asString()).isEqualTo("QUEUED");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(250));
    await(() -> waiters.count() == 0);
  }

  @Test
  void whoAsksForAFinishedTaskDoesNotWait() throws Exception {
    UUID id = posted();
    store.apply(Updates.success(id, "1"));

    assertThat(http.get("/api/v1/tasks/" + id + "?wait=60s").json().path("result").asInt())
        .isEqualTo(1);
  }

  @Test
  void oneWaiterTooManyIs503AtOnce() throws Exception {
    UUID id = posted();
    List<Future<Answer>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(callers.submit(() -> http.get("/api/v1/tasks/" + id + "?wait=30s")));
    }
    await(() -> waiters.count() == 3);

    http.get("/api/v1/tasks/" + id + "?wait=30s").isProblem(503, "too-many-waiters");
    assertThat(http.get("/api/v1/tasks/" + id).status()).isEqualTo(200);

    finish(id);
    for (Future<Answer> each : waiting) {
      assertThat(each.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    NOWHERE + "?wait=61s",
    NOWHERE + "?wait=-1",
    NOWHERE + "?wait=",
    NOWHERE + "?wait=1&wait=2",
    NOWHERE + "?wiat=1",
    "/api/v1/tasks/1",
    "/api/v1/tasks/1-1-1-1-1",
    "/api/v1/queues?x=1",
    "/api/v1/queues/tasks?x=1"
  })
  void aWrongParameterIs422(String path) throws Exception {
    http.get(path).isProblem(422, "invalid-parameter");
  }

  @Test
  void aParameterOfAPostIsNotIgnored() throws Exception {
    http.send(
            http.request("/api/v1/tasks?queue=fast")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(TASK)))
        .isProblem(422, "invalid-parameter");
    assertThat(broker.sent).isEmpty();
  }

  @Test
  void anUnknownTaskIs404() throws Exception {
    http.get(NOWHERE).isProblem(404, "task-not-found");
    http.get(NOWHERE + "?wait=10s").isProblem(404, "task-not-found");
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
    "PUT, /api/v1/tasks, POST",
    "GET, /api/v1/tasks, POST",
    "DELETE, " + NOWHERE + ", GET",
    "FOO, /api/v1/queues, GET"
  })
  void aWrongMethodIs405WithTheRightOnes(String method, String path, String allow)
      throws Exception {
    Answer answer =
        http.send(http.request(path).method(method, BodyPublishers.noBody()))
            .isProblem(405, "method-not-allowed");

    assertThat(answer.header("Allow")).isEqualTo(allow);
  }

  @Test
  void whoWantsSomethingElseThanJsonIs406() throws Exception {
    http.send(http.request(NOWHERE).header("Accept", "text/html")).isProblem(406, "not-acceptable");
    http.send(http.request(NOWHERE).header("Accept", "@")).isProblem(406, "not-acceptable");
  }

  static Stream<Arguments> refusedByTheContainer() {
    String end = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    String post = "POST /api/v1/tasks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
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
        Arguments.of("GET / HTTP/3.7\r\nHost: x\r\n\r\n", 505, "http-505"),
        Arguments.of("GET /" + "a".repeat(9000) + end, 414, "uri-too-long"),
        Arguments.of(
            "GET / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(9000) + "\r\n\r\n",
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
        "POST /api/v1/tasks HTTP/1.0\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\"\r\n");

    await(() -> inflight.free() == 8 * 1024);
    assertThat(broker.sent).isEmpty();
  }

  // -------------------------------------------------------------------------------------------

  private UUID posted() throws IOException, InterruptedException {
    Answer answer = http.post(TASK);
    assertThat(answer.status()).isEqualTo(202);
    return UUID.fromString(answer.json().path("id").asString());
  }

  private void finish(UUID id) {
    StoredTask finished = store.apply(Updates.success(id, "1")).orElseThrow();
    waiters.finished(finished);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline of 10 s").isLessThan(deadline);
      Thread.sleep(5);
    }
  }
}
