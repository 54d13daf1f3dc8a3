package dev.warren.worker.process;

import dev.warren.rabbit.Threads;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.worker.execute.Outcome;
import dev.warren.worker.execute.ProgressReports;
import dev.warren.worker.execute.ThreadExecutor;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** What a child does: runs the tasks that its worker gives it, one after the other. */
public final class ChildTasks {

  private static final Logger log = LoggerFactory.getLogger(ChildTasks.class);

  private final TaskFrames frames;
  private final ThreadExecutor executor;
  private final Runnable preparation;
  private final ScheduledExecutorService timer;
  private final Descendants descendants = new Descendants();

  /**
   * @param preparation what is done once, before the first task
   * @param timer interrupts tasks at their soft time limits
   */
  public ChildTasks(
      WireFormat wire,
      ThreadExecutor executor,
      Runnable preparation,
      ScheduledExecutorService timer) {
    this.frames = new TaskFrames(wire);
    this.executor = executor;
    this.preparation = preparation;
    this.timer = timer;
  }

  /** A timer for a child. */
  public static ScheduledExecutorService timer() {
    return Threads.scheduler("warren-child-timer");
  }

  void prepare() {
    preparation.run();
  }

  /** Runs tasks in the calling thread, for ever. */
  void run(ChildLine line) {
    Thread.currentThread().setName("warren-task");
    descendants.watch(timer);
    while (true) {
      try {
        run(line, frames.task(line.nextTask()));
      } catch (InterruptedException e) { // left behind by a task
        log.debug("an interrupt that was nobody's");
      } catch (IOException e) {
        log.error("a task cannot be read; this process ends", e);
        System.exit(1);
      }
    }
  }

  private void run(ChildLine line, TaskMessage task) {
    MDC.put("task", task.id());
    descendants.taskBegins();
    Outcome outcome;
    try (ProgressReports reports =
        new ProgressReports(
            progress -> line.say(TaskFrames.progress(progress)),
            System::nanoTime,
            (pause, action) -> timer.schedule(action, pause.toNanos(), TimeUnit.NANOSECONDS))) {
      outcome = executor.run(task, () -> false, reports);
    } finally {
      MDC.remove("task");
    }
    Frame done = frames.done(task, outcome);
    descendants.taskEnded();
    line.say(done);
  }
}
