package dev.warren.it.kit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A small program of these tests, with Warren as a library, in a JVM of its own. */
public final class MainProcess extends AppProcess {

  private MainProcess(String name, List<String> program) {
    super(name, program, Map.of());
  }

  /** Starts a class that has a main method, and does not wait. */
  public static MainProcess start(String name, Class<?> main, String... args) {
    List<String> program =
        new ArrayList<>(
            List.of(
                "-cp",
                AppJar.WORKER.file().toString(),
                "-Dloader.path=" + ProjectFiles.module("integration-tests/target/test-classes"),
                "-Dloader.main=" + main.getName(),
                "org.springframework.boot.loader.launch.PropertiesLauncher"));
    program.addAll(List.of(args));
    return new MainProcess(name, program);
  }

  /** The lines of its output so far that begin with a word; without the word. */
  public List<String> lines(String word) {
    return log()
        .lines()
        .filter(line -> line.startsWith(word + " ") || line.equals(word))
        .map(line -> line.substring(Math.min(line.length(), word.length() + 1)))
        .toList();
  }

  /** Waits until it has printed a line that begins with a word. */
  public MainProcess awaitLine(String word) {
    Deadline.await(
        "a line '" + word + "'",
        Deadline.APP_START,
        () -> {
          boolean printed = !lines(word).isEmpty();
          if (!printed) {
            mustBeAlive();
          }
          return printed;
        });
    return this;
  }
}
