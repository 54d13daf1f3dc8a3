package dev.warren.it.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A small HTTP client that reads JSON. */
public final class Rest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(40);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final String base;

  /** For one service. */
  public Rest(String base) {
    this.base = base;
  }

  /**
   * An answer.
   *
   * @param json the body, or a missing node if it is not JSON
   * @param took from the request to the whole of the answer
   */
  public record Answer(int status, HttpHeaders headers, String body, JsonNode json, Duration took) {

    /** A header, or an empty text. */
    public String header(String name) {
      return headers.firstValue(name).orElse("");
    }

    /** What a problem of Warren's is called, or an empty text if this is none. */
    public String problem() {
      return header("content-type").startsWith("application/problem+json")
          ? json.path("type").asString("").replace("urn:warren:problem:", "")
          : "";
    }
  }

  /** Scheme, host and port. */
  public String base() {
    return base;
  }

  /** Gets a path. */
  public Answer get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).GET());
  }

  /** Posts a value as JSON. */
  public Answer post(String path, Object body) {
    return post(path, "application/json", JSON.writeValueAsString(body));
  }

  /** Posts a text as it is. */
  public Answer post(String path, String contentType, String body) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofString(body)));
  }

  boolean answers(String path, int status) {
    try {
      return get(path).status() == status;
    } catch (UncheckedIOException e) {
      return false; // nobody listens yet
    }
  }

  private URI uri(String path) {
    return URI.create(base + path);
  }

  private Answer send(HttpRequest.Builder request) {
    long began = System.nanoTime();
    try {
      HttpResponse<String> response =
          http.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofString());
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      String body = response.body();
      return new Answer(response.statusCode(), response.headers(), body, json(body), took);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during a request", e);
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
