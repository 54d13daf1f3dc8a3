package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.producer.api.Http.Answer;
import dev.warren.producer.dispatch.NotAcceptedException.Reason;
import dev.warren.producer.dispatch.Submitted;
import dev.warren.producer.store.Idempotency;
import dev.warren.producer.store.StoredTask;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.Principal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.mock.web.MockHttpServletRequest;

/** Requests with an {@code Idempotency-Key}. */
@ApiTest
class IdempotencyTest {

  private static final String TASK = "{\"task\":\"demo.sleep\",\"args\":[1]}";

  private final Http http;
  private final ScriptedDispatch dispatch;
  private final MapTaskStore store;

  @Autowired
  IdempotencyTest(@LocalServerPort int port, ScriptedDispatch dispatch, MapTaskStore store) {
    this.http = new Http(port);
    this.dispatch = dispatch;
    this.store = store;
  }

  @BeforeEach
  void reset() {
    dispatch.reset();
    store.reset();
  }

  @Test
  void withoutAKeyNothingIsRemembered() throws Exception {
    http.post(TASK);

    assertThat(dispatch.sent.get(0).idempotency()).isNull();
  }

  @Test
  void theSameRequestHasTheSameKeyAndFingerprint() throws Exception {
    post("order-17", TASK);
    post("order-17", TASK);

    assertThat(idempotency(0)).isEqualTo(idempotency(1));
    assertThat(idempotency(0).fingerprint()).matches("[0-9a-f]{64}");
  }

  @Test
  void anotherBodyHasAnotherFingerprint() throws Exception {
    post("order-17", TASK);
    post("order-17", TASK + " ");

    assertThat(idempotency(0).key()).isEqualTo(idempotency(1).key());
    assertThat(idempotency(0).fingerprint()).isNotEqualTo(idempotency(1).fingerprint());
  }

  @Test
  void quotesAroundAKeyAreNoPartOfIt() throws Exception {
    post("a\"b", TASK);
    post("\"a\\\"b\"", TASK);

    assertThat(idempotency(0)).isEqualTo(idempotency(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"\"", "\"open", "\"a\"b\"", "a b", "\"a b\"", "a\tb"})
  void anyOtherKeyIs422(String key) throws Exception {
    assertThat(
            http.send(http.posting(TASK).header("Idempotency-Key", key))
                .isProblem(422, "invalid-parameter")
                .json()
                .path("parameter")
                .asString())
        .isEqualTo("Idempotency-Key");
    assertThat(dispatch.sent).isEmpty();
  }

  @Test
  void aKeyIsAscii() {
    assertThatThrownBy(() -> key("alice", "ü")).isInstanceOf(ProblemException.class);
  }

  @Test
  void aKeyHasAtMost255Characters() throws Exception {
    assertThat(post("k".repeat(255), TASK).status()).isEqualTo(202);
    assertThat(idempotency(0).key().length()).isLessThanOrEqualTo(512);
    post("k".repeat(256), TASK).isProblem(422, "invalid-parameter");
  }

  @Test
  void twoKeysAreTooMany() throws Exception {
    http.send(http.posting(TASK).header("Idempotency-Key", "a").header("Idempotency-Key", "b"))
        .isProblem(422, "invalid-parameter");
  }

  @Test
  void aRepetitionGetsTheSameTaskAndIsToldSo() throws Exception {
    StoredTask task = Tasks.succeeded(Tasks.queued(), "1");
    dispatch.answersWith(new Submitted(task, true));
    Answer answer = post("order-17", TASK);

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.header("Idempotent-Replayed")).isEqualTo("true");
    assertThat(answer.header("Location")).isEqualTo("/api/v1/tasks/" + task.id());
    assertThat(answer.json().path("state").asString()).isEqualTo("SUCCEEDED");
  }

  @Test
  void theKeyOfAnotherRequestIs422() throws Exception {
    dispatch.refuses(Reason.IDEMPOTENCY_MISMATCH);
    post("order-17", TASK).isProblem(422, "idempotency-mismatch");
  }

  @Test
  void theKeyOfARequestThatIsUnderWayIs409() throws Exception {
    dispatch.refuses(Reason.IN_PROGRESS);

    assertThat(post("order-17", TASK).isProblem(409, "in-progress").header("Retry-After"))
        .isEqualTo("1");
  }

  @Test
  void runningAgainTakesAKeyToo() throws Exception {
    StoredTask first = Tasks.failed(Tasks.queued(), "planned");
    StoredTask second = Tasks.failed(Tasks.queued(), "planned");
    store.put(first);
    store.put(second);
    retry(first.id());
    retry(first.id());
    retry(second.id());

    assertThat(idempotency(0)).isEqualTo(idempotency(1));
    assertThat(idempotency(0).key()).isEqualTo(idempotency(2).key());
    assertThat(idempotency(0).fingerprint()).isNotEqualTo(idempotency(2).fingerprint());
  }

  @Test
  void theSameKeyOfAnotherCallerIsAnotherKey() {
    assertThat(key("alice", "k")).isEqualTo(key("alice", "k"));
    assertThat(key("alice", "k")).isNotEqualTo(key("bob", "k"));
    assertThat(key(null, "k")).isNotEqualTo(key("bob", "k"));
  }

  private static @Nullable IdempotencyKey key(@Nullable String caller, String key) {
    MockHttpServletRequest request = new MockHttpServletRequest("POST", "/api/v1/tasks");
    request.addHeader("Idempotency-Key", key);
    if (caller != null) {
      Principal principal = () -> caller;
      request.setUserPrincipal(principal);
    }
    return IdempotencyKey.of(request);
  }

  private Answer post(String key, String body) throws Exception {
    return http.send(http.posting(body).header("Idempotency-Key", key));
  }

  private void retry(UUID id) throws Exception {
    http.send(
        http.request("/api/v1/tasks/" + id + "/retry")
            .header("Idempotency-Key", "k")
            .POST(BodyPublishers.noBody()));
  }

  private Idempotency idempotency(int request) {
    Idempotency idempotency = dispatch.sent.get(request).idempotency();
    assertThat(idempotency).isNotNull();
    return idempotency;
  }
}
