package dev.warren.worker.execute;

import dev.warren.Progress;
import dev.warren.wire.TaskMessage;
import dev.warren.worker.TaskContext;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A task's context, made in the thread that runs it. Thread-safe. */
final class RunningTask implements TaskContext {

  private final String id;
  private final int attempt;
  private final @Nullable Instant deadline;
  private final Consumer<Progress> reports;
  private volatile @Nullable Thread thread = Thread.currentThread(); // null once the task has ended

  RunningTask(TaskMessage task, Consumer<Progress> reports) {
    this(task.id(), task.attempt(), deadline(task), reports);
  }

  private RunningTask(
      String id, int attempt, @Nullable Instant deadline, Consumer<Progress> reports) {
    this.id = id;
    this.attempt = attempt;
    this.deadline = deadline;
    this.reports = reports;
  }

  private static @Nullable Instant deadline(TaskMessage task) {
    return Stream.of(task.softTimeLimit(), task.timeLimit())
        .filter(Objects::nonNull)
        .min(Comparator.naturalOrder())
        .map(limit -> Instant.now().plus(limit))
        .orElse(null);
  }

  /** The context of a chunk's items: the chunk tells how far it is, its items do not. */
  static RunningTask items(TaskContext chunk) {
    return new RunningTask(chunk.id(), chunk.attempt(), chunk.deadline(), progress -> {});
  }

  /** The context of a task that nobody called, with its name in place of an id. */
  static TaskContext uncalled(String task) {
    return new RunningTask(task, 1, null, progress -> {});
  }

  /** The thread goes on to another task. */
  void end() {
    thread = null;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public @Nullable Instant deadline() {
    return deadline;
  }

  @Override
  public void progress(long current, long total) {
    if (thread != null) {
      reports.accept(new Progress(current, total));
    }
  }

  @Override
  public boolean isCancelled() {
    Thread running = thread;
    return running != null && running.isInterrupted();
  }
}
