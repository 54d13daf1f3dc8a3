package dev.warren.it.journal;

import dev.warren.worker.Task;
import java.io.IOException;
import java.nio.file.Path;
import org.springframework.stereotype.Component;

/** A task that writes down when it begins and when it ends. */
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
}
