package dev.warren.it.million;

import dev.warren.AsyncResult;
import dev.warren.ResultStream;
import dev.warren.StreamOptions;
import dev.warren.TaskRef;
import dev.warren.Warren;
import dev.warren.WorkerPool;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.AbstractList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Sends very many items through a pool, from a JVM with a small heap, and prints what is in that
 * heap on the way, each time after a collection.
 *
 * <p>Arguments: the broker's URI, the queue, {@code map} or {@code imapUnordered}, the number of
 * items.
 */
public final class MillionClient {

  private static final TaskRef<Integer> TASK = TaskRef.of("text.word_count", Integer.class);
  private static final int BUFFER = 64;
  private static final int LOOKS = 10;

  private MillionClient() {}

  /** Exits with 0 if every result came, and was right. */
  public static void main(String[] args) throws Exception {
    int items = Integer.parseInt(args[3]);
    long began = System.nanoTime();
    try (Warren warren = Warren.connect(args[0])) {
      WorkerPool pool = warren.pool(args[1]);
      report("before", 0);
      switch (args[2]) {
        case "map" -> map(pool, items);
        case "imapUnordered" -> imapUnordered(pool, items);
        default -> throw new IllegalArgumentException(args[2]);
      }
      report("after", items);
    }
    System.out.printf(
        "%s of %d items took %d ms%n", args[2], items, (System.nanoTime() - began) / 1_000_000);
  }

  private static void map(WorkerPool pool, int items) throws InterruptedException {
    AsyncResult<List<Integer>> counts = pool.mapAsync(TASK, texts(items));
    long next = 0;
    while (!counts.await(Duration.ofMillis(100))) {
      if (counts.progress().current() >= next) {
        report("items done", counts.progress().current());
        next += items / LOOKS;
      }
    }
    List<Integer> all = counts.get();
    require(all.size() == items, "as many results as items");
    for (int i = 0; i < items; i++) {
      require(all.get(i) == words(i), "the result of item " + i);
    }
  }

  private static void imapUnordered(WorkerPool pool, int items) {
    AtomicLong handedOut = new AtomicLong();
    Iterable<String> generator = () -> counted(texts(items).iterator(), handedOut);
    long sum = 0;
    long ahead = 0;
    long read = 0;
    try (ResultStream<Integer> counts =
        pool.imapUnordered(TASK, generator, StreamOptions.bufferSize(BUFFER))) {
      while (counts.hasNext()) {
        ahead = Math.max(ahead, handedOut.get() - read);
        sum += counts.next();
        if (++read % (items / LOOKS) == 0) {
          report("results read", read);
        }
      }
    }
    require(read == items, "as many results as items");
    require(sum == IntStream.range(0, items).mapToLong(MillionClient::words).sum(), "their sum");
    require(ahead <= BUFFER, "input read at most " + BUFFER + " ahead: " + ahead);
    System.out.println("the input was read at most " + ahead + " items ahead");
  }

  private static Iterator<String> counted(Iterator<String> texts, AtomicLong count) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return texts.hasNext();
      }

      @Override
      public String next() {
        count.incrementAndGet();
        return texts.next();
      }
    };
  }

  private static int words(int item) {
    return item % 3 + 1;
  }

  /** Made when they are asked for: only what Warren holds is to be seen in the heap. */
  private static List<String> texts(int items) {
    return new AbstractList<>() {
      @Override
      public String get(int item) {
        return "w ".repeat(words(item));
      }

      @Override
      public int size() {
        return items;
      }
    };
  }

  private static void report(String what, long count) {
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    System.out.printf("%s: %d, heap in use: %d KB%n", what, count, heap / 1024);
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
