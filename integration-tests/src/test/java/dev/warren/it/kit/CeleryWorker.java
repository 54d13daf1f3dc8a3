package dev.warren.it.kit;

import java.util.List;

/** A worker of Celery's own. */
public final class CeleryWorker implements AutoCloseable {

  private final LoggedProcess process;

  private CeleryWorker(LoggedProcess process) {
    this.process = process;
  }

  /**
   * Starts one, whose application is {@code worker.py}, and waits until it takes tasks.
   *
   * @param javaQueue a queue of Warren's, which it knows and does not consume
   * @param name its node's name
   */
  public static CeleryWorker startReady(
      String uri, String queue, String javaQueue, String name, int processes) {
    List<String> command =
        Celery.worker(
            "worker",
            "--queues=" + queue,
            "--hostname=" + name,
            "--concurrency=" + processes,
            "--without-gossip",
            "--loglevel=INFO");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(Celery.folder("celery").toFile());
    builder.environment().put("BROKER", uri);
    builder.environment().put("QUEUE", queue);
    builder.environment().put("JAVA_QUEUE", javaQueue);
    CeleryWorker worker = new CeleryWorker(LoggedProcess.start("celery-worker", builder));
    Deadline.await(
        "the Celery worker is ready",
        Deadline.APP_START,
        () -> worker.process.mustBeAlive().log().contains(" ready."));
    return worker;
  }

  /** What it has written so far. */
  public String log() {
    return process.log();
  }

  /** Kills it and its processes. */
  public void kill9() {
    process.destroyTree();
  }

  @Override
  public void close() {
    process.destroyTree();
  }
}
