package dev.warren.producer.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.warren.producer.api.Http.Answer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
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
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Who is let in and who is not, over real connections, with keys and with OAuth2 tokens. */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "server.address=0.0.0.0",
      "management.server.port=0",
      "spring.datasource.url=jdbc:h2:mem:security;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
      "spring.rabbitmq.port=1", // nobody listens there: the real broker is away
      "spring.datasource.url=jdbc:h2:mem:security;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
      "warren.queues.tasks.max-length=5",
      "warren.producer.api-keys.all.scopes=submit,read,cancel,admin",
      "warren.producer.api-keys.reader.scopes=read",
      "warren.producer.api-keys.submitter.scopes=submit",
      "spring.security.oauth2.resourceserver.jwt.audiences=" + Tokens.AUDIENCE
    })
@Import(ScriptedDispatch.Configuration.class)
@Timeout(60)
class SecurityApiTest {

  private static final String ALL = "wrn_" + "a".repeat(43);
  private static final String READER = "wrn_" + "r".repeat(43);
  private static final String SUBMITTER = "wrn_" + "s".repeat(43);
  private static final String UNKNOWN = "wrn_" + "u".repeat(43);
  private static final String TASK = "{\"task\":\"demo.sleep\",\"args\":[1]}";
  private static final String TASKS = "/api/v1/tasks";
  private static final String NOWHERE = TASKS + "/00000000-0000-0000-0000-000000000000";
  private static final Tokens TOKENS = new Tokens();

  private final Http http;

  @Autowired
  SecurityApiTest(@LocalServerPort int port, ScriptedDispatch dispatch) {
    this.http = new Http(port);
    dispatch.reset();
  }

  @DynamicPropertySource
  static void secrets(DynamicPropertyRegistry properties) {
    properties.add("warren.producer.api-keys.all.hash", () -> hash(ALL));
    properties.add("warren.producer.api-keys.reader.hash", () -> hash(READER));
    properties.add("warren.producer.api-keys.submitter.hash", () -> hash(SUBMITTER));
    properties.add(
        "spring.security.oauth2.resourceserver.jwt.public-key-location", TOKENS::publicKeyLocation);
  }

  // --- keys ----------------------------------------------------------------------------------

  @Test
  void aStrangerIs401AndIsToldHowToCome() throws Exception {
    Answer answer = http.post(TASK).isProblem(401, "unauthenticated");

    assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"warren\"");
    assertThat(answer.json().path("detail").asString())
        .contains("Authorization: Bearer", "X-API-Key");
  }

  @ParameterizedTest
  @CsvSource({
    "Authorization, Bearer wrn_uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "Authorization, Bearer wrn_",
    "Authorization, Bearer wrn_short",
    "Authorization, Bearer not.a.token",
    "Authorization, Bearer not a token",
    "Authorization, Bearer",
    "X-API-Key, wrn_uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu",
    "X-API-Key, anything",
    "X-API-Key, ''",
  })
  void allThatIsWrongIsAnsweredTheSame(String header, String value) throws Exception {
    Answer answer =
        http.send(http.posting(TASK).header(header, value)).isProblem(401, "unauthenticated");

    assertThat(answer.header("WWW-Authenticate"))
        .isEqualTo("Bearer realm=\"warren\", error=\"invalid_token\"");
    assertThat(answer.json()).isEqualTo(http.post(TASK).json());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer ", "bearer ", "BEARER  "})
  void aKeyMayComeAsABearerToken(String scheme) throws Exception {
    assertThat(http.send(http.posting(TASK).header("Authorization", scheme + ALL)).status())
        .isEqualTo(202);
  }

  @Test
  void aKeyMayComeInAHeaderOfItsOwn() throws Exception {
    assertThat(http.send(http.posting(TASK).header("X-API-Key", ALL)).status()).isEqualTo(202);
  }

  @Test
  void twoKeysAtATimeAreRefused() throws Exception {
    http.send(bearing(http.posting(TASK), ALL).header("X-API-Key", READER))
        .isProblem(401, "unauthenticated");
    http.send(http.posting(TASK).header("X-API-Key", ALL).header("X-API-Key", READER))
        .isProblem(401, "unauthenticated");
  }

  @Test
  void aKeyIsNotTakenFromTheUri() throws Exception {
    http.get(NOWHERE + "?access_token=" + ALL).isProblem(401, "unauthenticated");
    http.get(NOWHERE + "?X-API-Key=" + ALL).isProblem(401, "unauthenticated");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /api/v1/tasks, submit",
    "POST, /api/v1/groups, submit",
    "POST, " + NOWHERE + "/retry, submit",
    "POST, " + NOWHERE + "/cancel, cancel",
    "DELETE, " + NOWHERE + ", cancel",
    "GET, /api/v1/queues/tasks/quarantine, admin",
    "DELETE, /api/v1/queues/tasks/quarantine, admin"
  })
  void whatAKeyMayNotDoIs403AndNamesTheScope(String method, String path, String scope)
      throws Exception {
    Answer answer =
        http.send(
                bearing(http.request(path), READER)
                    .header("Content-Type", "application/json")
                    .method(method, BodyPublishers.ofString("{}")))
            .isProblem(403, "forbidden");

    assertThat(answer.json().path("scope").asString()).isEqualTo(scope);
  }

  @Test
  void whoMayOnlySubmitMayNotRead() throws Exception {
    assertThat(http.send(bearing(http.posting(TASK), SUBMITTER)).status()).isEqualTo(202);
    http.send(bearing(http.request(NOWHERE), SUBMITTER)).isProblem(403, "forbidden");
    http.send(bearing(http.request(NOWHERE), READER)).isProblem(404, "task-not-found");
  }

  @Test
  void aCallerWhoWaitsIsAnsweredOnAnotherThread() throws Exception {
    String id = http.send(bearing(http.posting(TASK), ALL)).json().path("id").asString();

    Answer answer = http.send(bearing(http.request(TASKS + "/" + id + "?wait=100ms"), READER));

    assertThat(answer.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/api/v2", "/error", "/actuator", "/favicon.ico", "/api/v1/nope"})
  void onlyWhoIsKnownLearnsWhichPathsThereAre(String path) throws Exception {
    http.get(path).isProblem(401, "unauthenticated");
    http.send(bearing(http.request(path), ALL)).isProblem(404, "not-found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "FOO", "OPTIONS", "PATCH"})
  void anyOtherMethodOfAStrangerIs401(String method) throws Exception {
    http.send(http.request(TASKS).method(method, BodyPublishers.noBody()))
        .isProblem(401, "unauthenticated");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//api/v1/tasks",
        "/api//v1/tasks",
        "/api/v1/tasks;x=1",
        "/api/v1/./tasks",
        "/api/v1/%2e%2e"
      })
  void aPathThatCouldBeReadInTwoWaysIs400(String path) throws Exception {
    String answer =
        http.raw(
            "GET "
                + path
                + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: "
                + ALL
                + "\r\n\r\n");

    assertThat(answer)
        .startsWith("HTTP/1.1 400 ")
        .contains("Content-Type: application/problem+json")
        .contains("urn:warren:problem:bad-request");
  }

  @Test
  void answersAreNotKeptGuessedFramedOrTiedToASession() throws Exception {
    Answer answer = http.send(bearing(http.request(NOWHERE), READER));

    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
    assertThat(answer.header("Content-Security-Policy"))
        .startsWith("default-src 'none';")
        .doesNotContain("unsafe");
    assertThat(answer.headers().map()).doesNotContainKeys("set-cookie", "server", "pragma");
  }

  @Test
  void noOtherOriginIsInvited() throws Exception {
    Answer answer =
        http.send(
            bearing(http.request(NOWHERE), READER).header("Origin", "https://elsewhere.example"));

    assertThat(answer.headers().map().keySet())
        .noneMatch(header -> header.startsWith("access-control-"));
  }

  // --- tokens --------------------------------------------------------------------------------

  @Test
  void aTokenOfTheAuthorizationServerMayWhatItsScopesSay() throws Exception {
    String token = TOKENS.signed(Tokens.claims());

    assertThat(http.send(bearing(http.posting(TASK), token)).status()).isEqualTo(202);
    Answer refused =
        http.send(bearing(http.request(NOWHERE).DELETE(), token)).isProblem(403, "forbidden");
    assertThat(refused.header("WWW-Authenticate")).contains("insufficient_scope");
  }

  @Test
  void scopesMayBeAListAsWell() throws Exception {
    String token =
        TOKENS.signed(Tokens.claims().claim("scope", null).claim("scp", List.of("read")));

    http.send(bearing(http.request(NOWHERE), token)).isProblem(404, "task-not-found");
    http.send(bearing(http.posting(TASK), token)).isProblem(403, "forbidden");
  }

  @Test
  void aTokenWithoutScopesMayNothing() throws Exception {
    String token = TOKENS.signed(Tokens.claims().claim("scope", null));

    http.send(bearing(http.request(NOWHERE), token)).isProblem(403, "forbidden");
  }

  static Stream<Arguments> forged() throws JOSEException {
    JWTClaimsSet.Builder claims = Tokens.claims();
    Date past = Date.from(Instant.now().minusSeconds(300));
    Date future = Date.from(Instant.now().plusSeconds(300));
    String good = TOKENS.signed(claims);
    return Stream.of(
        forged("not signed", Tokens.plain(claims)),
        forged("signed with the public key", TOKENS.signedWithThePublicKey(claims)),
        forged("signed by another", new Tokens().signed(claims)),
        forged("without its signature", good.substring(0, good.lastIndexOf('.') + 1)),
        forged("expired", TOKENS.signed(Tokens.claims().expirationTime(past))),
        forged("valid for ever", TOKENS.signed(Tokens.claims().expirationTime(null))),
        forged("not valid yet", TOKENS.signed(Tokens.claims().notBeforeTime(future))),
        forged("for another service", TOKENS.signed(Tokens.claims().audience("mail"))),
        forged("for no service", TOKENS.signed(Tokens.claims().audience((String) null))),
        forged("of nobody", TOKENS.signed(Tokens.claims().subject(null))),
        forged("of two lines", TOKENS.signed(Tokens.claims().subject("a\nb"))));
  }

  @ParameterizedTest
  @MethodSource("forged")
  void aTokenThatIsNotRightIs401(String token) throws Exception {
    Answer answer =
        http.send(bearing(http.request(NOWHERE), token)).isProblem(401, "unauthenticated");

    assertThat(answer.header("WWW-Authenticate")).contains("invalid_token");
    assertThat(answer.json()).isEqualTo(http.get(NOWHERE).json());
  }

  @Test
  void aTokenBesideAKeyIsRefused() throws Exception {
    String token = TOKENS.signed(Tokens.claims());

    http.send(bearing(http.request(NOWHERE), token).header("X-API-Key", ALL))
        .isProblem(401, "unauthenticated");
  }

  // -------------------------------------------------------------------------------------------

  private static Arguments forged(String name, String token) {
    return Arguments.of(Named.of(name, token));
  }

  private static HttpRequest.Builder bearing(HttpRequest.Builder request, String token) {
    return request.header("Authorization", "Bearer " + token);
  }

  private static String hash(String key) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
