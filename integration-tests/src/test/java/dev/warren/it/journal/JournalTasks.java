package dev.warren.it.journal;

import dev.warren.worker.Task;
import java.io.IOException;
import java.nio.file.Path;
import org.springframework.stereotype.Component;

/** Tasks that write down when they begin and when they end, and others to try faults with. */
@Component
class JournalTasks {

  /** Takes {@code millis}, and returns {@code key}. */
  @Task(Journal.TASK)
  public String work(String file, String key, long millis)
      throws IOException, InterruptedException {
    Journal journal = new Journal(Path.of(file));
    journal.begin(key);
    Thread.sleep(millis);
    journal.end(key);
    return key;
  }

  /** Ends the JVM at once, as a bug in native code does. */
  @Task(Journal.KILL)
  public void kill(String file, String key) throws IOException {
    new Journal(Path.of(file)).begin(key);
    Runtime.getRuntime().halt(1);
  }

  /** Returns a text that may be longer than a message. */
  @Task(Journal.REPEAT)
  public String repeat(String text, int times) {
    return text.repeat(times);
  }
}
