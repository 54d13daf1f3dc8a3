package dev.warren.worker.delivery;

import dev.warren.wire.ChordMessage;
import dev.warren.wire.Decoded;
import dev.warren.wire.TaskMessage;
import dev.warren.wire.TaskStatus;
import dev.warren.wire.WireFormat;
import dev.warren.worker.ConsumedQueue;
import dev.warren.worker.event.TaskEvents;
import dev.warren.worker.execute.Outcome;
import dev.warren.worker.execute.ProgressReports;
import dev.warren.worker.execute.TaskExecutor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final WireFormat wire;
  private final TaskExecutor executor;
  private final Settlement settlement;
  private final Replies replies;
  private final Forwarding forwarding;
  private final Chords chords;
  private final LostAttempts lostAttempts;
  private final Clock clock;
  private final TaskLimit limit;
  private final TaskEvents events;
  private final ThreadPoolExecutor threads;

  private final Revocations revocations = new Revocations();
  private final Holdings holdings = new Holdings();
  private final Pace pace = new Pace();

  /** What each slot's thread runs. */
  private final Map<Thread, Delivery> runningIn = new ConcurrentHashMap<>();

  private final StuckSlots stuck;
  private final WaitingRoom waiting;
  private volatile boolean stopping;

  Slots(
      int concurrency,
      ThreadFactory factory,
      List<ConsumedQueue> queues,
      WireFormat wire,
      TaskExecutor executor,
      Settlement settlement,
      Replies replies,
      Forwarding forwarding,
      Chords chords,
      LostAttempts lostAttempts,
      Clock clock,
      TaskLimit limit,
      TaskEvents events) {
    this.wire = wire;
    this.executor = executor;
    this.settlement = settlement;
    this.replies = replies;
    this.forwarding = forwarding;
    this.chords = chords;
    this.lostAttempts = lostAttempts;
    this.clock = clock;
    this.limit = limit;
    this.events = events;
    this.waiting = new WaitingRoom(queues);
    this.threads =
        new ThreadPoolExecutor(
            concurrency, concurrency, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    this.stuck = new StuckSlots(threads, concurrency);
    threads.setThreadFactory(factory);
  }

  /** Starts all threads. */
  void start() {
    threads.prestartAllCoreThreads();
  }

  /** Tasks may come from this queue, too. */
  void serve(ConsumedQueue queue) {
    waiting.serve(queue);
  }

  /** Has so many slots from now on; one that has a task goes when that has ended. */
  void resize(int slots) {
    executor.resize(slots);
    stuck.resize(slots);
  }

  /** Takes a delivery at once; it runs when a slot is free. */
  void accept(Delivery delivery) {
    holdings.add(delivery);
    lostAttempts.admit(delivery, () -> enqueue(delivery));
  }

  private void enqueue(Delivery delivery) {
    if (stopping) {
      forwarding.giveBack(delivery); // it was on its way when the consumer was cancelled
    } else {
      waiting.add(delivery);
      threads.execute(this::runNext);
    }
  }

  /** The tasks that are not wanted any more. */
  Revocations revocations() {
    return revocations;
  }

  /** The deliveries that these slots have to answer for. */
  Holdings holdings() {
    return holdings;
  }

  /** How long tasks take. */
  Pace pace() {
    return pace;
  }

  /** Tasks that run right now. */
  int running() {
    return threads.getActiveCount();
  }

  /** Those that run. */
  List<Delivery> runningNow() {
    return List.copyOf(runningIn.values());
  }

  /**
   * Gives back what still waits: a new task after some seconds, so that another worker may be
   * sooner although none is idle, and ahead of those that are newer; one that was put off, and is
   * ahead of all others wherever it is, after a longer time.
   */
  void giveBackHeldFor(Duration longest) {
    waiting.heldFor(PATIENCE.compareTo(longest) < 0 ? PATIENCE : longest, longest).stream()
        .filter(waiting::remove)
        .forEach(forwarding::giveBack);
  }

  /**
   * Offers to other workers what has waited too long for a slot, so that one with a free slot gets
   * it: a busy worker holds no task that an idle one could run. Called now and then.
   *
   * @param isEmpty whether no message waits in a queue. One with messages has no idle worker, and a
   *     task that is offered would only lose its place
   */
  void offerWaitingLong(Predicate<String> isEmpty) {
    Map<String, List<Delivery>> bySource =
        waiting.impatient().stream().collect(Collectors.groupingBy(Delivery::source));
    bySource.forEach(
        (source, deliveries) -> {
          if (isEmpty.test(source)) {
            deliveries.stream().filter(waiting::remove).forEach(this::offer);
          }
        });
  }

  private void offer(Delivery delivery) {
    forwarding
        .offer(delivery)
        .thenAccept(
            isTaken -> {
              if (!isTaken) {
                enqueue(delivery);
              }
            });
  }

  /** Takes no more, and gives back what no slot has begun; says how many. */
  int giveBackWaiting() {
    stopping = true;
    List<Delivery> notBegun = waiting.drain();
    notBegun.forEach(forwarding::giveBack);
    return notBegun.size();
  }

  /**
   * Waits until everything that was delivered is settled.
   *
   * @return how many deliveries are left when time is up
   */
  int awaitSettled(Duration longest) throws InterruptedException {
    long deadline = System.nanoTime() + longest.toNanos();
    for (Delivery next = anyUnsettled(); next != null; next = anyUnsettled()) {
      try {
        next.done().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        log.error("a settlement failed", e);
      } catch (TimeoutException e) {
        break;
      }
    }
    return (int) unsettled().count();
  }

  private @Nullable Delivery anyUnsettled() {
    return unsettled().findAny().orElse(null);
  }

  /** One that was settled this moment may still be among those that are held. */
  private Stream<Delivery> unsettled() {
    return holdings.unsettled().stream().filter(delivery -> !delivery.done().isDone());
  }

  /** Interrupts what still runs, and waits a moment for it. */
  void interrupt(Duration grace) throws InterruptedException {
    executor.stopping();
    threads.shutdownNow();
    threads.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** There is a call for each delivery; one that was taken out meanwhile leaves one too many. */
  private void runNext() {
    Delivery delivery = waiting.next();
    if (delivery == null) {
      return;
    }
    try {
      run(delivery);
    } catch (Throwable e) {
      giveUp(delivery, e);
    }
  }

  private void run(Delivery delivery) {
    if (!delivery.isOpen()) {
      delivery.abandon(); // its channel died while it waited; the broker delivers it again
      return;
    }
    if (settlement.keepsThrownOut(delivery)
        || lostAttempts.count(delivery)
        || lostAttempts.waits(delivery, () -> enqueue(delivery))) {
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

  /** Our own fault: once more, elsewhere or later, and then to quarantine instead of for ever. */
  private void giveUp(Delivery delivery, Throwable fault) {
    log.error("a delivery could not be handled", fault);
    if (delivery.lostAttempts() == 0 && !delivery.isRedelivered()) {
      delivery.giveBack();
    } else {
      settlement.quarantine(
          delivery, Decoded.failed(Decoded.Reason.CANNOT_BE_HANDLED, fault.toString()));
    }
  }

  private void run(Delivery delivery, TaskMessage task) {
    boolean isChord = ChordMessage.is(task); // which is looked at again and again
    if (!isChord) {
      events.received(task, delivery.message().headers());
    }
    Instant startedAt = clock.instant();
    if (task.expires() != null && !startedAt.isBefore(task.expires())) {
      chords.endedUncalled(delivery, task);
      settlement.settle(delivery, task, Outcome.expired(), null);
      return;
    }
    if (revocations.isRevoked(task.id())) {
      chords.endedUncalled(delivery, task);
      settlement.settle(delivery, task, Outcome.revoked(), null);
      return;
    }
    Instant eta = task.eta();
    if (eta != null && startedAt.isBefore(eta)) {
      settlement.delay(delivery, task, eta);
      return;
    }
    if (lostAttempts.isTooOften(delivery)) {
      settlement.workerLost(delivery, task, LostAttempts.of(delivery));
      return;
    }
    TaskMessage called = chords.resolve(delivery, task);
    if (called == null) {
      return;
    }
    if (isChord) {
      events.received(called, delivery.message().headers());
    }
    Duration wait = executor.takePlace(called);
    if (wait != null) {
      settlement.delayFor(delivery, wait);
      return;
    }
    try {
      runInPlace(delivery, called, startedAt);
    } finally {
      executor.giveUpPlace(called);
    }
  }

  private void runInPlace(Delivery delivery, TaskMessage task, Instant startedAt) {
    if (!limit.begin()) {
      forwarding.giveBack(delivery);
      return;
    }
    if (task.trackStarted() && executor.knows(task)) {
      replies.announce(delivery, task, new Replies.News(TaskStatus.STARTED, null, null, startedAt));
    }
    if (executor.knows(task)) {
      events.started(task);
    }
    AtomicBoolean over = new AtomicBoolean();
    Outcome outcome = execute(delivery, task, startedAt, over);
    if (over.compareAndSet(false, true)) {
      settlement.settle(delivery, task, outcome, startedAt);
    } else {
      stuck.ended();
      log.info("task {} {} has ended at last", task.task(), task.id());
    }
  }

  /**
   * @param over whether the task is settled: it ended, or it is stuck
   */
  private Outcome execute(
      Delivery delivery, TaskMessage task, Instant startedAt, AtomicBoolean over) {
    delivery.begins(startedAt);
    runningIn.put(Thread.currentThread(), delivery);
    long began = System.nanoTime();
    ProgressReports reports = replies.progressOf(delivery, task, startedAt);
    try {
      return revocations.run(
          executor,
          task,
          reports,
          outcome -> {
            if (over.compareAndSet(false, true)) {
              reports.close();
              stuck.began();
              settlement.settle(delivery, task, outcome, startedAt);
            }
          });
    } finally {
      reports.close();
      runningIn.remove(Thread.currentThread());
      pace.ran(System.nanoTime() - began);
    }
  }

  /** Whether tasks that are stuck have left enough slots. */
  boolean isReady() {
    return stuck.isWithinCap();
  }

  /**
   * Waits no longer for tasks that called {@code System.exit}: they end with this process, which
   * would wait for them. The broker delivers them again, and what lost its worker is counted.
   */
  void abandonExiting() {
    runningIn.forEach(
        (thread, delivery) -> {
          if (isExiting(thread)) {
            log.warn(
                "task {} called System.exit, which ends this worker",
                WireFormat.taskId(delivery.message()));
            delivery.abandon();
          }
        });
  }

  private static boolean isExiting(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().equals(Runtime.class.getName())
          && frame.getMethodName().equals("exit")) {
        return true;
      }
    }
    return false;
  }
}
