package com.example.words;

import dev.warren.AsyncResult;
import dev.warren.Callbacks;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WarrenException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the words of the files in a folder, over all workers that listen: {@code wc -w FOLDER/*}.
 *
 * <pre>{@code
 * java -jar warren-example-word-client.jar [--progress] amqp://user:secret@localhost:5672 FOLDER
 * }</pre>
 *
 * <p>On a terminal, or with {@code --progress}, it draws a progress bar on standard error
 * meanwhile.
 */
public final class CountWords {

  private static final TaskRef<Integer> WORD_COUNT = TaskRef.of("text.word_count", Integer.class);

  /** As JSON at most six times as many bytes, and so below Warren's limit for a message, 1 MiB. */
  private static final int LONGEST_PIECE = 128 * 1024;

  private static final Duration BETWEEN_DRAWINGS = Duration.ofMillis(100);

  private record Piece(Path file, String text) {}

  private CountWords() {}

  /** Prints the words of each file, and of all of them. */
  public static void main(String[] args) throws IOException, InterruptedException {
    boolean asked = args.length > 0 && args[0].equals("--progress");
    int first = asked ? 1 : 0;
    if (args.length != first + 2) {
      System.err.println("usage: CountWords [--progress] BROKER-URI FOLDER");
      System.exit(2);
    }
    String broker = args[first];
    Path folder = Path.of(args[first + 1]);
    if (!Files.isDirectory(folder)) {
      System.err.println("no such folder: " + folder);
      System.exit(2);
    }
    List<Piece> pieces = read(folder);
    List<Integer> words;
    try (Warren warren = Warren.connect(broker)) {
      List<String> texts = pieces.stream().map(Piece::text).toList();
      AsyncResult<List<Integer>> counts =
          warren.pool().mapAsync(WORD_COUNT, texts, 1, Callbacks.none());
      if (asked || System.console() != null) {
        drawUntilReady(counts);
      }
      words = counts.get();
    } catch (WarrenException e) {
      System.err.println(e.getMessage());
      System.exit(1);
      return;
    }
    Map<Path, Long> wordsOfFiles = new TreeMap<>();
    for (int i = 0; i < words.size(); i++) {
      wordsOfFiles.merge(pieces.get(i).file(), (long) words.get(i), Long::sum);
    }
    wordsOfFiles.forEach((file, count) -> System.out.printf("%8d %s%n", count, file));
    System.out.printf(
        "%8d total%n", wordsOfFiles.values().stream().mapToLong(Long::longValue).sum());
  }

  private static void drawUntilReady(AsyncResult<?> counts) throws InterruptedException {
    try (ProgressBar bar = new ProgressBar(System.err, "pieces")) {
      while (!counts.await(BETWEEN_DRAWINGS)) {
        bar.draw(counts.progress());
      }
    }
  }

  private static List<Piece> read(Path folder) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "[!.]*")) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          // Unlike Files.readString this replaces bytes that are not UTF-8.
          String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
          split(text).forEach(piece -> pieces.add(new Piece(file, piece)));
        }
      }
    }
    return pieces;
  }

  /** Cuts a long text where lines end: a word never spans two lines. */
  private static List<String> split(String text) {
    List<String> pieces = new ArrayList<>();
    int start = 0;
    while (text.length() - start > LONGEST_PIECE) {
      int lineEnd = text.lastIndexOf('\n', start + LONGEST_PIECE - 1);
      if (lineEnd < start) { // one very long line: go on to its end
        lineEnd = text.indexOf('\n', start + LONGEST_PIECE);
      }
      if (lineEnd < 0) {
        break;
      }
      pieces.add(text.substring(start, lineEnd + 1));
      start = lineEnd + 1;
    }
    pieces.add(text.substring(start));
    return pieces;
  }
}
