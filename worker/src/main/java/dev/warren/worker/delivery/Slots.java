package dev.warren.worker.delivery;

import dev.warren.wire.Decoded;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import dev.warren.worker.execute.Outcome;
import dev.warren.worker.execute.ThreadExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The worker's slots: one thread each. A slot reads the message, runs the task and hands the
 * outcome on; it is free as soon as the task has run (I3), while the reply's confirm and the ack
 * follow.
 *
 * <p>Deliveries that wait here are bounded by the prefetch.
 */
final class Slots {

  private static final Logger log = LoggerFactory.getLogger(Slots.class);

  private final WireFormat wire;
  private final ThreadExecutor executor;
  private final Settlement settlement;
  private final Replies replies;
  private final Clock clock;
  private final ThreadPoolExecutor threads;

  /** Delivered and not settled: waiting, running, or waiting for a confirm. */
  private final Set<Delivery> unsettled = ConcurrentHashMap.newKeySet();

  private volatile boolean stopping;

  Slots(
      int concurrency,
      WireFormat wire,
      ThreadExecutor executor,
      Settlement settlement,
      Replies replies,
      Clock clock) {
    this.wire = wire;
    this.executor = executor;
    this.settlement = settlement;
    this.replies = replies;
    this.clock = clock;
    this.threads =
        new ThreadPoolExecutor(
            concurrency, concurrency, 0, TimeUnit.SECONDS, new PriorityBlockingQueue<>());
    java.util.concurrent.atomic.AtomicInteger number =
        new java.util.concurrent.atomic.AtomicInteger();
    // Not daemons: they keep a worker without a web server alive.
    threads.setThreadFactory(work -> new Thread(work, "warren-slot-" + number.incrementAndGet()));
  }

  /** Starts all threads. */
  void start() {
    threads.prestartAllCoreThreads();
  }

  /** Takes a delivery at once; it runs when a slot is free. */
  void accept(Delivery delivery) {
    if (stopping) {
      delivery.giveBack(); // it was on its way when the consumer was cancelled
      return;
    }
    unsettled.add(delivery);
    delivery.done().whenComplete((done, failure) -> unsettled.remove(delivery));
    threads.execute(new Run(delivery));
  }

  /** Tasks that run right now. */
  int running() {
    return threads.getActiveCount();
  }

  /** Takes no more, and gives back what no slot has begun; says how many. */
  int giveBackWaiting() {
    stopping = true;
    List<Runnable> waiting = new ArrayList<>();
    threads.getQueue().drainTo(waiting);
    waiting.forEach(run -> ((Run) run).delivery.giveBack());
    return waiting.size();
  }

  /**
   * Waits until everything that was delivered is settled.
   *
   * @return how many deliveries are left when time is up
   */
  int awaitSettled(Duration longest) throws InterruptedException {
    long deadline = System.nanoTime() + longest.toNanos();
    for (Delivery delivery : unsettled) {
      try {
        delivery.done().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (java.util.concurrent.ExecutionException e) {
        log.error("a settlement failed", e);
      } catch (java.util.concurrent.TimeoutException e) {
        return unsettled.size();
      }
    }
    return unsettled.size();
  }

  /** Interrupts what still runs, and waits a moment for it. */
  void interrupt(Duration grace) throws InterruptedException {
    executor.stopping();
    threads.shutdownNow();
    threads.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void run(Delivery delivery) {
    if (!delivery.isOpen()) {
      delivery.abandon(); // its channel died while it waited; the broker delivers it again
      return;
    }
    Decoded<TaskMessage> decoded = wire.readTask(delivery.message());
    TaskMessage task = decoded.value();
    if (task == null) {
      settlement.quarantine(delivery, decoded);
      return;
    }
    MDC.put("task", task.id());
    try {
      run(delivery, task);
    } finally {
      MDC.remove("task");
    }
  }

  private void run(Delivery delivery, TaskMessage task) {
    Instant startedAt = clock.instant();
    if (task.expires() != null && !startedAt.isBefore(task.expires())) {
      settlement.settle(delivery, task, Outcome.expired(), null);
      return;
    }
    if (task.trackStarted()) {
      replies.announce(delivery, task, new Replies.News(TaskStatus.STARTED, null, null, startedAt));
    }
    Outcome outcome = executor.run(task);
    settlement.settle(delivery, task, outcome, startedAt);
  }

  /** A delivery on its way into a slot. */
  private final class Run implements Runnable, Comparable<Run> {
    private final Delivery delivery;

    Run(Delivery delivery) {
      this.delivery = delivery;
    }

    @Override
    public void run() {
      try {
        Slots.this.run(delivery);
      } catch (Throwable e) {
        log.error("a delivery could not be handled and is given back", e);
        delivery.giveBack();
      }
    }

    @Override
    public int compareTo(Run other) {
      return delivery.compareTo(other.delivery);
    }
  }
}
