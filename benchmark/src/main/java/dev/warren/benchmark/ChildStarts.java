package dev.warren.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How long children take to start and how much memory they have then, by their worker's log. */
final class ChildStarts {

  private static final Pattern START = Pattern.compile("child (\\d+) takes tasks, (\\d+) ms after");
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private final Path log;

  ChildStarts(Path log) {
    this.log = log;
  }

  /**
   * A start.
   *
   * @param millis from the start of its process until it takes tasks
   * @param megabytes of resident memory half a second later
   */
  record Start(long millis, long megabytes) {}

  /**
   * Waits until children start as fast as they will.
   *
   * @param cache the folder that has the archive then, of this JDK only
   */
  void awaitArchive(Path cache) throws IOException, InterruptedException {
    if (!hasArchive(cache)) {
      await(text -> text.contains("children start from an archive"));
    }
  }

  private static boolean hasArchive(Path cache) throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith("classes-"));
    }
  }

  /** Kills a child so many times, and looks at the one that takes its place. */
  List<Start> measure(int times) throws IOException, InterruptedException {
    List<Start> starts = new ArrayList<>();
    while (starts.size() < times) {
      List<MatchResult> before = starts();
      int number = before.size();
      ProcessHandle.of(pid(before.get(number - 1))).ifPresent(ProcessHandle::destroyForcibly);
      await(text -> starts(text).size() > number);
      MatchResult start = starts().get(number);
      Thread.sleep(500);
      starts.add(new Start(Long.parseLong(start.group(2)), Memory.megabytes(pid(start))));
    }
    return starts;
  }

  private static long pid(MatchResult start) {
    return Long.parseLong(start.group(1));
  }

  private List<MatchResult> starts() throws IOException {
    return starts(Files.readString(log));
  }

  private static List<MatchResult> starts(String text) {
    return START.matcher(text).results().toList();
  }

  private void await(Predicate<String> condition) throws IOException, InterruptedException {
    long end = System.nanoTime() + LONGEST.toNanos();
    while (!condition.test(Files.readString(log))) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("a child did not start; see " + log);
      }
      Thread.sleep(20);
    }
  }
}
