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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** Posts tasks over so many connections, each as soon as the one before is answered. */
final class Hammer {

  private final int connections;
  private final String body;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Hammer(int connections, String body) {
    this.connections = connections;
    this.body = body;
  }

  /** One round; fails at the first answer that is not 202. */
  Latencies hit(String address, Duration time) throws InterruptedException, ExecutionException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + "/api/v1/tasks"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    ExecutorService threads = Executors.newFixedThreadPool(connections);
    try {
      long began = System.nanoTime();
      long end = began + time.toNanos();
      List<Future<long[]>> all = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        all.add(threads.submit(() -> one(request, end)));
      }
      LongStream nanos = LongStream.empty();
      for (Future<long[]> one : all) {
        nanos = LongStream.concat(nanos, LongStream.of(one.get()));
      }
      return Latencies.of(nanos.toArray(), (System.nanoTime() - began) / 1e9);
    } finally {
      threads.shutdownNow();
    }
  }

  private long[] one(HttpRequest request, long end) throws IOException, InterruptedException {
    LongStream.Builder nanos = LongStream.builder();
    for (long now = System.nanoTime(); now - end < 0; ) {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() != 202) {
        throw new IllegalStateException(answer.statusCode() + " " + answer.body());
      }
      long then = System.nanoTime();
      nanos.add(then - now);
      now = then;
    }
    return nanos.build().toArray();
  }
}
