package dev.warren.worker.delivery;

import dev.warren.rabbit.Broker;
import dev.warren.rabbit.Threads;
import dev.warren.wire.WireFormat;
import dev.warren.worker.ConsumedQueue;
import dev.warren.worker.WorkerProperties;
import dev.warren.worker.event.Events;
import dev.warren.worker.event.LamportClock;
import dev.warren.worker.event.TaskEvents;
import dev.warren.worker.execute.TaskExecutor;
import dev.warren.worker.execute.TaskRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running worker: consumes task queues with a number of slots, from {@link #start} to {@link
 * #stop}.
 *
 * <p>It stops in this order, each step with a bound and a line in the log:
 *
 * <ol>
 *   <li>the consumers are cancelled: no new task comes;
 *   <li>what was delivered but not begun is given back, at once, without counting as an attempt;
 *   <li>what runs goes on until {@code drain-timeout}, and is answered and acked;
 *   <li>what still runs then is interrupted, and given back when it ends;
 *   <li>what ignores that is left behind: the broker delivers it again when the connection closes.
 * </ol>
 */
public final class WorkerRuntime {

  private static final Logger log = LoggerFactory.getLogger(WorkerRuntime.class);
  private static final int RENEWAL_CHECKS = 10;
  private static final Duration SWEEP = Duration.ofMillis(250);
  private static final Duration PACE_CHECK = Duration.ofMillis(50);
  private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration UNLIMITED = Duration.ofDays(100 * 365);
  private static final Duration GRACE_AFTER_INTERRUPT = Duration.ofSeconds(5);
  private static final Duration GIVE_BACK_TIMEOUT = Duration.ofSeconds(2);

  private final Broker broker;
  private final TaskRegistry registry;
  private final WorkerProperties properties;
  private final List<ConsumedQueue> queues;
  private final TaskExecutor executor;
  private final Slots slots;
  private final ControlAnswers answers;
  private final ControlConsumer control;
  private final RevocationLog revocationLog;
  private final Renewals renewals;
  private final Consumers consumers;
  private final Events events;
  private final TaskEvents taskEvents;
  private final ScheduledExecutorService timer = Threads.scheduler("warren-settlement");

  /** Of its own, because it waits for the broker's answers. */
  private final ScheduledExecutorService upkeep = Threads.scheduler("warren-upkeep");

  private final CompletableFuture<Void> spent = new CompletableFuture<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  /**
   * A worker that is not started.
   *
   * @param factory makes the slots' threads
   * @param executors makes what runs the tasks, with a timer that stays the worker's; it is closed
   *     when the worker stops
   */
  public WorkerRuntime(
      Broker broker,
      WireFormat wire,
      TaskRegistry registry,
      WorkerProperties properties,
      ThreadFactory factory,
      Function<ScheduledExecutorService, TaskExecutor> executors) {
    Clock clock = Clock.systemUTC();
    this.broker = broker;
    this.registry = registry;
    this.properties = properties;
    this.queues = properties.consumed(broker.settings().defaultQueue());
    String name = properties.name();
    Replies replies = new Replies(broker.publisher(), wire, names(), name, clock, timer);
    LamportClock lamport = new LamportClock();
    this.events = new Events(broker, wire.mapper(), name, lamport, this::load);
    this.taskEvents = new TaskEvents(events, clock, properties.events());
    Forwarding forwarding = new Forwarding(broker, timer);
    LostAttempts lostAttempts = new LostAttempts(properties.maxLostAttempts(), forwarding, timer);
    Settlement settlement =
        new Settlement(
            forwarding,
            replies,
            new FollowUps(broker, wire, replies, Set.copyOf(names()), clock, timer),
            name,
            properties.unknownTaskTtl(),
            properties.maxLostAttempts(),
            clock,
            taskEvents);
    this.executor = executors.apply(timer);
    this.slots =
        new Slots(
            properties.concurrency(),
            factory,
            queues,
            wire,
            executor,
            settlement,
            replies,
            forwarding,
            new Chords(broker, wire, settlement, forwarding, replies, clock),
            lostAttempts,
            clock,
            new TaskLimit(properties.maxTasks(), this::takeNoMore),
            taskEvents);
    this.renewals = new Renewals(broker, properties.renewAfter());
    this.consumers = new Consumers(broker, slots, queues, properties.concurrency());
    this.answers = new ControlAnswers(broker, wire, name, replies::isAllowed, lamport);
    Changes changes =
        new Changes(
            slots.revocations(),
            registry,
            consumers,
            replies,
            events,
            taskEvents,
            () -> spent.complete(null));
    AllowedCommands allowed = new AllowedCommands(properties.control().allow());
    Questions questions =
        new Questions(
            name,
            slots,
            consumers,
            registry,
            new RequestInfo(wire, name),
            new WorkerFacts(broker, properties, consumers, executor, taskEvents, lamport),
            events,
            lamport,
            allowed);
    Commands commands = new Commands(lamport, questions, changes, allowed, answers, upkeep);
    this.control = new ControlConsumer(broker, wire, name, commands::execute, clock);
    this.revocationLog =
        new RevocationLog(broker, wire, command -> changes.revoke(new Arguments(command)));
  }

  private Map<String, Object> load() {
    return Map.of("active", slots.running(), "processed", taskEvents.processed());
  }

  /**
   * Declares the queues and begins to consume; a broker that is away is waited for in the
   * background.
   *
   * @throws dev.warren.WarrenException.TopologyMismatchException if a queue exists with other
   *     arguments
   */
  public void start() {
    names().forEach(broker::declare);
    control.start();
    revocationLog.start();
    slots.start();
    new Thread(this::keepAlive, "warren-worker").start();
    upkeep.scheduleWithFixedDelay(
        this::offerWaitingLong, SWEEP.toMillis(), SWEEP.toMillis(), TimeUnit.MILLISECONDS);
    upkeep.scheduleWithFixedDelay(
        this::keepPace, PACE_CHECK.toMillis(), PACE_CHECK.toMillis(), TimeUnit.MILLISECONDS);
    long pause = properties.renewAfter().toMillis() / RENEWAL_CHECKS;
    upkeep.scheduleWithFixedDelay(this::renewRunningLong, pause, pause, TimeUnit.MILLISECONDS);
    consumers.start();
    events.start();
    log.info(
        broker.state() == Broker.State.DOWN
            ? "worker {} waits for the broker, to take tasks from '{}' with {} slots: {}"
            : "worker {} takes tasks from '{}' with {} slots: {}",
        properties.name(),
        String.join("', '", names()),
        properties.concurrency(),
        registry.names());
  }

  private List<String> names() {
    return queues.stream().map(ConsumedQueue::name).toList();
  }

  private void offerWaitingLong() {
    try {
      slots.giveBackHeldFor(properties.renewAfter());
      slots.offerWaitingLong(broker::isEmpty);
    } catch (RuntimeException e) {
      log.debug("no task that waits is offered: {}", e.toString());
    }
  }

  private void keepPace() {
    try {
      Instant longAgo = Instant.now().minus(Pace.LONG);
      if (slots.runningNow().stream().anyMatch(running -> running.hasRunSince(longAgo))) {
        slots.pace().isSlow();
      }
      consumers.keepUpWith(slots.pace());
    } catch (RuntimeException e) {
      log.error("tasks are fetched ahead as before", e);
    }
  }

  private void renewRunningLong() {
    try {
      renewals.renew(slots.runningNow());
    } catch (RuntimeException e) {
      log.error("tasks that run for long are not renewed", e);
    }
  }

  /** No daemon, as the slots may be: it keeps a worker without a web server alive. */
  private void keepAlive() {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether every slot can be reached by tasks, and its replies can go out. */
  public boolean isTakingTasks() {
    return broker.state() == Broker.State.UP
        && executor.isReady()
        && slots.isReady()
        && consumers.isConsuming();
  }

  /** The last step: until here this worker answers for what it holds. */
  private void stopControl() {
    control.stop();
    revocationLog.stop();
    events.close();
    answers.close();
  }

  /**
   * Completes when the worker has to be stopped: it has run as many tasks as it may, and all of
   * them are settled, or a command has told it to end.
   */
  public CompletableFuture<Void> spent() {
    return spent;
  }

  /**
   * The last task is about to begin, on the calling thread. The consumers are cancelled first, so
   * that the broker hands nothing to a worker that would only give it back.
   */
  private void takeNoMore() {
    log.info("worker {} takes no more: it has begun its last task", properties.name());
    Threads.bounded("warren-cancel", CANCEL_TIMEOUT, consumers::stop);
    slots.giveBackWaiting();
    Threads.named("warren-spent").newThread(this::awaitLastTasks).start();
  }

  private void awaitLastTasks() {
    try {
      slots.awaitSettled(UNLIMITED);
      spent.complete(null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops in the order above; blocks until it is done. */
  public void stop() {
    try {
      Threads.bounded("warren-cancel", CANCEL_TIMEOUT, consumers::stop);
      log.info("stopping 1/4: no new tasks are taken from '{}'", String.join("', '", names()));
      log.info("stopping 2/4: gave back {} tasks that had not begun", slots.giveBackWaiting());
      slots.abandonExiting();
      Duration limit = properties.drainTimeout();
      log.info(
          "stopping 3/4: {} tasks run; they have {} s to end", slots.running(), limit.toSeconds());
      int left = slots.awaitSettled(limit);
      if (left > 0) {
        log.warn("stopping 4/4: interrupting {} tasks that did not end in time", left);
        slots.interrupt(GRACE_AFTER_INTERRUPT);
        left = slots.awaitSettled(GIVE_BACK_TIMEOUT);
      } else {
        slots.interrupt(Duration.ZERO);
      }
      log.info("stopping 4/4: done; {} tasks are left to the broker to deliver again", left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      log.warn("interrupted while stopping; the broker delivers again what was not settled");
    } finally {
      upkeep.shutdownNow();
      consumers.close();
      executor.close();
      Threads.bounded("warren-control-stop", CANCEL_TIMEOUT, this::stopControl);
      timer.shutdownNow();
      stopped.countDown();
    }
  }
}
