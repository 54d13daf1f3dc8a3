package dev.warren.it.conformance;

import dev.warren.it.journal.Journal;
import dev.warren.worker.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** The tasks behind {@link Tasks}. */
@Component
class ConformanceTasks {

  private static final Duration LONGEST_HOLD = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(10);

  /** Its getter throws. */
  public static final class Unwritable {
    /** Throws. */
    public String getValue() {
      throw new IllegalStateException("this value cannot be read");
    }
  }

  @Task("conformance.square")
  public long square(long number) {
    return number * number;
  }

  @Task("conformance.root")
  public double root(double number) {
    if (number < 0) {
      throw new IllegalArgumentException("no root of " + number);
    }
    return Math.sqrt(number);
  }

  @Task("conformance.add")
  public int add(int a, int b) {
    return a + b;
  }

  @Task("conformance.nothing")
  public void nothing() {}

  @Task("conformance.echo")
  public @Nullable JsonNode echo(@Nullable JsonNode value) {
    return value;
  }

  @Task("conformance.text")
  public String text(int length) {
    return "x".repeat(length);
  }

  @Task("conformance.unwritable")
  public Unwritable unwritable() {
    return new Unwritable();
  }

  @Task("conformance.work")
  public String work(WorkItem item) throws IOException, InterruptedException {
    Journal journal = Journal.at(item.journal());
    journal.begin(item.key());
    if (item.gate() != null) {
      awaitFile(Path.of(item.gate()));
    }
    if (item.fails()) {
      throw new IllegalStateException("item " + item.key() + " fails");
    }
    journal.end(item.key());
    return item.key();
  }

  private static void awaitFile(Path file) throws InterruptedException {
    long began = System.nanoTime();
    while (!Files.exists(file)) {
      if (System.nanoTime() - began > LONGEST_HOLD.toNanos()) {
        throw new IllegalStateException("nobody released this work");
      }
      Thread.sleep(POLL.toMillis());
    }
  }
}
