package dev.warren.it.kit;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A main class of these tests as a program of its own, on the class path of these tests. */
public final class ClientProcess extends AppProcess {

  private ClientProcess(String name, List<String> program) {
    super(name, program, Map.of());
  }

  /** Starts a program. */
  public static ClientProcess start(Class<?> main, String... args) {
    return start(entry -> true, main, args);
  }

  /** Starts a program with part of the class path. */
  public static ClientProcess start(Predicate<String> entries, Class<?> main, String... args) {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entries)
            .collect(Collectors.joining(File.pathSeparator));
    List<String> program = new ArrayList<>(List.of("-cp", classPath, main.getName()));
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
