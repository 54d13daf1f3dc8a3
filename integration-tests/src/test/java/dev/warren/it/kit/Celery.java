package dev.warren.it.kit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** Celery as Debian has it, and celery-node as npm has it. */
public final class Celery {

  /** Debian's own, which sees Debian's packages. */
  private static final String PYTHON = "/usr/bin/python3";

  private static final boolean IN_CI = "true".equals(System.getenv("CI"));

  private Celery() {}

  /** The command for a Python program of these tests' resources. */
  public static List<String> python(String resource, String... arguments) {
    requirePython();
    List<String> command = new ArrayList<>(List.of(PYTHON, "-u", file(resource).toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The command line of Celery's own, at a broker. */
  public static List<String> cli(String uri, String... arguments) {
    requirePython();
    List<String> command = new ArrayList<>(List.of(PYTHON, "-m", "celery", "-b", uri));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The command for a worker whose application is a Python module beside these resources. */
  public static List<String> worker(String module, String... arguments) {
    requirePython();
    List<String> command =
        new ArrayList<>(List.of(PYTHON, "-u", "-m", "celery", "-A", module, "worker"));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The folder of a resource. */
  public static Path folder(String resource) {
    return file(resource);
  }

  /** The command for a JavaScript program, with what its package.json names beside it. */
  public static List<String> node(String resource) {
    require(runs(List.of("npm", "--version")), "npm is not installed: apt-get install npm");
    Path program = file(resource);
    if (!Files.isDirectory(program.resolveSibling("node_modules"))) {
      CommandLine.output(
          List.of(
              "npm",
              "ci",
              "--no-audit",
              "--no-fund",
              "--prefix",
              String.valueOf(program.getParent())),
          Map.of());
    }
    return List.of("node", program.toString());
  }

  private static void requirePython() {
    require(
        runs(List.of(PYTHON, "-c", "import celery")),
        "Celery for Python is not installed: apt-get install python3-celery");
  }

  private static Path file(String resource) {
    return ProjectFiles.module("integration-tests/target/test-classes/" + resource);
  }

  private static void require(boolean isThere, String otherwise) {
    if (!isThere && IN_CI) {
      throw new IllegalStateException(otherwise);
    }
    if (!isThere) {
      System.err.println("[kit] SKIPPED: " + otherwise);
    }
    Assumptions.assumeTrue(isThere, otherwise);
  }

  private static boolean runs(List<String> command) {
    try {
      CommandLine.output(command, Map.of());
      return true;
    } catch (AssertionError | RuntimeException e) {
      return false;
    }
  }
}
