package dev.warren.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.Ci;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TestBroker;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is wrong with a request, and whoever finds it first (the container, a filter, Spring, a
 * controller), the answer is a problem document, on both ports.
 */
@Tag(Ci.FIRST_PASS_ONLY)
class ProblemJsonTest {

  private static final String TASKS = "/api/v1/tasks";
  private static final String TASK = TASKS + "/00000000-0000-0000-0000-000000000000";
  private static final String GROUPS = "/api/v1/groups";
  private static final String QUEUE = TestBroker.uniqueName("problems");
  private static final int MAX_BYTES = 4096;

  @AutoClose private static ProducerProcess producer;

  @BeforeAll
  static void start() {
    producer =
        Keys.open(TestBroker.shared().uri())
            .queue(QUEUE, 1)
            .set("warren.max-message-bytes", MAX_BYTES)
            .startReady();
  }

  static Stream<Arguments> badRequests() {
    String x = "x".repeat(MAX_BYTES + 1);
    return Stream.of(
        // the container
        bad(400, "bad-request", get("/%", "")),
        bad(400, "bad-request", get(TASKS + "/%2F", "")),
        bad(400, "bad-request", get(TASKS + "/%00", "")),
        bad(400, "bad-request", get("/a|b", "")),
        bad(400, "bad-request", "G@T / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        bad(400, "bad-request", "GET / HTTP/1.1\r\n\r\n"),
        bad(400, "bad-request", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        bad(400, "bad-request", "\u0016\u0003\u0001 no TLS here\r\n\r\n"),
        bad(400, "bad-request", post(TASKS, "Content-Length: x\r\n", "{}")),
        bad(414, "uri-too-long", get("/" + "a".repeat(9000), "")),
        bad(431, "headers-too-large", get("/", "X: " + "a".repeat(9000) + "\r\n")),
        bad(501, "not-implemented", post(TASKS, "Transfer-Encoding: foo\r\n", "")),
        bad(505, "http-505", "GET / HTTP/3.7\r\nHost: localhost\r\n\r\n"),
        // the filters
        bad(401, "unauthenticated", open("GET " + TASKS, "")),
        bad(401, "unauthenticated", open("GET /nowhere", "")),
        bad(401, "unauthenticated", open("GET " + TASKS, "X-API-Key: wrn_x\r\n")),
        bad(401, "unauthenticated", open("GET " + TASKS, "Authorization: Bearer wrn_x\r\n")),
        bad(403, "forbidden", open("DELETE " + TASK, "X-API-Key: " + Keys.READER + "\r\n")),
        bad(403, "forbidden", open("POST " + TASKS, "X-API-Key: " + Keys.READER + "\r\n")),
        bad(400, "bad-request", get("//api/v1/tasks", "")),
        bad(400, "bad-request", get(TASKS + ";x=1", "")),
        // Spring
        bad(404, "not-found", get("/nowhere", "")),
        bad(404, "not-found", get("/actuator/health", "")),
        bad(405, "method-not-allowed", request("PUT", TASKS, "", "")),
        bad(405, "method-not-allowed", request("TRACE", TASKS, "", "")),
        bad(406, "not-acceptable", get(TASK, "Accept: text/html\r\n")),
        bad(
            415,
            "unsupported-media-type",
            request("POST", TASKS, "Content-Type: text/xml\r\n", "<a/>")),
        bad(415, "unsupported-media-type", request("POST", TASKS, "", "{}")),
        bad(417, "http-417", post(TASKS, "Expect: miracles\r\n", "{}")),
        // the controllers
        bad(400, "malformed-json", post(TASKS, "", "{")),
        bad(400, "malformed-json", post(TASKS, "", "{\"task\":\"t\",\"task\":\"t\"}")),
        bad(400, "malformed-json", post(TASKS, "", "{\"task\":\"\u00ff\"}")),
        bad(400, "malformed-json", post(GROUPS, "", "{\"task\":\"t\",\"items\":[1}")),
        bad(400, "json-limits", post(TASKS, "", "{\"task\":\"t\",\"args\":[1e999999999]}")),
        bad(400, "json-limits", post(TASKS, "", "{\"args\":" + "[".repeat(100) + "}")),
        bad(404, "task-not-found", get(TASK, "")),
        bad(404, "task-not-found", request("DELETE", TASK, "", "")),
        bad(404, "task-not-found", request("POST", TASK + "/retry", "", "")),
        bad(404, "group-not-found", get(TASK.replace("tasks", "groups"), "")),
        bad(404, "queue-not-found", get("/api/v1/queues/nope", "")),
        bad(404, "message-not-found", get("/api/v1/queues/" + QUEUE + "/quarantine/x", "")),
        bad(408, "request-timeout", post(TASKS, "Content-Length: 9\r\n", "{")),
        bad(413, "payload-too-large", post(TASKS, "", "{\"task\":\"" + x + "\"}")),
        bad(413, "payload-too-large", post(TASKS, "Transfer-Encoding: chunked\r\n", chunk(x))),
        bad(415, "unsupported-media-type", post(TASKS, "Content-Encoding: gzip\r\n", "x")),
        bad(422, "invalid-task", post(TASKS, "", "{}")),
        bad(422, "invalid-task", post(TASKS, "", "{\"task\":\"a b\"}")),
        bad(422, "invalid-task", post(TASKS, "", "{\"task\":\"t\",\"args\":1}")),
        bad(
            422,
            "invalid-task",
            post(TASKS, "", "{\"task\":\"t\",\"options\":{\"priority\":256}}")),
        bad(422, "invalid-task", post(TASKS, "", "{\"task\":\"t\",\"queue\":\"nope\"}")),
        bad(422, "invalid-task", post(GROUPS, "", "{\"items\":[]}")),
        bad(422, "invalid-parameter", get(TASKS + "/1", "")),
        bad(422, "invalid-parameter", get(TASKS + "?cursor=x", "")),
        bad(422, "invalid-parameter", get(TASKS + "?limit=100000", "")),
        bad(422, "invalid-parameter", get(TASKS + "?no=1", "")),
        bad(422, "invalid-parameter", get(TASK + "?wait=-1", "")),
        bad(422, "invalid-parameter", get(TASK + "?wait=%zz", "")),
        bad(
            422,
            "invalid-parameter",
            post(TASKS, "Idempotency-Key: a\r\nIdempotency-Key: b\r\n", "{}")));
  }

  @ParameterizedTest
  @MethodSource("badRequests")
  void whatIsWrongIsAnsweredWithAProblem(int status, String type, String request) {
    isProblem(new RawHttp(producer.address()).send(request), status, type);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /%, 400, bad-request",
    "GET, /actuator/health/%00, 400, bad-request",
    "GET, //actuator/health, 400, bad-request",
    "GET, /, 404, not-found",
    "GET, /error, 404, not-found",
    "GET, /actuator, 404, not-found",
    "GET, /actuator/env, 404, not-found",
    "POST, /actuator/health, 405, method-not-allowed",
    "TRACE, /actuator/health, 405, method-not-allowed"
  })
  void theManagementPortAnswersWithProblemsAsWell(
      String method, String path, int status, String type) {
    String answer =
        new RawHttp(producer.management().base())
            .send(method, path, "X-API-Key: " + Keys.ALL + "\r\n");

    isProblem(answer, status, type);
  }

  private static void isProblem(String answer, int status, String type) {
    assertThat(answer)
        .startsWith("HTTP/1.1 " + status + " ")
        .containsIgnoringCase("Content-Type: application/problem+json")
        .containsIgnoringCase("X-Content-Type-Options: nosniff")
        .containsIgnoringCase("Cache-Control: no-store")
        .contains("\"type\":\"urn:warren:problem:" + type + "\"")
        .contains("\"status\":" + status)
        .contains("\"title\":\"")
        .doesNotContain("Exception", "org.springframework", "Tomcat", "<html", "\tat ");
  }

  private static Arguments bad(int status, String type, String request) {
    return Arguments.of(status, type, request);
  }

  private static String get(String path, String headers) {
    return request("GET", path, headers, "");
  }

  private static String post(String path, String headers, String body) {
    return request("POST", path, "Content-Type: application/json\r\n" + headers, body);
  }

  private static String request(String method, String path, String headers, String body) {
    return open(method + " " + path, "X-API-Key: " + Keys.ALL + "\r\n" + framed(headers, body))
        + body;
  }

  /** Tells the body's length, unless the headers do. */
  private static String framed(String headers, String body) {
    return headers.contains("Content-Length") || headers.contains("Transfer-Encoding")
        ? headers
        : headers + "Content-Length: " + body.length() + "\r\n";
  }

  /** One that shows no key by itself. */
  private static String open(String methodAndPath, String headers) {
    return "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n"
        .formatted(methodAndPath, headers);
  }

  private static String chunk(String body) {
    return "%x\r\n%s\r\n0\r\n\r\n".formatted(body.length(), body);
  }
}
