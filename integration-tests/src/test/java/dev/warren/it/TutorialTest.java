package dev.warren.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.warren.it.kit.AppJar;
import dev.warren.it.kit.Ci;
import dev.warren.it.kit.Deadline;
import dev.warren.it.kit.ProjectFiles;
import dev.warren.it.kit.TestBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python's tutorial and ours print the same. */
@Tag(Ci.SECOND_PASS_ONLY)
class TutorialTest {

  private static final Path EXAMPLE = ProjectFiles.module("examples/tutorial");

  @TempDir private Path folder;

  @Test
  void theTutorialOfPoolsPrintsWhatPythonsPrints() throws Exception {
    List<String> python = run(List.of("python3", EXAMPLE.resolve("pool_tutorial.py").toString()));
    List<String> warren = run(warren("pool"));

    assertThat(comparable(warren)).isEqualTo(comparable(python));
    assertThat(warren).first().isEqualTo("[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]");
  }

  @Test
  void theTutorialOfQueuesPrintsWhatPythonsPrints() throws Exception {
    List<String> python = run(List.of("python3", EXAMPLE.resolve("queue_tutorial.py").toString()));
    List<String> warren = run(warren("queue"));

    assertThat(python).containsExactly("[42, None, 'hello']");
    assertThat(warren).containsExactly("[42, null, hello]");
  }

  @BeforeAll
  static void requirePython() {
    try {
      new ProcessBuilder("python3", "--version").start().destroy();
    } catch (IOException e) {
      String message = "NO PYTHON: there is no python3; the tutorials were not compared";
      System.err.println(message);
      assumeTrue("true".equals(System.getenv("CI")), message);
    }
  }

  private static List<String> warren(String part) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String jar = AppJar.EXAMPLE_TUTORIAL.file().toString();
    return List.of(java, "-jar", jar, TestBroker.shared().uri(), part);
  }

  private List<String> run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Path errors = Files.createTempFile(folder, "errors", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(Deadline.HEALED.toSeconds() * 2, TimeUnit.SECONDS))
          .as("the program ends")
          .isTrue();
      assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
      return Files.readAllLines(output, StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Without pids, and without the order of what comes unordered. */
  private static List<String> comparable(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceAll("\\b\\d{3,}\\b(?<!400)", "PID"))
        .map(line -> line.matches("\\[PID.*") ? "[PIDs]" : line)
        .sorted()
        .toList();
  }
}
