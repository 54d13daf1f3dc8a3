package dev.warren.it.remote;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.warren.it.kit.ProjectFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Celery itself: its tools and its worker, as programs. */
final class CeleryTools implements AutoCloseable {

  private static final String SCRIPT =
      ProjectFiles.module("integration-tests/src/test/resources/remote/control.py").toString();

  /** A system's own Python may have Celery where the first one on the path has not. */
  private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

  private final Process process;
  private final BufferedReader output;

  private CeleryTools(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private static @Nullable String python() throws InterruptedException {
    for (String python : PYTHONS) {
      try {
        Process asked = new ProcessBuilder(python, "-c", "import celery").start();
        if (asked.waitFor() == 0) {
          return python;
        }
      } catch (IOException e) {
        // there is no such program; perhaps there is the other one
      }
    }
    return null;
  }

  static void require() throws InterruptedException {
    if (python() == null) {
      String message = "NO CELERY: no python3 can import celery; its tools were not tried";
      System.err.println(message);
      assumeTrue("true".equals(System.getenv("CI")), message);
    }
  }

  static CeleryTools start(String uri, String queue, String what, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(String.valueOf(python()), SCRIPT, uri, queue, what));
    command.addAll(List.of(arguments));
    return new CeleryTools(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The next line that it prints. */
  String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IllegalStateException("it has ended");
    }
    return line;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
