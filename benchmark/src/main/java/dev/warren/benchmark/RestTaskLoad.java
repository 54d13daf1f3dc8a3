package dev.warren.benchmark;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** Single tasks over REST, by so many callers, each of which posts one and waits for its result. */
final class RestTaskLoad implements Load {

  private static final String TASKS = "/api/v1/tasks";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String address;

  RestTaskLoad(String address) {
    this.address = address;
  }

  @Override
  public RemoteClient.Round round(String queue, int callers, Duration time) throws Exception {
    HttpRequest post =
        HttpRequest.newBuilder(URI.create(address + TASKS))
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    "{\"task\":\"text.word_count\",\"queue\":\""
                        + queue
                        + "\",\"args\":[\"one two three\"]}"))
            .build();
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try {
      long began = System.nanoTime();
      List<Future<long[]>> all = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        all.add(threads.submit(() -> callUntil(began + time.toNanos(), post)));
      }
      LongStream nanos = LongStream.empty();
      for (Future<long[]> one : all) {
        nanos = LongStream.concat(nanos, LongStream.of(one.get()));
      }
      long[] each = nanos.toArray();
      return RemoteClient.Round.of(
          each.length, Latencies.of(each, (System.nanoTime() - began) / 1e9));
    } finally {
      threads.shutdownNow();
    }
  }

  private long[] callUntil(long end, HttpRequest post) throws IOException, InterruptedException {
    LongStream.Builder nanos = LongStream.builder();
    for (long now = System.nanoTime(); now - end < 0; ) {
      call(post);
      long then = System.nanoTime();
      nanos.add(then - now);
      now = then;
    }
    return nanos.build().toArray();
  }

  private void call(HttpRequest post) throws IOException, InterruptedException {
    HttpResponse<String> accepted = http.send(post, BodyHandlers.ofString());
    if (accepted.statusCode() != 202) {
      throw new IllegalStateException(accepted.statusCode() + " " + accepted.body());
    }
    String task = accepted.headers().firstValue("Location").orElseThrow();
    HttpRequest wait =
        HttpRequest.newBuilder(URI.create(address).resolve(task + "?wait=10s")).build();
    String view = http.send(wait, BodyHandlers.ofString()).body();
    if (!view.contains("\"result\":3")) {
      throw new IllegalStateException(view);
    }
  }

  @Override
  public void close() {}
}
