package dev.warren.benchmark;

import dev.warren.TaskRef;
import dev.warren.worker.Task;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/** A worker whose only task does nothing. */
@EnableAutoConfiguration
public class NothingWorker {

  /** The argument with which this program is this worker. */
  static final String ROLE = "worker";

  /** Does nothing. */
  static final TaskRef<Integer> NOTHING = TaskRef.of("bench.nothing", Integer.class);

  /** Returns what it is given. */
  @Task("bench.nothing")
  public int nothing(int given) {
    return given;
  }
}
