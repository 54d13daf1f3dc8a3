package dev.warren.it.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * A private node of the installed RabbitMQ, as whoever runs the tests: its own ports, name service,
 * cookie and data; nothing of the system's node is read or written.
 *
 * <p>It calls the server's own launcher, because a distribution's wrapper insists on its own user.
 */
final class LocalBroker implements TestBroker {

  private static final int CTL_SECONDS = 60;
  private static final String STARTED = "Server startup complete";

  private final Path home = launcherHome();
  private final Path base;
  private final int port = FreePort.next();
  private final int distributionPort = FreePort.next();
  private final int epmdPort = FreePort.next();
  private final Process epmd;
  private @Nullable LoggedProcess node;

  private LocalBroker() {
    try {
      base = Files.createTempDirectory("warren-broker-");
      Files.createDirectories(base.resolve("home"));
      Path cookie = Files.writeString(base.resolve("home/.erlang.cookie"), cookieText());
      Files.setPosixFilePermissions(cookie, PosixFilePermissions.fromString("r--------"));
      Files.writeString(base.resolve("enabled_plugins"), "[].");
      Files.writeString(base.resolve("rabbitmq.conf"), configuration());
      epmd =
          LiveProcesses.register(
              environment(
                      new ProcessBuilder(
                          "epmd", "-address", "127.0.0.1", "-port", String.valueOf(epmdPort)))
                  .redirectErrorStream(true)
                  .redirectOutput(base.resolve("epmd.log").toFile())
                  .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean isInstalled() {
    return findHome() != null;
  }

  static TestBroker started() {
    LocalBroker broker = new LocalBroker();
    try {
      broker.start();
    } catch (RuntimeException | Error e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  private static Path launcherHome() {
    Path found = findHome();
    if (found == null) {
      throw new IllegalStateException("there is no rabbitmq-server on this machine's PATH");
    }
    return found;
  }

  private static @Nullable Path findHome() {
    Stream<Path> onPath =
        Stream.of(System.getenv("PATH").split(":")).filter(d -> !d.isEmpty()).map(Path::of);
    return Stream.concat(Stream.of(Path.of("/usr/lib/rabbitmq/bin")), onPath)
        .filter(folder -> Files.isExecutable(folder.resolve("rabbitmq-server")))
        .findFirst()
        .orElse(null);
  }

  private static String cookieText() {
    return TestBroker.uniqueName("WARREN").toUpperCase(Locale.ROOT);
  }

  private String configuration() {
    return """
        listeners.tcp.1 = 127.0.0.1:%d
        default_user = %s
        default_pass = %s
        vm_memory_high_watermark.absolute = 512MB
        disk_free_limit.absolute = 50MB
        log.console = true
        log.console.level = info
        log.file = false
        """
        .formatted(port, USER, PASSWORD);
  }

  private ProcessBuilder environment(ProcessBuilder builder) {
    Map<String, String> environment = builder.environment();
    String path = environment.getOrDefault("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin";
    environment.clear();
    environment.put("PATH", path);
    environment.put("LANG", "C.UTF-8");
    environment.put("HOME", base.resolve("home").toString());
    environment.put("ERL_EPMD_ADDRESS", "127.0.0.1");
    environment.put("ERL_EPMD_PORT", String.valueOf(epmdPort));
    environment.put("RABBITMQ_CONF_ENV_FILE", "/dev/null");
    environment.put("RABBITMQ_NODENAME", "warren-test@localhost");
    environment.put("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
    environment.put("RABBITMQ_NODE_PORT", String.valueOf(port));
    environment.put("RABBITMQ_DIST_PORT", String.valueOf(distributionPort));
    Map.of(
            "RABBITMQ_BASE", "",
            "RABBITMQ_MNESIA_BASE", "mnesia",
            "RABBITMQ_LOG_BASE", "log",
            "RABBITMQ_SCHEMA_DIR", "schema",
            "RABBITMQ_GENERATED_CONFIG_DIR", "config",
            "RABBITMQ_PID_FILE", "rabbit.pid",
            "RABBITMQ_CONFIG_FILE", "rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE", "advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE", "enabled_plugins")
        .forEach((name, file) -> environment.put(name, base.resolve(file).toString()));
    String loopback = "-kernel inet_dist_use_interface {127,0,0,1}";
    environment.put(
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
        loopback + " -start_epmd false +sbwt none +sbwtdcpu none +sbwtdio none");
    environment.put("RABBITMQ_CTL_ERL_ARGS", loopback);
    return builder;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void start() {
    LoggedProcess started =
        LoggedProcess.start(
            "broker", environment(new ProcessBuilder(home.resolve("rabbitmq-server").toString())));
    node = started;
    Deadline.await(
        "broker on port " + port + " says '" + STARTED + "'",
        Deadline.BROKER_START,
        () -> started.mustBeAlive().log().contains(STARTED));
  }

  @Override
  public String ctl(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("rabbitmqctl").toString());
    command.add("--quiet");
    command.addAll(List.of(arguments));
    try {
      Path output = Files.createTempFile(base, "ctl", ".out");
      Process process =
          environment(new ProcessBuilder(command))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(CTL_SECONDS, TimeUnit.SECONDS);
      String text = Files.readString(output);
      if (!ended || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", command) + ": " + text);
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(String.join(" ", command), e);
    }
  }

  @Override
  public void stop() {
    Signals.send(Signals.TERM, serverPid());
    awaitEnd();
  }

  @Override
  public void kill9() {
    Signals.send(Signals.KILL, serverPid());
    awaitEnd();
  }

  @Override
  public void freeze() {
    Signals.send(Signals.STOP, serverPid());
  }

  @Override
  public void thaw() {
    Signals.send(Signals.CONT, serverPid());
  }

  /** The Erlang machine's; the launcher that this JVM started only waits for it. */
  private long serverPid() {
    try {
      return Long.parseLong(Files.readString(base.resolve("rabbit.pid")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitEnd() {
    LoggedProcess ending = node;
    if (ending != null) {
      Deadline.await("broker ends", Deadline.APP_STOP, () -> !ending.isAlive());
    }
  }

  @Override
  public void close() {
    if (node != null) {
      node.destroyTree();
    }
    epmd.destroyForcibly();
    try {
      FileSystemUtils.deleteRecursively(base);
    } catch (IOException e) {
      System.err.println("[kit] " + base + " could not be removed: " + e);
    }
  }
}
