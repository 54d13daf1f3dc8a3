package dev.warren.benchmark;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A map over REST: all items in one request, until all results are read. */
final class GroupRun {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String GROUPS = "/api/v1/groups";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String address;

  GroupRun(String address) {
    this.address = address;
  }

  /**
   * How long it took, in seconds from the request's beginning.
   *
   * @param accepted until 202
   * @param finished until all parts had an end
   * @param read until the last result was read
   */
  record Times(double accepted, double finished, double read) {}

  Times run(String queue, int items) throws IOException, InterruptedException {
    String body =
        IntStream.range(0, items)
            .mapToObj(i -> "\"item number " + i + "\"")
            .collect(
                Collectors.joining(
                    ",",
                    "{\"task\":\"text.word_count\",\"queue\":\"" + queue + "\",\"items\":[",
                    "]}"));
    long began = System.nanoTime();
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(address + GROUPS))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    if (answer.statusCode() != 202) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    final double accepted = since(began);
    String id = JSON.readTree(answer.body()).path("id").asString();
    awaitEnd(id);
    final double finished = since(began);
    long results = read(id);
    if (results != items) {
      throw new IllegalStateException(results + " results of " + items);
    }
    return new Times(accepted, finished, since(began));
  }

  private void awaitEnd(String id) throws IOException, InterruptedException {
    for (String state = "RUNNING"; !state.equals("SUCCEEDED"); ) {
      JsonNode view = JSON.readTree(get(GROUPS + "/" + id + "?wait=5s", "application/json").body());
      state = view.path("state").asString();
      if (state.equals("FAILED") || state.equals("REVOKED")) {
        throw new IllegalStateException(view.toString());
      }
      if (!state.equals("SUCCEEDED")) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private HttpResponse<String> get(String path, String accept)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(address + path)).header("Accept", accept).build(),
        BodyHandlers.ofString());
  }

  private long read(String id) throws IOException, InterruptedException {
    HttpResponse<Stream<String>> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(address + GROUPS + "/" + id + "/results"))
                .header("Accept", "application/x-ndjson")
                .build(),
            BodyHandlers.ofLines());
    try (Stream<String> lines = answer.body()) {
      return lines.filter(line -> line.contains("\"result\":3")).count();
    }
  }

  private static double since(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
