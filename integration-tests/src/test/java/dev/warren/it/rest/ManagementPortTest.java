package dev.warren.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.Ci;
import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.Rest;
import dev.warren.it.kit.TestBroker;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators see of a producer, and strangers do not. */
@Tag(Ci.FIRST_PASS_ONLY)
class ManagementPortTest {

  private static final String PROMETHEUS = "/actuator/prometheus";
  private static final int CALLS = 1000;

  @AutoClose private static ProducerProcess producer;

  @BeforeAll
  static void start() {
    producer =
        Keys.open(TestBroker.shared().uri())
            .queue(TestBroker.uniqueName("management"))
            .startReady();
  }

  @ParameterizedTest
  @ValueSource(strings = {"health", "health/liveness", "health/readiness", "info", "prometheus"})
  void healthInfoAndMetricsAreThere(String endpoint) {
    assertThat(producer.management().get("/actuator/" + endpoint).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "beans",
        "caches",
        "conditions",
        "configprops",
        "env",
        "flyway",
        "heapdump",
        "httpexchanges",
        "loggers",
        "logfile",
        "mappings",
        "metrics",
        "sbom",
        "scheduledtasks",
        "sessions",
        "shutdown",
        "startup",
        "threaddump"
      })
  void nothingElseIs(String endpoint) {
    RawHttp http = new RawHttp(producer.management().base());
    String key = "X-API-Key: " + Keys.ALL + "\r\n";

    assertThat(http.send("GET", "/actuator/" + endpoint, key)).startsWith("HTTP/1.1 404 ");
    assertThat(http.send("POST", "/actuator/" + endpoint, key)).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void theApisPortHasNoneOfIt() {
    RawHttp http = new RawHttp(producer.address());

    assertThat(http.send("GET", "/actuator/health", "X-API-Key: " + Keys.ALL + "\r\n"))
        .startsWith("HTTP/1.1 404 ");
  }

  @Test
  void theDetailsOfHealthAreForOwnersOfAKeyForThem() {
    RawHttp http = new RawHttp(producer.management().base());

    assertThat(http.send("GET", "/actuator/health", "")).doesNotContain("details", "components");
    assertThat(http.send("GET", "/actuator/health", "X-API-Key: " + Keys.READER + "\r\n"))
        .doesNotContain("details", "components");
    assertThat(http.send("GET", "/actuator/health", "X-API-Key: " + Keys.ALL + "\r\n"))
        .contains("components", "warren", "store");
  }

  @Test
  void metricsDoNotGrowWithWhatStrangersAndCallersThinkUp() {
    RawHttp http = new RawHttp(producer.address());
    String key = "X-API-Key: " + Keys.ALL + "\r\n";
    Rest.Answer before = callOneOfEach(http, key);
    for (int i = 0; i < CALLS; i++) {
      String random = UUID.randomUUID().toString();
      http.send("GET", "/" + random, i % 2 == 0 ? key : "");
      http.send("M" + i, "/api/v1/tasks/" + random, i % 2 == 0 ? key : "");
      http.send("GET", "/api/v1/tasks/" + random, key);
      http.send("GET", "/swagger-ui/" + random, "");
    }
    String body = producer.management().get(PROMETHEUS).body();

    assertThat(series(body)).isLessThan(series(before.body()) + 60);
    assertThat(body).doesNotContain("M17\"", "M999\"");
    assertThat(body).contains("uri=\"/api/v1/tasks/{id}\"");
  }

  private static Rest.Answer callOneOfEach(RawHttp http, String key) {
    http.send("GET", "/nowhere", key);
    http.send("GET", "/nowhere", "");
    http.send("GET", "/api/v1/tasks/" + UUID.randomUUID(), key);
    return producer.management().get(PROMETHEUS);
  }

  private static long series(String metrics) {
    return metrics.lines().filter(line -> line.startsWith("http_server_requests")).count();
  }
}
