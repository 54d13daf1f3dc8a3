package dev.warren.it.crash;

import dev.warren.it.crash.Event.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Reads every task once all is quiet, and lists all that there are. */
final class FinalReads {

  private static final int READERS = 8;
  private static final Duration WAIT = Duration.ofSeconds(1);

  private final History history;
  private final List<String> producers;

  FinalReads(History history, List<String> producers) {
    this.history = history;
    this.producers = producers;
  }

  /** Reads each until it has an end, all of them at most so long. */
  void read(Collection<String> ids, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    ConcurrentLinkedQueue<String> open = new ConcurrentLinkedQueue<>(ids);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      Thread thread = new Thread(() -> readAll(open, end), "final-reader-" + i);
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void readAll(ConcurrentLinkedQueue<String> open, long end) {
    Reader reader = new Reader(history, new ProducerClient(producers));
    for (String id = open.poll(); id != null; id = open.poll()) {
      boolean told = reader.read(id, Duration.ZERO);
      while (!told && System.nanoTime() - end < 0) {
        told = reader.read(id, WAIT);
      }
    }
  }

  /** Writes down which tasks of a queue there are. */
  void list(String queue) throws IOException {
    ProducerClient client = new ProducerClient(producers);
    String cursor = "";
    do {
      ProducerClient.Answer page = client.list(queue, cursor);
      if (page.status() != 200) {
        throw new AssertionError("the list of tasks: " + page);
      }
      page.json()
          .path("tasks")
          .forEach(
              task ->
                  history.add(Kind.LISTED, page.producer(), "", task.path("id").asString(), ""));
      cursor = page.json().path("next").asString("");
    } while (!cursor.isEmpty());
  }
}
