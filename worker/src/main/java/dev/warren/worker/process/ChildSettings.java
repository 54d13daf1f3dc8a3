package dev.warren.worker.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How children are started, and for how long they are kept.
 *
 * @param most how many there are at most
 * @param maxTasks after how many tasks a child is replaced; null for never
 * @param maxAge after what time; null for never
 * @param maxMemory with how many bytes of resident memory, looked at after each task; null for any
 * @param startTimeout how long one may take until it takes tasks
 * @param silence how long a child may give no sign of life before it is killed
 * @param jvmArgs arguments of its JVM
 * @param environment names of the variables that it inherits
 * @param maxMessageBytes the largest message
 * @param cache a folder that outlives the worker, for what makes children start faster; or null
 */
public record ChildSettings(
    int most,
    @Nullable Integer maxTasks,
    @Nullable Duration maxAge,
    @Nullable Long maxMemory,
    Duration startTimeout,
    Duration silence,
    List<String> jvmArgs,
    List<String> environment,
    int maxMessageBytes,
    @Nullable Path cache) {

  /** Copies the lists. */
  public ChildSettings {
    jvmArgs = List.copyOf(jvmArgs);
    environment = List.copyOf(environment);
  }
}
