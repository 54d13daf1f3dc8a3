package dev.warren.worker.delivery;

import dev.warren.Progress;
import dev.warren.wire.TaskMessage;
import dev.warren.worker.execute.Outcome;
import dev.warren.worker.execute.TaskExecutor;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks that are not wanted any more, and the only way by which a task runs: so that one that
 * is revoked does not begin, or is interrupted. Thread-safe.
 *
 * <ul>
 *   <li>V1: A thread is interrupted only while it runs the very task that is revoked. Both the
 *       interrupt and the end of the run hold the run's lock, and what an interrupt left behind is
 *       cleared after the end.
 *   <li>V2: A task that is revoked is known as such before it is looked for among those that run,
 *       and a task is put among those before it is looked up: so that none slips through.
 *   <li>V3: Memory is bounded: the last {@value #MOST} ids are known.
 * </ul>
 */
final class Revocations {

  static final int MOST = 100_000;

  private static final Logger log = LoggerFactory.getLogger(Revocations.class);

  private final Set<String> revoked = lastOnes();

  /** What runs right now; the same task may run twice here, after a lost channel. */
  private final Set<Run> running = ConcurrentHashMap.newKeySet();

  private static Set<String> lastOnes() {
    return Collections.synchronizedSet(
        Collections.newSetFromMap(
            new LinkedHashMap<>() {
              private static final long serialVersionUID = 1L;

              @Override
              protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > MOST;
              }
            }));
  }

  /**
   * From now on these tasks are not run.
   *
   * @param terminate whether one that runs is interrupted
   */
  void revoke(Collection<String> ids, boolean terminate) {
    for (String id : ids) {
      revoked.remove(id); // the one told last is forgotten last
      revoked.add(id);
    }
    if (terminate) {
      Set<String> unwanted = Set.copyOf(ids);
      for (Run run : running) {
        if (unwanted.contains(run.id)) {
          run.interrupt();
        }
      }
    }
  }

  boolean isRevoked(String id) {
    return revoked.contains(id);
  }

  /** The ids told last, up to a number. */
  List<String> last(int most) {
    synchronized (revoked) {
      return revoked.stream().skip(Math.max(0, revoked.size() - most)).toList();
    }
  }

  /** Ids of the tasks that run right now. */
  Set<String> running() {
    Set<String> ids = new HashSet<>();
    running.forEach(run -> ids.add(run.id));
    return ids;
  }

  /**
   * Runs a task in the calling thread, unless it is revoked. Never throws.
   *
   * @param reports takes what the task tells of its progress
   * @param stuck takes the outcome of a task that does not end although it has to
   */
  Outcome run(
      TaskExecutor executor,
      TaskMessage task,
      Consumer<Progress> reports,
      Consumer<Outcome> stuck) {
    Run run = new Run(task.id());
    running.add(run);
    try {
      return isRevoked(task.id())
          ? Outcome.revoked()
          : executor.run(task, run::isInterrupted, reports, stuck);
    } finally {
      running.remove(run);
      run.end();
    }
  }

  /** One run of a task in the thread that made this. */
  private static final class Run {
    private final String id;
    private final Thread thread = Thread.currentThread();
    private boolean ended; // guarded by this
    private boolean interrupted; // likewise

    Run(String id) {
      this.id = id;
    }

    synchronized void interrupt() {
      if (!ended && !interrupted) {
        log.debug("task {} is interrupted: it was revoked", id);
        interrupted = true;
        thread.interrupt();
      }
    }

    synchronized boolean isInterrupted() {
      return interrupted;
    }

    synchronized void end() {
      ended = true;
      if (interrupted) {
        Thread.interrupted(); // it may have come when the task had ended already
      }
    }
  }
}
