package dev.warren.process;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Reads a process's output to its end and remembers its last words. Bounded, whatever the process
 * writes: a long line is cut, and only so many are kept. Thread-safe.
 */
public final class LastLines {

  static final int KEPT = 20;
  static final int LONGEST = 2_000;

  private final Deque<String> lines = new ArrayDeque<>(); // guarded by this

  /**
   * Reads until the end; blocks.
   *
   * @param each gets every line
   */
  public void readAll(Reader output, Consumer<String> each) throws IOException {
    StringBuilder line = new StringBuilder();
    char[] buffer = new char[4_096];
    for (int count = output.read(buffer); count >= 0; count = output.read(buffer)) {
      for (int i = 0; i < count; i++) {
        if (buffer[i] == '\n') {
          each.accept(taken(line));
        } else if (line.length() < LONGEST) {
          line.append(buffer[i]);
        }
      }
    }
    if (!line.isEmpty()) {
      each.accept(taken(line));
    }
  }

  private static String taken(StringBuilder line) {
    String text = line.toString().stripTrailing();
    line.setLength(0);
    return text;
  }

  /** Keeps a line, and forgets the oldest if there are too many. */
  public synchronized void remember(String line) {
    if (lines.size() == KEPT) {
      lines.removeFirst();
    }
    lines.addLast(line);
  }

  /** The lines that are kept, the oldest first. */
  @Override
  public synchronized String toString() {
    return String.join("\n", lines);
  }
}
