package dev.warren.it.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * A private server of the installed PostgreSQL, with data and port of its own. It refuses to run as
 * root: whoever is root runs it as {@code nobody}.
 */
final class LocalPostgres implements TestPostgres {

  private static final Path PACKAGES = Path.of("/usr/lib/postgresql");
  private static final String NOBODY = "nobody";
  private static final int INIT_SECONDS = 60;

  private final Path programs;
  private final Path base;
  private final boolean root = "root".equals(System.getProperty("user.name"));
  private final int port = FreePort.next();
  private @Nullable LoggedProcess server;

  private LocalPostgres() {
    Path found = findPrograms();
    if (found == null) {
      throw new IllegalStateException("there is no postgres on this machine");
    }
    programs = found;
    try {
      base = Files.createTempDirectory("warren-postgres-");
      if (root) {
        UserPrincipalLookupService users = base.getFileSystem().getUserPrincipalLookupService();
        Files.setOwner(base, users.lookupPrincipalByName(NOBODY));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean isInstalled() {
    return findPrograms() != null;
  }

  static TestPostgres started() {
    LocalPostgres server = new LocalPostgres();
    try {
      server.initialize();
      server.start();
      return server;
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private static @Nullable Path findPrograms() {
    Stream<Path> onPath =
        Stream.of(System.getenv("PATH").split(":")).filter(d -> !d.isEmpty()).map(Path::of);
    return Stream.concat(onPath, packaged())
        .filter(folder -> Files.isExecutable(folder.resolve("postgres")))
        .filter(folder -> Files.isExecutable(folder.resolve("initdb")))
        .filter(folder -> Files.isExecutable(folder.resolve("createdb")))
        .findFirst()
        .orElse(null);
  }

  /** Where Debian has them, the newest first. */
  private static Stream<Path> packaged() {
    if (!Files.isDirectory(PACKAGES)) {
      return Stream.empty();
    }
    try (Stream<Path> versions = Files.list(PACKAGES)) {
      return versions
          .sorted(Comparator.reverseOrder())
          .map(v -> v.resolve("bin"))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void initialize() {
    run("initdb", "-D", data(), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
  }

  private String data() {
    return base.resolve("data").toString();
  }

  private void run(String program, String... arguments) {
    try {
      Path output = Files.createTempFile("warren-postgres-", ".out");
      Process process =
          command(program, arguments)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended = process.waitFor(INIT_SECONDS, TimeUnit.SECONDS);
      String text = Files.readString(output);
      Files.delete(output);
      if (!ended || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(program + ": " + text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(program, e);
    }
  }

  private ProcessBuilder command(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (root) {
      command.addAll(List.of("setpriv", "--reuid", NOBODY, "--regid", "nogroup", "--clear-groups"));
    }
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(base.toFile());
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void start() {
    String number = String.valueOf(port);
    LoggedProcess started =
        LoggedProcess.start(
            "postgres",
            command(
                "postgres", "-D", data(), "-p", number, "-h", "127.0.0.1", "-k", base.toString()));
    server = started;
    boolean first = !Files.exists(base.resolve("made"));
    Deadline.await(
        "PostgreSQL answers on port " + port,
        Deadline.BROKER_START,
        () -> {
          started.mustBeAlive();
          return first ? made() : answers();
        });
  }

  /** Makes the database that has the user's name. */
  private boolean made() {
    try {
      run("createdb", "-h", "127.0.0.1", "-p", String.valueOf(port), "-U", USER, USER);
      Files.createFile(base.resolve("made"));
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (IllegalStateException e) {
      return false; // not there yet
    }
  }

  @Override
  public void stop() {
    if (server != null) {
      Signals.send("INT", server.pid());
      server.awaitExit(Deadline.APP_STOP);
    }
  }

  @Override
  public void kill9() {
    if (server != null) {
      server.destroyTree();
    }
  }

  @Override
  public void freeze() {
    signalAll(Signals.STOP);
  }

  @Override
  public void thaw() {
    signalAll(Signals.CONT);
  }

  private void signalAll(String signal) {
    if (server != null) {
      ProcessHandle.of(server.pid())
          .ifPresent(
              main ->
                  Stream.concat(Stream.of(main), main.descendants())
                      .forEach(process -> Signals.send(signal, process.pid())));
    }
  }

  @Override
  public void close() {
    kill9();
    try {
      FileSystemUtils.deleteRecursively(base);
    } catch (IOException e) {
      System.err.println("[kit] " + base + " could not be removed: " + e);
    }
  }
}
