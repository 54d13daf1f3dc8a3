package dev.warren.it.crash;

import dev.warren.it.crash.Event.Kind;
import dev.warren.worker.Task;
import dev.warren.worker.TaskContext;
import java.io.IOException;
import org.springframework.stereotype.Component;

/** The campaign's task. */
@Component
class CrashTasks {

  static final String NAME = "crash.work";

  /** Writes down that it runs, takes its time, and returns {@link #result} of its key. */
  @Task(NAME)
  public long work(String file, long key, long millis, TaskContext context)
      throws IOException, InterruptedException {
    String name = String.valueOf(key);
    Executions.write(file, Kind.BEGIN, name, context.id(), context.attempt());
    Thread.sleep(millis);
    Executions.write(file, Kind.END, name, context.id(), context.attempt());
    return result(key);
  }

  /** What the task of a key must return. */
  static long result(long key) {
    return key * 31 + 7;
  }
}
