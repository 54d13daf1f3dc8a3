package dev.warren.benchmark;

import dev.warren.TaskRef;
import dev.warren.worker.Task;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/** A worker whose tasks do nothing, one of them for a while. */
@EnableAutoConfiguration
public class NothingWorker {

  /** The argument with which this program is this worker. */
  static final String ROLE = "worker";

  /** Does nothing. */
  static final TaskRef<Integer> NOTHING = TaskRef.of("bench.nothing", Integer.class);

  /** Does nothing with a text. */
  static final TaskRef<Integer> IGNORE = TaskRef.of("bench.ignore", Integer.class);

  /** Does nothing for so many milliseconds. */
  static final TaskRef<Integer> SLEEP = TaskRef.of("bench.sleep", Integer.class);

  /** Returns what it is given. */
  @Task("bench.nothing")
  public int nothing(int given) {
    return given;
  }

  /** Returns always the same. */
  @Task("bench.ignore")
  public int ignore(String text) {
    return 1;
  }

  /** Returns what it is given, so many milliseconds later. */
  @Task("bench.sleep")
  public int sleep(int millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }
}
