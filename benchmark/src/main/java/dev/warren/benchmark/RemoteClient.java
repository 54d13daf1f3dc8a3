package dev.warren.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A {@link LoadClient} in another process. */
final class RemoteClient implements AutoCloseable {

  private final Process process;
  private final BufferedReader answers;

  /**
   * One round.
   *
   * @param p50 median latency, microseconds
   * @param p99 likewise
   */
  record Round(long tasks, double seconds, long p50, long p99) {}

  RemoteClient(Path log, String kind, String broker, List<String> jvm) throws IOException {
    List<String> command =
        new ArrayList<>(Server.java(Path.of(System.getProperty("java.home")), jvm));
    command.addAll(List.of("-jar", Server.OWN_JAR, LoadClient.ROLE, kind, "--broker=" + broker));
    process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Measures; blocks until it is done. */
  Round round(String queue, int window, Duration time) throws IOException {
    OutputStream orders = process.getOutputStream();
    orders.write(
        "%s %d %d%n".formatted(queue, window, time.toMillis()).getBytes(StandardCharsets.UTF_8));
    orders.flush();
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      String[] words = line.split(" ");
      if (words[0].equals("result")) {
        return new Round(
            Long.parseLong(words[1]),
            Double.parseDouble(words[2]),
            Long.parseLong(words[3]),
            Long.parseLong(words[4]));
      }
    }
    throw new IllegalStateException("a client has ended; see its log");
  }

  ProcessHandle process() {
    return process.toHandle();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
