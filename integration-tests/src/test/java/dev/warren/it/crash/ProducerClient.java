package dev.warren.it.crash;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One caller of the REST interface, with connections of its own: asks one producer after the other,
 * as a load balancer does, and repeats nothing by itself. Not thread-safe.
 */
final class ProducerClient {

  private static final JsonMapper JSON = new JsonMapper();
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final String TASKS = "/api/v1/tasks";

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final List<String> producers;
  private int next = COUNT.getAndIncrement(); // not all begin with the same one

  ProducerClient(List<String> producers) {
    this.producers = producers;
  }

  /** An answer. */
  record Answer(String producer, int status, JsonNode json) {

    /** The problem's name, or an empty text. */
    String problem() {
      return json.path("type").asString("").replace("urn:warren:problem:", "");
    }
  }

  /** Posts a task under an idempotency key; fails if no answer comes. */
  Answer post(String key, String body, Duration limit) throws IOException {
    return send(
        HttpRequest.newBuilder()
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body))
            .timeout(limit),
        TASKS);
  }

  /** Reads a task; waits so long for its end. */
  Answer get(String id, Duration wait) throws IOException {
    String path = TASKS + "/" + id + (wait.isZero() ? "" : "?wait=" + wait.toMillis() + "ms");
    return send(HttpRequest.newBuilder().GET().timeout(wait.plusSeconds(20)), path);
  }

  /** Reads a page of the list of tasks; the cursor is empty at first. */
  Answer list(String queue, String cursor) throws IOException {
    String path = TASKS + "?limit=1000&queue=" + queue;
    return send(
        HttpRequest.newBuilder().GET().timeout(Duration.ofSeconds(20)),
        cursor.isEmpty() ? path : path + "&cursor=" + cursor);
  }

  private Answer send(HttpRequest.Builder request, String path) throws IOException {
    String producer = producers.get(Math.floorMod(next++, producers.size()));
    try {
      HttpResponse<String> response =
          http.send(request.uri(URI.create(producer + path)).build(), BodyHandlers.ofString());
      return new Answer(producer, response.statusCode(), json(response.body()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      return JSON.missingNode();
    }
  }
}
