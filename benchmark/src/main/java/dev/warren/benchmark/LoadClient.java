package dev.warren.benchmark;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client as a process of its own: reads rounds from its input, a line {@code queue window
 * milliseconds} for each, and writes what it measured, a line {@code result tasks seconds p50 p99}
 * with the latencies in microseconds.
 */
final class LoadClient {

  /** The argument with which this program is a client; the next one says which. */
  static final String ROLE = "load-client";

  private static final int MOST = 5_000_000;

  private final Caller caller;
  private int @Nullable [] micros;

  private LoadClient(Caller caller) {
    this.caller = caller;
  }

  /** Runs until its input ends. */
  static void run(String kind, Arguments arguments) throws Exception {
    try (Caller caller = caller(kind, arguments.broker())) {
      new LoadClient(caller).serve();
    }
  }

  private static Caller caller(String kind, String broker) throws Exception {
    return switch (kind) {
      case "raw" -> new RawRelay.Client(broker);
      case "warren-plain" -> new WarrenCaller(broker, false);
      case "warren-coalesced" -> new WarrenCaller(broker, true);
      default -> new SpringRelay.Client(broker, SpringRelay.Kind.valueOf(kind));
    };
  }

  private void serve() throws Exception {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      String[] order = line.split(" ");
      System.out.println(
          round(order[0], Integer.parseInt(order[1]), Long.parseLong(order[2]) * 1_000_000));
    }
  }

  private String round(String queue, int window, long nanos) throws Exception {
    int[] all = latencies();
    AtomicInteger count = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    Semaphore places = new Semaphore(window);
    long began = System.nanoTime();
    while (System.nanoTime() - began < nanos && failed.get() == null) {
      places.acquire();
      long called = System.nanoTime();
      caller.call(
          queue,
          failure -> {
            if (failure != null) {
              failed.set(failure);
            }
            int at = count.getAndIncrement();
            if (at < all.length) {
              all[at] = (int) ((System.nanoTime() - called) / 1_000);
            }
            places.release();
          });
    }
    places.acquire(window);
    double seconds = (System.nanoTime() - began) / 1e9;
    if (failed.get() != null) {
      throw new IllegalStateException("a task failed", failed.get());
    }
    int measured = Math.min(count.get(), all.length);
    Arrays.sort(all, 0, measured);
    return "result %d %.6f %d %d"
        .formatted(count.get(), seconds, all[measured / 2], all[(int) (measured * 0.99)]);
  }

  private int[] latencies() {
    int[] made = micros;
    if (made == null) {
      made = new int[MOST];
      micros = made;
    }
    return made;
  }
}
