package dev.warren.it.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warren.it.kit.ProducerProcess;
import dev.warren.it.kit.TestBroker;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A producer's log holds no secret, and nothing that a caller wrote for it. */
class ProducerLogTest {

  private static final String BROKER_PASSWORD = canary();
  private static final String DATABASE_PASSWORD = canary();
  private static final String ARGUMENT = canary();
  private static final String IDEMPOTENCY_KEY = canary();
  private static final String TOKEN = "eyJ" + canary() + ".e30.";
  private static final String UNKNOWN_KEY = "wrn_" + canary() + "0".repeat(11);
  private static final String FORGED = "2031-01-01T00:00:00.000Z  INFO all is well";

  @Test
  void noSecretComesIntoTheLogAndNoLineIsForged() {
    String user = TestBroker.uniqueName("user");
    TestBroker broker = TestBroker.shared();
    broker.addUser(user, BROKER_PASSWORD);
    String log;
    try (ProducerProcess producer =
        Keys.open(broker.uri(user, BROKER_PASSWORD))
            .queue(TestBroker.uniqueName("log"))
            .set("spring.datasource.username", "warren")
            .set("spring.datasource.password", DATABASE_PASSWORD)
            .startReady()) {
      RawHttp http = new RawHttp(producer.address());
      requests().forEach(http::send);
      producer.sigterm();
      producer.awaitExit();
      log = producer.log();
    }

    assertThat(log).contains("Started ProducerApplication");
    assertThat(log)
        .doesNotContain(
            BROKER_PASSWORD,
            DATABASE_PASSWORD,
            ARGUMENT,
            IDEMPOTENCY_KEY,
            TOKEN,
            UNKNOWN_KEY,
            Keys.ALL,
            Keys.READER,
            Keys.hash(Keys.ALL));
    assertThat(log.lines()).noneMatch(line -> line.startsWith("2031-"));
    assertThat(log).doesNotContain("\u001b[31m");
    assertThat(log.lines().filter(line -> line.contains("all is well")).count())
        .as("what callers wrote is not logged")
        .isZero();
  }

  private static List<String> requests() {
    String forged = "%0d%0a" + FORGED.replace(" ", "%20") + "%1b[31m";
    return List.of(
        post(Keys.ALL, "{\"task\":\"demo.sleep\",\"args\":[\"" + ARGUMENT + "\"]}"),
        post(Keys.ALL, "{\"task\":\"demo.sleep\",\"args\":[\"" + ARGUMENT),
        post(Keys.ALL, "{\"task\":\"x\\n" + FORGED + "\\u001b[31m\"}"),
        post(Keys.ALL, "{\"queue\":\"x\\n" + FORGED + "\",\"" + ARGUMENT + "\":1}"),
        post(Keys.READER, "{}"),
        post(UNKNOWN_KEY, "{}"),
        get("/api/v1/tasks?" + forged, "Authorization: Bearer " + TOKEN),
        get("/api/v1/tasks?task=" + forged, "Authorization: Bearer " + Keys.ALL),
        get("/api/v1/tasks/" + forged, "Authorization: Bearer " + Keys.ALL),
        get("/api/v1/queues/" + forged, "Authorization: Bearer " + Keys.ALL),
        get("/api/v1/queues/" + forged + "/quarantine", "Authorization: Bearer " + Keys.ALL),
        get("/" + forged, "Authorization: Bearer " + Keys.ALL),
        get("/%", "X-API-Key: " + Keys.ALL),
        get("/api/v1/tasks", "Authorization: Basic " + UNKNOWN_KEY),
        get("/api/v1/tasks", "X-API-Key: " + Keys.ALL + "\r\nAccept: \u001b[31m" + FORGED),
        get("/api/v1/tasks", "X-API-Key: " + Keys.ALL + "\u0001\u001b[31m"));
  }

  private static String post(String key, String body) {
    return "POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-API-Key: %s\r\nIdempotency-Key: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(key, IDEMPOTENCY_KEY, body.length(), body);
  }

  private static String get(String path, String header) {
    return "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n\r\n"
        .formatted(path, header);
  }

  private static String canary() {
    return "canary" + UUID.randomUUID().toString().replace("-", "").substring(0, 26);
  }
}
