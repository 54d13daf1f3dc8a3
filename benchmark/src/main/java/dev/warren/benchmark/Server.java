package dev.warren.benchmark;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One of the applications that are measured, as a process of its own. */
final class Server implements AutoCloseable {

  /** Of a program that is started with {@code -jar} the class path is its jar. */
  static final String OWN_JAR = System.getProperty("java.class.path");

  private static final long START_SECONDS = 90;

  private final Process process;
  private final String address;

  private Server(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /** Starts a jar; its output goes to a file. */
  static Server start(Path log, List<String> program, Map<String, String> settings)
      throws IOException {
    Path home = Path.of(System.getProperty("java.home"));
    return start(log, java(home, List.of("-Xmx512m", "-XX:+UseSerialGC")), program, settings);
  }

  /** The command of a JDK's {@code java}, with options. */
  static List<String> java(Path home, List<String> options) {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin/java").toString()));
    command.addAll(options);
    return command;
  }

  /**
   * As above, by another JVM.
   *
   * @param java its command, and its options
   */
  static Server start(
      Path log, List<String> java, List<String> program, Map<String, String> settings)
      throws IOException {
    int port = freePort();
    List<String> command = new ArrayList<>(java);
    command.addAll(program);
    command.add("--server.port=" + port);
    command.add("--management.server.port=" + freePort());
    settings.forEach((name, value) -> command.add("--" + name + "=" + value));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return new Server(process, "http://127.0.0.1:" + port);
  }

  /** Waits until it answers a path, in whatever way. */
  Server awaitAnswer(String path) throws InterruptedException {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest request = HttpRequest.newBuilder(URI.create(address + path)).build();
    for (long n = 0; n < START_SECONDS * 10; n++) {
      try {
        http.send(request, BodyHandlers.discarding());
        return this;
      } catch (IOException e) {
        if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
          break;
        }
      }
    }
    throw new IllegalStateException("it did not start; see its log");
  }

  void mustBeAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException("it has ended; see its log");
    }
  }

  ProcessHandle process() {
    return process.toHandle();
  }

  String address() {
    return address;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
