package dev.warren.it.crash;

import dev.warren.it.crash.Event.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Follows the file of executions, so that a fault can come just when a task begins or ends. */
final class JournalTail implements AutoCloseable {

  private static final long LOOK_MILLIS = 2;

  /** Somebody who waits for the next line of a kind. */
  private record Wanted(Kind kind, CountDownLatch seen) {}

  private final History history;
  private final Path path;
  private final RandomAccessFile file;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::follow, "journal-tail");
  private final StringBuilder incomplete = new StringBuilder(); // the thread's
  private volatile @Nullable Wanted wanted;

  JournalTail(History history, Path path) throws IOException {
    this.history = history;
    this.path = path;
    Files.createFile(path);
    this.file = new RandomAccessFile(path.toFile(), "r");
    thread.start();
  }

  /** The file, as the task's argument. */
  String file() {
    return path.toString();
  }

  /** Waits until somewhere a task begins, or ends; that is, until its line is read here. */
  void awaitNext(Kind kind, long seconds) throws InterruptedException {
    Wanted next = new Wanted(kind, new CountDownLatch(1));
    wanted = next;
    if (!next.seen.await(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError("no task came to " + kind + " for " + seconds + " s");
    }
  }

  private void follow() {
    try {
      boolean last = false;
      while (!last) {
        last = stop.await(LOOK_MILLIS, TimeUnit.MILLISECONDS); // once more after the stop
        read();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() throws IOException {
    int size = (int) (file.length() - file.getFilePointer());
    if (size == 0) {
      return;
    }
    byte[] bytes = new byte[size];
    file.readFully(bytes);
    incomplete.append(new String(bytes, StandardCharsets.UTF_8));
    for (int end = incomplete.indexOf("\n"); end >= 0; end = incomplete.indexOf("\n")) {
      take(Executions.read(incomplete.substring(0, end)));
      incomplete.delete(0, end + 1);
    }
  }

  private void take(Event event) {
    history.add(event);
    Wanted waiting = wanted;
    if (waiting != null && waiting.kind == event.kind()) {
      wanted = null;
      waiting.seen.countDown();
    }
  }

  /** Reads what is there still, and ends. */
  @Override
  public void close() throws IOException {
    stop.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    file.close();
  }
}
