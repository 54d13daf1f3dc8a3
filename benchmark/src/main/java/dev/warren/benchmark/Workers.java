package dev.warren.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The workers of a comparison: one of each kind for each type of queue, with a queue of its own.
 */
final class Workers implements AutoCloseable {

  /** The same heap and collector for all, workers and clients. */
  static final List<String> JVM = List.of("-Xmx512m", "-XX:+UseSerialGC");

  private final Arguments arguments;
  private final Path folder;
  private final String prefix;
  private final Map<String, Server> all = new LinkedHashMap<>();

  /**
   * None yet.
   *
   * @param prefix of the queues' names
   */
  Workers(Arguments arguments, Path folder, String prefix) {
    this.arguments = arguments;
    this.folder = folder;
    this.prefix = prefix;
  }

  /** A kind of worker. */
  enum Kind {
    /** {@link RawRelay}. */
    RAW,
    /** {@link SpringRelay}. */
    SPRING,
    /** Warren's, with tasks in threads. */
    THREAD,
    /** Warren's, with tasks in processes. */
    PROCESS,
    /** Warren's packaged one, with the built-in tasks. */
    PACKAGED
  }

  String queue(Kind kind, String type) {
    return prefix + "-" + kind.name().toLowerCase(Locale.ROOT) + "-" + type;
  }

  /** A worker, which is started if there was none; it may not be ready. */
  Server start(Kind kind, String type) throws IOException {
    String queue = queue(kind, type);
    Server worker = all.get(queue);
    if (worker == null) {
      worker = started(kind, type, queue);
      all.put(queue, worker);
    }
    return worker;
  }

  /** Waits until all of them take tasks. */
  void awaitAll() throws Exception {
    for (String queue : all.keySet()) {
      RawRelay.awaitConsumer(arguments.broker(), queue);
    }
  }

  void mustBeAlive() {
    all.values().forEach(Server::mustBeAlive);
  }

  private Server started(Kind kind, String type, String queue) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spring.rabbitmq.addresses", arguments.broker());
    settings.put("spring.main.web-application-type", "none");
    if (kind == Kind.RAW) {
      settings.clear();
      settings.putAll(Map.of("broker", arguments.broker(), "queue", queue, "type", type));
    } else if (kind == Kind.SPRING) {
      settings.putAll(
          Map.of("warren.worker.enabled", "false", "bench.queue", queue, "bench.type", type));
    } else {
      settings.put("warren.default-queue", queue);
      settings.put("warren.queues." + queue + ".type", type);
      settings.put("warren.worker.concurrency", arguments.text("slots", "2"));
      settings.put("warren.worker.isolation", kind == Kind.PROCESS ? "process" : "thread");
      settings.put("warren.worker.child.cache", folder.resolve("cache").toString());
    }
    return Server.start(
        folder.resolve("worker-" + queue + ".log"),
        Server.java(Path.of(System.getProperty("java.home")), JVM),
        program(kind),
        settings);
  }

  private List<String> program(Kind kind) {
    return switch (kind) {
      case RAW -> List.of("-jar", Server.OWN_JAR, RawRelay.ROLE);
      case SPRING -> List.of("-jar", Server.OWN_JAR, SpringRelay.ROLE);
      case THREAD, PROCESS -> List.of("-jar", Server.OWN_JAR, NothingWorker.ROLE);
      case PACKAGED ->
          List.of(
              "-jar", arguments.root().resolve("worker/target/warren-worker-app.jar").toString());
    };
  }

  @Override
  public void close() {
    all.values().forEach(Server::close);
  }
}
