package dev.warren.it.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A file to which every execution of a task appends a line when it begins and one when it ends. */
public final class Journal {

  /** The task's name; its arguments are the journal's file, a key and how long to take, in ms. */
  public static final String TASK = "journal.work";

  /** A task that ends its worker's process; its arguments are the journal's file and a key. */
  public static final String KILL = "journal.kill";

  /** A task whose result is a text, its first argument, so many times, its second one. */
  public static final String REPEAT = "journal.repeat";

  private static final String BEGIN = "begin";
  private static final String END = "end";

  private final Path file;

  Journal(Path file) {
    this.file = file;
  }

  /** An empty journal in a folder. */
  public static Journal in(Path folder) {
    return new Journal(folder.resolve("journal"));
  }

  /** The journal in a file that {@link #file()} named; for tasks. */
  public static Journal at(String file) {
    return new Journal(Path.of(file));
  }

  /** Its file, as the task's first argument. */
  public String file() {
    return file.toString();
  }

  /** Keys of the executions that began, as often as they did. */
  public List<String> begun() {
    return lines().filter(line -> line[0].equals(BEGIN)).map(line -> line[1]).toList();
  }

  /** Keys of the executions that ended, as often as they did. */
  public List<String> ended() {
    return lines().filter(line -> line[0].equals(END)).map(line -> line[1]).toList();
  }

  /** Keys of the executions that a process has begun. */
  public List<String> begunBy(long pid) {
    return keys(BEGIN, pid);
  }

  /** How many executions run in a process right now, as far as the journal tells. */
  public int runningIn(long pid) {
    return keys(BEGIN, pid).size() - keys(END, pid).size();
  }

  private List<String> keys(String event, long pid) {
    return lines()
        .filter(line -> line[0].equals(event) && line[2].equals(String.valueOf(pid)))
        .map(line -> line[1])
        .toList();
  }

  /** Writes down that an execution begins; a key has no blanks. */
  public void begin(String key) throws IOException {
    append(BEGIN, key);
  }

  /** Writes down that an execution ends. */
  public void end(String key) throws IOException {
    append(END, key);
  }

  private void append(String event, String key) throws IOException {
    String line = event + " " + key + " " + ProcessHandle.current().pid() + "\n";
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      channel.force(false);
    }
  }

  private Stream<String[]> lines() {
    try {
      return Files.exists(file)
          ? Files.readAllLines(file).stream().map(line -> line.split(" "))
          : Stream.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
