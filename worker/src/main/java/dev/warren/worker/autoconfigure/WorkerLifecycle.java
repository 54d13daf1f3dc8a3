package dev.warren.worker.autoconfigure;

import dev.warren.worker.delivery.WorkerRuntime;
import dev.warren.worker.execute.Initializer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Starts the worker when the application is complete, and drains it first of all when it stops. */
final class WorkerLifecycle implements SmartLifecycle {

  private final WorkerRuntime runtime;
  private final TaskBeans tasks;
  private final Initializer initializer;
  private final @Nullable ReadyFile readyFile;
  private volatile boolean running;

  WorkerLifecycle(
      WorkerRuntime runtime, TaskBeans tasks, Initializer initializer, @Nullable Path readyFile) {
    this.runtime = runtime;
    this.tasks = tasks;
    this.initializer = initializer;
    this.readyFile = readyFile == null ? null : new ReadyFile(readyFile, runtime::isTakingTasks);
  }

  @Override
  public void start() {
    SigtermIsOrderly.install();
    tasks.register();
    initializer.run();
    runtime.start();
    if (readyFile != null) {
      readyFile.start();
    }
    running = true;
  }

  @Override
  public void stop() {
    if (readyFile != null) {
      readyFile.close();
    }
    runtime.stop();
    running = false;
  }

  /** A worker that has drained is over: its slots do not start again. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
