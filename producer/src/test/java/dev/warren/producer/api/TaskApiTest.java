package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.producer.api.Http.Answer;
import dev.warren.producer.dispatch.NotAcceptedException.Reason;
import dev.warren.producer.dispatch.Waiters;
import dev.warren.producer.store.Attempt;
import dev.warren.producer.store.GroupPart;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskOptions;
import dev.warren.producer.store.TaskState;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Asking for tasks, waiting for them, cancelling them and running them again. */
@ApiTest
class TaskApiTest {

  private static final String NOWHERE = "/api/v1/tasks/00000000-0000-0000-0000-000000000000";

  private final Http http;
  private final ScriptedDispatch dispatch;
  private final MapTaskStore store;
  private final Waiters waiters;
  private final ExecutorService callers = Executors.newCachedThreadPool();

  @Autowired
  TaskApiTest(
      @LocalServerPort int port, ScriptedDispatch dispatch, MapTaskStore store, Waiters waiters) {
    this.http = new Http(port);
    this.dispatch = dispatch;
    this.store = store;
    this.waiters = waiters;
  }

  @BeforeEach
  void reset() {
    dispatch.reset();
    store.reset();
  }

  @AfterEach
  void nobodyWaitsOn() throws InterruptedException {
    callers.shutdownNow();
    Await.until("nobody waits", () -> waiters.count() == 0);
  }

  // --- one task ------------------------------------------------------------------------------

  @Test
  void aResultIsShownAsTheWorkerGaveIt() throws Exception {
    StoredTask task = stored(Tasks.succeeded(Tasks.queued(), "{\"n\":12345678901234567890.10}"));
    Answer answer = http.get(path(task));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(answer.json().path("attempts").asInt()).isEqualTo(1);
    assertThat(answer.json().has("error")).isFalse();
    String raw = http.raw("GET " + path(task) + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
    assertThat(raw).contains("\"result\":{\"n\":12345678901234567890.10}");
  }

  @Test
  void theResultNullIsThere() throws Exception {
    StoredTask task = stored(Tasks.succeeded(Tasks.queued(), "null"));

    assertThat(http.get(path(task)).json().has("result")).isTrue();
  }

  @Test
  void aFailedTaskIsShownWith200() throws Exception {
    StoredTask task = stored(Tasks.failed(Tasks.queued(), "planned"));
    Answer answer = http.get(path(task));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("state").asString()).isEqualTo("FAILED");
    assertThat(answer.json().path("error"))
        .hasToString("{\"type\":\"IllegalStateException\",\"message\":\"planned\"}");
    assertThat(answer.json().has("result")).isFalse();
  }

  @Test
  void progressIsShownAsShareToo() throws Exception {
    StoredTask task = stored(Tasks.at(Tasks.queued(), 1, 4));

    assertThat(http.get(path(task)).json().path("progress"))
        .hasToString("{\"current\":1,\"total\":4,\"fraction\":0.25}");
  }

  @Test
  void optionsThatWereGivenAreShown() throws Exception {
    TaskOptions options =
        new TaskOptions(
            0, null, Tasks.NOON.plusSeconds(60), Duration.ofSeconds(1), Duration.ofMillis(1500), 3);
    StoredTask task = stored(Tasks.queued("t", options, null));

    assertThat(http.get(path(task)).json().path("options"))
        .hasToString(
            "{\"priority\":0,\"expires\":\"2026-11-22T12:01:00Z\",\"softTimeLimit\":1,"
                + "\"timeLimit\":1.5,"
                + "\"maxRetries\":3}");
  }

  @Test
  void aPartOfAGroupTellsOfItsItemsAndLeavesResultsToTheGroup() throws Exception {
    UUID group = UUID.randomUUID();
    GroupPart part = new GroupPart(group, 200, 100, 100, 2, 0, false);
    StoredTask task =
        stored(Tasks.succeeded(Tasks.queued("t", TaskOptions.NONE, part), "[{\"v\":1}]"));
    JsonNode view = http.get(path(task)).json();

    assertThat(view.path("group"))
        .hasToString(
            "{\"id\":\"" + group + "\",\"first\":200,\"items\":100,\"done\":100,\"failed\":2}");
    assertThat(view.has("result")).isFalse();
  }

  @Test
  void anUnknownTaskIs404() throws Exception {
    http.get(NOWHERE).isProblem(404, "task-not-found");
    http.get(NOWHERE + "?wait=10s").isProblem(404, "task-not-found");
    http.get(NOWHERE + "/attempts").isProblem(404, "task-not-found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?wait=10s", "/attempts", "/events"})
  void aDatabaseThatIsAwayIs503(String what) throws Exception {
    store.isDown();
    Answer answer = http.get(NOWHERE + what).isProblem(503, "db-unavailable");

    assertThat(answer.header("Retry-After")).isNotEmpty();
    assertThat(answer.json().toString()).doesNotContain("secret-host");
  }

  @Test
  void attemptsAreToldOneByOne() throws Exception {
    StoredTask task = stored(Tasks.succeeded(Tasks.queued(), "1"));
    store.put(
        task.id(),
        List.of(
            new Attempt(1, "a", Tasks.NOON, Tasks.NOON.plusSeconds(1), "OSError", "disk full"),
            new Attempt(2, null, null, null, null, null)));

    assertThat(http.get(path(task) + "/attempts").json())
        .hasToString(
            "{\"attempts\":[{\"number\":1,\"worker\":\"a\",\"startedAt\":\"2026-11-22T12:00:00Z\","
                + "\"endedAt\":\"2026-11-22T12:00:01Z\","
                + "\"error\":{\"type\":\"OSError\",\"message\":\"disk full\"}},"
                + "{\"number\":2,\"worker\":null,\"startedAt\":null,\"endedAt\":null}]}");
  }

  @ParameterizedTest
  @CsvSource({
    NOWHERE + "?wait=61s",
    NOWHERE + "?wait=-1",
    NOWHERE + "?wait=",
    NOWHERE + "?wait=1&wait=2",
    NOWHERE + "?wiat=1",
    NOWHERE + "/attempts?x=1",
    NOWHERE + "/events?wait=1",
    "/api/v1/tasks/1",
    "/api/v1/tasks/1-1-1-1-1",
    "/api/v1/tasks/1/attempts",
    "/api/v1/tasks/1/events",
    "/api/v1/queues?x=1",
    "/api/v1/queues/tasks?x=1"
  })
  void aWrongParameterIs422(String path) throws Exception {
    http.get(path).isProblem(422, "invalid-parameter");
  }

  // --- waiting -------------------------------------------------------------------------------

  @Test
  void waitingEndsWhenTheTaskHasFinished() throws Exception {
    StoredTask task = stored(Tasks.queued());
    Future<Answer> first = callers.submit(() -> http.get(path(task) + "?wait=30s"));
    Future<Answer> second = callers.submit(() -> http.get(path(task) + "?wait=30"));
    Await.until("both wait", () -> waiters.count() == 2);

    waiters.changed(stored(Tasks.succeeded(task, "1")));

    assertThat(state(first.get(10, TimeUnit.SECONDS))).isEqualTo("SUCCEEDED");
    assertThat(state(second.get(10, TimeUnit.SECONDS))).isEqualTo("SUCCEEDED");
  }

  @Test
  void waitingEndsWhenAnotherProducerHasRecordedTheEnd() throws Exception {
    StoredTask task = stored(Tasks.queued());
    Future<Answer> waiting = callers.submit(() -> http.get(path(task) + "?wait=30s"));
    Await.until("it waits", () -> waiters.count() == 1);

    stored(Tasks.succeeded(task, "1")); // and nobody says so

    assertThat(state(waiting.get(10, TimeUnit.SECONDS))).isEqualTo("SUCCEEDED");
  }

  @Test
  void aTaskThatOnlyMovesOnDoesNotEndTheWait() throws Exception {
    StoredTask task = stored(Tasks.queued());
    Future<Answer> waiting = callers.submit(() -> http.get(path(task) + "?wait=30s"));
    Await.until("it waits", () -> waiters.count() == 1);

    waiters.changed(stored(Tasks.started(task)));

    assertThat(waiters.count()).isEqualTo(1);
    waiters.changed(stored(Tasks.failed(task, "planned")));
    assertThat(state(waiting.get(10, TimeUnit.SECONDS))).isEqualTo("FAILED");
  }

  @Test
  void waitingEndsAtItsLimitWithWhatIsKnown() throws Exception {
    StoredTask task = stored(Tasks.queued());
    long begin = System.nanoTime();
    Answer answer = http.get(path(task) + "?wait=300ms");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(state(answer)).isEqualTo("QUEUED");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(250));
  }

  @Test
  void whoAsksForAFinishedTaskDoesNotWait() throws Exception {
    StoredTask task = stored(Tasks.succeeded(Tasks.queued(), "1"));

    assertThat(http.get(path(task) + "?wait=60s").json().path("result").asInt()).isEqualTo(1);
  }

  @Test
  void oneWaiterTooManyIs503AtOnceUnlessTheTaskHasFinished() throws Exception {
    StoredTask task = stored(Tasks.queued());
    StoredTask finished = stored(Tasks.succeeded(Tasks.queued(), "1"));
    List<Future<Answer>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(callers.submit(() -> http.get(path(task) + "?wait=30s")));
    }
    Await.until("all wait", () -> waiters.count() == 3);

    http.get(path(task) + "?wait=30s").isProblem(503, "too-many-waiters");
    assertThat(http.get(path(task)).status()).isEqualTo(200);
    assertThat(http.get(path(finished) + "?wait=30s").status()).isEqualTo(200);

    waiters.changed(stored(Tasks.succeeded(task, "1")));
    for (Future<Answer> each : waiting) {
      assertThat(each.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
  }

  // --- lists ---------------------------------------------------------------------------------

  @Test
  void tasksAreListedNewestFirstAPageAtATime() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      StoredTask task = Tasks.queued();
      ids.add(stored(task).id().toString());
    }
    ids.sort((a, b) -> b.compareTo(a));

    Answer first = http.get("/api/v1/tasks?limit=2");
    Answer second =
        http.get("/api/v1/tasks?limit=2&cursor=" + first.json().path("next").asString());
    Answer third =
        http.get("/api/v1/tasks?limit=2&cursor=" + second.json().path("next").asString());

    assertThat(ids(first, second, third)).isEqualTo(ids);
    assertThat(first.json().path("tasks").size()).isEqualTo(2);
    assertThat(third.json().path("next").isNull()).isTrue();
  }

  @Test
  void aPageThatIsExactlyFullIsTheLastOne() throws Exception {
    stored(Tasks.queued());
    stored(Tasks.queued());

    assertThat(http.get("/api/v1/tasks?limit=2").json().path("next").isNull()).isTrue();
  }

  @Test
  void aListIsFiltered() throws Exception {
    GroupPart part = new GroupPart(UUID.randomUUID(), 0, 1, 0, 0, 0, false);
    StoredTask queued = stored(Tasks.queued("a", TaskOptions.NONE, null));
    StoredTask failed = stored(Tasks.failed(Tasks.queued("b", TaskOptions.NONE, part), "planned"));
    StoredTask succeeded = stored(Tasks.succeeded(Tasks.queued("b", TaskOptions.NONE, null), "1"));

    assertThat(listed("state=QUEUED")).containsExactly(queued.id());
    assertThat(listed("state=QUEUED,FAILED")).containsExactlyInAnyOrder(queued.id(), failed.id());
    assertThat(listed("state=QUEUED&state=FAILED"))
        .containsExactlyInAnyOrder(queued.id(), failed.id());
    assertThat(listed("task=b")).containsExactlyInAnyOrder(failed.id(), succeeded.id());
    assertThat(listed("task=b&state=SUCCEEDED")).containsExactly(succeeded.id());
    assertThat(listed("queue=tasks")).hasSize(3);
    assertThat(listed("queue=nope")).isEmpty();
    assertThat(listed("group=" + part.group())).containsExactly(failed.id());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=x",
        "limit=99999999999",
        "limit=",
        "limit=1&limit=2",
        "state=DONE",
        "state=queued",
        "state=",
        "state=QUEUED,",
        "task=",
        "task=%00",
        "queue=a%0Ab",
        "group=1",
        "cursor=",
        "cursor=x",
        "cursor=AAAAAAAAAAAAAAAAAAAAAB", // decodes, but no cursor ends like this
        "cursor=AAAAAAAAAAAAAAAAAAAAAA==",
        "cursor=AAAAAAAAAAAAAAAAAAAAAAAAAA",
        "page=2"
      })
  void aListThatCannotBeIs422(String query) throws Exception {
    http.get("/api/v1/tasks?" + query).isProblem(422, "invalid-parameter");
  }

  @Test
  void aListWithoutTheDatabaseIs503() throws Exception {
    store.isDown();
    http.get("/api/v1/tasks").isProblem(503, "db-unavailable");
  }

  // --- cancelling ----------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"POST, /cancel", "DELETE, ''"})
  void aTaskThatWaitsIsCancelledAtOnce(String method, String path) throws Exception {
    StoredTask task = Tasks.revoked(Tasks.queued());
    dispatch.cancelGives(task, true, false);
    Answer answer = send(method, path(task) + path);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(state(answer)).isEqualTo("REVOKED");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTaskThatRunsIsToldToEnd(boolean requestedNow) throws Exception {
    StoredTask task = Tasks.started(Tasks.queued());
    dispatch.cancelGives(task, false, requestedNow);
    Answer answer = send("DELETE", path(task));

    assertThat(answer.status()).isEqualTo(202);
    assertThat(state(answer)).isEqualTo("STARTED");
  }

  @Test
  void toCancelASecondTimeIs200() throws Exception {
    StoredTask task = Tasks.revoked(Tasks.queued());
    dispatch.cancelGives(task, false, false);
    Answer answer = send("POST", path(task) + "/cancel");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(state(answer)).isEqualTo("REVOKED");
  }

  @ParameterizedTest
  @EnumSource(names = {"SUCCEEDED", "FAILED", "EXPIRED"})
  void aTaskThatHasFinishedCannotBeCancelled(TaskState state) throws Exception {
    StoredTask task = Tasks.with(Tasks.queued(), state, null, null, null);
    dispatch.cancelGives(task, false, false);
    Answer answer = send("POST", path(task) + "/cancel").isProblem(409, "already-terminal");

    assertThat(answer.json().path("state").asString()).isEqualTo(state.name());
  }

  @Test
  void whatCannotBeCancelledIsNamed() throws Exception {
    send("DELETE", NOWHERE).isProblem(404, "task-not-found");
    send("DELETE", "/api/v1/tasks/1").isProblem(422, "invalid-parameter");
    send("POST", NOWHERE + "/cancel?force=1").isProblem(422, "invalid-parameter");
    store.isDown();
    send("DELETE", NOWHERE).isProblem(503, "db-unavailable");
  }

  // --- running again -------------------------------------------------------------------------

  @Test
  void aFinishedTaskRunsAgainAsANewTask() throws Exception {
    StoredTask task = stored(Tasks.failed(Tasks.queued(), "planned"));
    Answer answer = send("POST", path(task) + "/retry");

    assertThat(answer.status()).isEqualTo(202);
    String id = answer.json().path("id").asString();
    assertThat(id).isNotEqualTo(task.id().toString());
    assertThat(answer.header("Location")).isEqualTo("/api/v1/tasks/" + id);
    assertThat(dispatch.sent.get(0).earlier()).isEqualTo(task.id());
    assertThat(state(http.get(path(task)))).isEqualTo("FAILED");
  }

  @Test
  void aTaskThatHasNotFinishedDoesNotRunAgain() throws Exception {
    StoredTask task = stored(Tasks.started(Tasks.queued()));
    Answer answer = send("POST", path(task) + "/retry").isProblem(409, "not-terminal");

    assertThat(answer.json().path("state").asString()).isEqualTo("STARTED");
    assertThat(dispatch.sent).isEmpty();
  }

  @Test
  void aPartOfAGroupDoesNotRunAgainByItself() throws Exception {
    GroupPart part = new GroupPart(UUID.randomUUID(), 0, 1, 1, 1, 0, false);
    StoredTask task = stored(Tasks.failed(Tasks.queued("t", TaskOptions.NONE, part), "planned"));

    send("POST", path(task) + "/retry").isProblem(409, "part-of-group");
    assertThat(dispatch.sent).isEmpty();
  }

  @Test
  void whatCannotRunAgainIsNamed() throws Exception {
    StoredTask task = stored(Tasks.failed(Tasks.queued(), "planned"));
    send("POST", NOWHERE + "/retry").isProblem(404, "task-not-found");
    send("POST", path(task) + "/retry?x=1").isProblem(422, "invalid-parameter");
    dispatch.refuses(Reason.QUEUE_FULL);
    assertThat(
            send("POST", path(task) + "/retry")
                .isProblem(429, "queue-full")
                .json()
                .path("maxLength")
                .asInt())
        .isEqualTo(5);
  }

  // -------------------------------------------------------------------------------------------

  private StoredTask stored(StoredTask task) {
    store.put(task);
    return task;
  }

  private Answer send(String method, String path) throws IOException, InterruptedException {
    return http.send(http.request(path).method(method, BodyPublishers.noBody()));
  }

  private static String path(StoredTask task) {
    return "/api/v1/tasks/" + task.id();
  }

  private static String state(Answer answer) {
    return answer.json().path("state").asString();
  }

  private List<UUID> listed(String query) throws IOException, InterruptedException {
    Answer answer = http.get("/api/v1/tasks?" + query);
    assertThat(answer.status()).isEqualTo(200);
    return ids(answer).stream().map(UUID::fromString).toList();
  }

  private static List<String> ids(Answer... pages) {
    List<String> ids = new ArrayList<>();
    for (Answer page : pages) {
      page.json().path("tasks").forEach(task -> ids.add(task.path("id").asString()));
    }
    return ids;
  }
}
