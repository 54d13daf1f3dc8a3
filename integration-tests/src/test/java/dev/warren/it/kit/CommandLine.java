package dev.warren.it.kit;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A program in another language, which answers each line of its input with one of its output. */
public final class CommandLine implements AutoCloseable {

  private final Process process;
  private final Path errors;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private CommandLine(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    Thread reader = new Thread(this::read, "command-line");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a program; what it says on standard error goes to a log. */
  public static CommandLine start(
      String name, List<String> command, Map<String, String> environment) {
    try {
      Path errors = LoggedProcess.folder().resolve(TestBroker.uniqueName(name) + ".log");
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
      builder.environment().putAll(environment);
      return new CommandLine(LiveProcesses.register(builder.start()), errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a program prints until it ends, which it does in time and with exit code 0. */
  public static String output(List<String> command, Map<String, String> environment) {
    try {
      Path printed = Files.createTempFile(LoggedProcess.folder(), "output-", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(printed.toFile());
      builder.environment().putAll(environment);
      Process process = LiveProcesses.register(builder.start());
      boolean hasEnded = process.waitFor(Deadline.APP_START.toMillis(), TimeUnit.MILLISECONDS);
      LiveProcesses.destroyTree(process);
      String output = Files.readString(printed);
      if (!hasEnded || process.waitFor() != 0) {
        throw new AssertionError(command + (hasEnded ? " failed:\n" : " did not end:\n") + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      output.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      lines.add("the output ended: " + e);
    }
  }

  /** Sends a line, and waits for the next one that comes back. */
  public String ask(String line, Duration limit) {
    try {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
      String answer = lines.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (answer == null) {
        throw new AssertionError("no answer to '" + line + "' in " + limit + "; see " + errors);
      }
      return answer;
    } catch (IOException e) {
      throw new AssertionError("the program has ended; see " + errors, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    LiveProcesses.destroyTree(process);
  }
}
