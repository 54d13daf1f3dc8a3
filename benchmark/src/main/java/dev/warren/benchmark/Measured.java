package dev.warren.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * One round.
 *
 * @param perSecond tasks a second
 * @param cpuMicros processor time of the processes that run tasks, for each of them
 */
record Measured(double perSecond, double cpuMicros) {

  /** A round of which the processor time of some processes and their children counts. */
  static Measured round(List<ProcessHandle> processes, Callable<Count> work) throws Exception {
    Duration before = cpu(processes);
    Count count = work.call();
    double micros = cpu(processes).minus(before).toNanos() / 1e3;
    return new Measured(count.tasks() / count.seconds(), micros / count.tasks());
  }

  /** So many tasks in so many seconds. */
  record Count(long tasks, double seconds) {

    static Count since(long began, long tasks) {
      return new Count(tasks, (System.nanoTime() - began) / 1e9);
    }
  }

  private static Duration cpu(List<ProcessHandle> processes) {
    return processes.stream()
        .flatMap(process -> Stream.concat(Stream.of(process), process.children()))
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .reduce(Duration.ZERO, Duration::plus);
  }
}
