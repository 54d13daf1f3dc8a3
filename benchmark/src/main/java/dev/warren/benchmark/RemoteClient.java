package dev.warren.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A {@link LoadClient}, or a program that understands the same lines, in another process. */
final class RemoteClient implements AutoCloseable {

  private static final String RESULT = "result";

  private final Process process;
  private final BufferedReader answers;
  private final Path log;

  /**
   * One round.
   *
   * @param p50 median latency, microseconds
   * @param p99 likewise
   * @param unanswered calls that had no answer, and are not among the tasks
   */
  record Round(long tasks, double seconds, long p50, long p99, long unanswered) {

    static Round of(long tasks, Latencies latencies) {
      return new Round(
          tasks,
          latencies.seconds(),
          (long) (latencies.percentile(0.5) * 1e3),
          (long) (latencies.percentile(0.99) * 1e3),
          0);
    }

    /** As the process tells it. */
    String line() {
      return String.format(
          Locale.ROOT, "%s %d %.6f %d %d %d", RESULT, tasks, seconds, p50, p99, unanswered);
    }
  }

  /**
   * Starts a {@link LoadClient}.
   *
   * @param more arguments behind the broker
   */
  static RemoteClient java(Path log, String kind, String broker, List<String> jvm, String... more)
      throws IOException {
    List<String> command =
        new ArrayList<>(Server.java(Path.of(System.getProperty("java.home")), jvm));
    command.addAll(List.of("-jar", Server.OWN_JAR, LoadClient.ROLE, kind, "--broker=" + broker));
    command.addAll(List.of(more));
    return new RemoteClient(log, command);
  }

  RemoteClient(Path log, List<String> command) throws IOException {
    this.log = log;
    process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Measures; blocks until it is done. */
  Round round(String queue, int size, Duration time) throws IOException {
    OutputStream orders = process.getOutputStream();
    orders.write(
        "%s %d %d%n".formatted(queue, size, time.toMillis()).getBytes(StandardCharsets.UTF_8));
    orders.flush();
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      String[] words = line.split(" ");
      if (words[0].equals(RESULT)) {
        return new Round(
            Long.parseLong(words[1]),
            Double.parseDouble(words[2]),
            Long.parseLong(words[3]),
            Long.parseLong(words[4]),
            Long.parseLong(words[5]));
      }
    }
    throw new IllegalStateException("a client has ended; see " + log);
  }

  ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
