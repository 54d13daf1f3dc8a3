package dev.warren.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.AppJar;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TestBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A producer is closed to strangers, however it is started. */
@Tag(Ci.FIRST_PASS_ONLY)
class SecurityTest {

  private static final String TASK = "{\"task\":\"demo.sleep\",\"args\":[0]}";
  private static final String JSON = "Content-Type: application/json\r\n";

  private final String uri = TestBroker.shared().uri();
  private final String queue = TestBroker.uniqueName("security");

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", ""})
  void withoutKeysAProducerThatOthersReachDoesNotStart(String address) {
    try (ProducerProcess producer =
        ProducerProcess.on(uri).queue(queue).set("server.address", address).start()) {
      assertThat(producer.awaitExit()).isNotZero();
      assertThat(refusal(producer))
          .contains("server.address", "--new-api-key", "warren.producer.api-keys");
      assertThat(producer.log()).doesNotContain("\tat ");
    }
  }

  @Test
  void aKeyInPlaceOfItsHashStopsTheStartAndIsNotShown() {
    try (ProducerProcess producer =
        Keys.open(uri).set("warren.producer.api-keys.all.hash", Keys.ALL).queue(queue).start()) {
      assertThat(producer.awaitExit()).isNotZero();
      assertThat(refusal(producer)).contains("warren.producer.api-keys.all.hash", "SHA-256");
      assertThat(producer.log()).doesNotContain(Keys.ALL).doesNotContain("\tat ");
    }
  }

  @Test
  void oAuth2WithoutAnAudienceStopsTheStart() {
    String property = "spring.security.oauth2.resourceserver.jwt.";
    try (ProducerProcess producer =
        ProducerProcess.on(uri)
            .queue(queue)
            .set(property + "jwk-set-uri", "http://127.0.0.1:1/keys")
            .start()) {
      assertThat(producer.awaitExit()).isNotZero();
      assertThat(refusal(producer)).contains(property + "audiences");
    }
  }

  @Test
  void aNewKeyAdmitsWhereItsHashIsConfigured() throws Exception {
    List<String> printed = newApiKey();
    String key = printed.get(0).replace("key:  ", "");
    String hash = printed.get(1).replace("hash: ", "");
    try (ProducerProcess producer =
        ProducerProcess.on(uri)
            .queue(queue)
            .set("server.address", "0.0.0.0")
            .set("warren.producer.api-keys.mine.hash", hash)
            .set("warren.producer.api-keys.mine.scopes", "submit")
            .startReady()) {
      RawHttp http = new RawHttp(producer.address());

      assertThat(post(http, "Authorization: Bearer " + key + "\r\n")).startsWith("HTTP/1.1 202 ");
      assertThat(post(http, "X-API-Key: " + key + "\r\n")).startsWith("HTTP/1.1 202 ");
      assertThat(post(http, "")).startsWith("HTTP/1.1 401 ");
      assertThat(post(http, "X-API-Key: " + Keys.ALL + "\r\n")).startsWith("HTTP/1.1 401 ");
    }
  }

  @Test
  void withoutKeysNoWebPageOfAnotherCanPostTasks() {
    try (ProducerProcess producer = ProducerProcess.on(uri).queue(queue).startReady()) {
      RawHttp http = new RawHttp(producer.address());

      assertThat(post(http, "")).startsWith("HTTP/1.1 202 ");
      assertThat(post(http, "Origin: https://evil.example\r\n"))
          .startsWith("HTTP/1.1 403 ")
          .contains("urn:warren:problem:forbidden");
      assertThat(post(http, "Sec-Fetch-Site: cross-site\r\n")).startsWith("HTTP/1.1 403 ");
      assertThat(
              http.send(
                  "GET /api/v1/tasks HTTP/1.1\r\nHost: evil.example\r\n"
                      + "Connection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 403 ");
    }
  }

  @Test
  void whoComesTooOftenIs429() {
    try (ProducerProcess producer =
        Keys.open(uri).queue(queue).set("warren.producer.rate-limit", 1).startReady()) {
      RawHttp http = new RawHttp(producer.address());
      String key = "X-API-Key: " + Keys.ALL + "\r\n";
      String answer = "";
      for (int i = 0; i < 50 && !answer.startsWith("HTTP/1.1 429 "); i++) {
        answer = http.send("GET", "/api/v1/tasks", key);
      }

      assertThat(answer)
          .startsWith("HTTP/1.1 429 ")
          .contains("urn:warren:problem:rate-limited", "Retry-After: 1");
      assertThat(http.send("GET", "/api/v1/tasks", "X-API-Key: " + Keys.READER + "\r\n"))
          .startsWith("HTTP/1.1 200 ");
    }
  }

  private static String post(RawHttp http, String headers) {
    return http.send(
        "POST /api/v1/tasks HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n"
            + (JSON + headers + "Content-Length: " + TASK.length() + "\r\n\r\n" + TASK));
  }

  private static List<String> newApiKey() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                AppJar.PRODUCER.file().toString(),
                "--new-api-key")
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return printed.lines().toList();
  }

  private static String refusal(ProducerProcess producer) {
    List<String> lines =
        producer.log().lines().filter(l -> l.startsWith("Warren does not start: ")).toList();
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }
}
