package dev.warren.it.kit;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A main class of these tests as a program of its own, on the class path of these tests. */
public final class ClientProcess extends AppProcess {

  private ClientProcess(String name, List<String> program) {
    super(name, program, Map.of());
  }

  /** Starts a program. */
  public static ClientProcess start(Class<?> main, String... args) {
    return start(classPath -> classPath, main, args);
  }

  /** Starts a program with another class path than that of these tests. */
  public static ClientProcess start(
      UnaryOperator<List<String>> classPath, Class<?> main, String... args) {
    List<String> own = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
    List<String> program = new ArrayList<>();
    program.add("-cp");
    program.add(String.join(File.pathSeparator, classPath.apply(own)));
    program.add(main.getName());
    program.addAll(List.of(args));
    return new ClientProcess(main.getSimpleName(), program);
  }

  /** Waits until it prints a line that begins like that; returns the rest of it. */
  public String awaitLine(String beginning) {
    return Deadline.awaitValue(
        "a line '" + beginning + "'",
        Deadline.APP_START,
        () ->
            log()
                .lines()
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .map(line -> line.substring(beginning.length()))
                .orElse(null));
  }
}
