package dev.warren.it.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A process whose output goes to a file under {@code target/it-logs}, shown when a test fails. */
final class LoggedProcess {

  private static final AtomicInteger COUNT = new AtomicInteger();

  /** Two JVMs run tests at the same time. */
  private static final long TESTS = ProcessHandle.current().pid();

  private static final int TAIL_LINES = 60;

  private final String name;
  private final Path logFile;
  private final Process process;

  private LoggedProcess(String name, Path logFile, Process process) {
    this.name = name;
    this.logFile = logFile;
    this.process = process;
  }

  /** Where logs, and other files of processes, are. */
  static Path folder() {
    try {
      return Files.createDirectories(ProjectFiles.module("integration-tests/target/it-logs"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static LoggedProcess start(String name, ProcessBuilder builder) {
    try {
      Path folder =
          Files.createDirectories(ProjectFiles.module("integration-tests/target/it-logs"));
      Path log = folder.resolve("%d-%03d-%s.log".formatted(TESTS, COUNT.incrementAndGet(), name));
      Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
      LiveProcesses.register(process);
      LoggedProcess started = new LoggedProcess(name, log, process);
      LogsOfFailedTests.remember(started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  void whenEnded(Runnable action) {
    process.onExit().thenRun(action);
  }

  /** All that it has written so far. */
  String log() {
    try {
      return new String(Files.readAllBytes(logFile), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines of the log, under a heading. */
  String logTail() {
    List<String> lines = log().lines().toList();
    List<String> tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
    return "--- %s (pid %d, %s), end of %s ---%n%s%n"
        .formatted(
            name,
            pid(),
            isAlive() ? "alive" : "exit code " + process.exitValue(),
            logFile,
            String.join(System.lineSeparator(), tail));
  }

  /** This, or a failure that shows the log's end if the process has ended. */
  LoggedProcess mustBeAlive() {
    if (!isAlive()) {
      throw new AssertionError(name + " has ended\n" + logTail());
    }
    return this;
  }

  void destroyTree() {
    LiveProcesses.destroyTree(process);
    try {
      process.waitFor(Deadline.APP_STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the end and returns the exit code; 128 + n after signal n. */
  int awaitExit(Duration limit) {
    Deadline.await(name + " exits", limit, () -> !process.isAlive());
    return process.exitValue();
  }
}
