package dev.warren.it.celery;

import dev.warren.it.journal.Journal;
import dev.warren.worker.Task;
import dev.warren.worker.TaskContext;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Tasks for other languages' clients. */
@Component
class InteropTasks {

  @Task("t.add")
  public int add(int a, int b) {
    return a + b;
  }

  @Task("t.echo")
  public @Nullable JsonNode echo(@Nullable JsonNode value) {
    return value;
  }

  @Task("t.fail")
  public void fail(String message) {
    throw new IllegalStateException(message);
  }

  /** What kombu writes with a type arrives as Java's. */
  @Task("t.typed")
  public List<String> typed(Instant moment, UUID id, BigDecimal price, byte[] bytes) {
    return Arrays.asList(
        moment.toString(),
        id.toString(),
        price.toPlainString(),
        new String(bytes, StandardCharsets.UTF_8));
  }

  @Task("t.sleep")
  public double sleep(double seconds) throws InterruptedException {
    Thread.sleep(Math.round(seconds * 1_000));
    return seconds;
  }

  /** As Python's task of this name: tells who runs it. */
  @Task("p.who")
  public String who(double seconds) throws InterruptedException {
    sleep(seconds);
    return "java";
  }

  /** Writes down that it runs, and takes its time. */
  @Task("t.noteAndSleep")
  public double noteAndSleep(String file, String key, double seconds)
      throws IOException, InterruptedException {
    noteOnly(file, key);
    return sleep(seconds);
  }

  /** Writes down that it runs. */
  @Task("t.note")
  public String note(String any, String file, String key) throws IOException {
    Journal.at(file).begin(key);
    return any;
  }

  /** As note, but gets nothing from the task before it. */
  @Task("t.noteOnly")
  public String noteOnly(String file, String key) throws IOException {
    Journal.at(file).begin(key);
    return key;
  }

  /** Fails the first time, and is retried. */
  @Task(value = "t.flaky", maxRetries = 3, backoff = "100ms")
  public int flaky(TaskContext context) {
    if (context.attempt() == 1) {
      throw new IllegalStateException("once more");
    }
    return context.attempt();
  }
}
