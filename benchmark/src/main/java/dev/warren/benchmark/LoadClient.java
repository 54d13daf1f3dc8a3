package dev.warren.benchmark;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A client as a process of its own: reads rounds from its input, a line {@code queue size
 * milliseconds} for each, and writes what it measured, a line {@code result tasks seconds p50 p99
 * unanswered} with the latencies in microseconds.
 */
final class LoadClient {

  /** The argument with which this program is a client; the next one says which. */
  static final String ROLE = "load-client";

  private LoadClient() {}

  /** Runs until its input ends. */
  static void run(String kind, Arguments arguments) throws Exception {
    try (Load load = load(kind, arguments)) {
      BufferedReader orders =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = orders.readLine(); line != null; line = orders.readLine()) {
        String[] order = line.split(" ");
        Duration time = Duration.ofMillis(Long.parseLong(order[2]));
        System.out.println(load.round(order[0], Integer.parseInt(order[1]), time).line());
      }
    }
  }

  private static Load load(String kind, Arguments arguments) throws Exception {
    String broker = arguments.broker();
    return switch (kind) {
      case "map" -> new PoolLoad(broker, PoolLoad::map);
      case "imap" -> new PoolLoad(broker, PoolLoad::imapUnordered);
      case "rest-task" -> new RestTaskLoad(arguments.text("address", ""));
      case "rest-group" -> new RestGroupLoad(arguments.text("address", ""));
      case "raw" -> new CallLoad(new RawRelay.Client(broker));
      case "warren-plain" -> new CallLoad(new WarrenCaller(broker, false));
      case "warren-coalesced" -> new CallLoad(new WarrenCaller(broker, true));
      default -> new CallLoad(new SpringRelay.Client(broker, SpringRelay.Kind.valueOf(kind)));
    };
  }
}
