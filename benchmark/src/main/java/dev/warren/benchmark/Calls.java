package dev.warren.benchmark;

import dev.warren.wire.TaskMessage;
import dev.warren.wire.WireFormat;
import dev.warren.worker.execute.Outcome;
import dev.warren.worker.execute.TaskExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Calls of an executor by so many threads, each as soon as the one before has ended. */
final class Calls {

  private final TaskExecutor executor;
  private final TaskMessage task;

  Calls(TaskExecutor executor, WireFormat wire) {
    this.executor = executor;
    TaskMessage written =
        TaskMessage.of(
            "00000000-0000-4000-8000-000000000000",
            NothingWorker.NOTHING.name(),
            List.of(1),
            Map.of());
    this.task = wire.readTask(wire.writeTask(written)).value();
  }

  /** One round; fails at the first task that does. */
  Measured round(int threads, Duration time) throws Exception {
    return Measured.round(List.of(ProcessHandle.current()), () -> count(threads, time));
  }

  private Measured.Count count(int threads, Duration time) throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(threads);
    try {
      long began = System.nanoTime();
      long end = began + time.toNanos();
      List<Future<Long>> all = new ArrayList<>();
      Callable<Long> one = () -> callUntil(end);
      for (int i = 0; i < threads; i++) {
        all.add(callers.submit(one));
      }
      long calls = 0;
      for (Future<Long> some : all) {
        calls += some.get();
      }
      return Measured.Count.since(began, calls);
    } finally {
      callers.shutdownNow();
    }
  }

  private long callUntil(long end) {
    long calls = 0;
    for (; System.nanoTime() - end < 0; calls++) {
      Outcome outcome = executor.run(task, () -> false, progress -> {}, stuck -> {});
      if (outcome.kind() != Outcome.Kind.SUCCEEDED) {
        throw new IllegalStateException(outcome.toString());
      }
    }
    return calls;
  }
}
