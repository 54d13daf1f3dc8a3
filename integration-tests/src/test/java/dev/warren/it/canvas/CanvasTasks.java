package dev.warren.it.canvas;

import dev.warren.it.journal.Journal;
import dev.warren.worker.Task;
import java.io.IOException;
import java.util.List;
import org.springframework.stereotype.Component;

/** Tasks whose results others take. */
@Component
class CanvasTasks {

  static final String ADD = "canvas.add";
  static final String FAIL = "canvas.fail";
  static final String STEP = "canvas.step";
  static final String COLLECT = "canvas.collect";

  @Task(ADD)
  public int add(int a, int b) {
    return a + b;
  }

  @Task(FAIL)
  public int fail(Object any) {
    throw new IllegalStateException("no luck with " + any);
  }

  /** Takes {@code millis}, writes that down, and returns its first argument. */
  @Task(STEP)
  public int step(int value, String file, String key, long millis)
      throws IOException, InterruptedException {
    Journal journal = Journal.at(file);
    journal.begin(key);
    Thread.sleep(millis);
    journal.end(key);
    return value;
  }

  /** Writes down that it was called, and returns what it got. */
  @Task(COLLECT)
  public List<Integer> collect(List<Integer> results, String file, long millis)
      throws IOException, InterruptedException {
    Journal journal = Journal.at(file);
    journal.begin("callback");
    Thread.sleep(millis);
    journal.end("callback");
    return results;
  }
}
