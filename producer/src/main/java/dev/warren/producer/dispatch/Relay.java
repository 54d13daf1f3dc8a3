package dev.warren.producer.dispatch;

import dev.warren.WarrenException.EncodingException;
import dev.warren.producer.store.Claim;
import dev.warren.producer.store.StoreUnavailableException;
import dev.warren.producer.store.StoredTask;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.rabbit.Threads;
import dev.warren.wire.TaskError;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes what waits in the store: tasks whose moment has come (an eta, another attempt, a part
 * of a group), and those whose producer died, or did not learn what the broker said.
 *
 * <ol>
 *   <li><b>I1</b> What is accepted is tried until the broker has it. A full queue is left alone for
 *       {@link #FULL_PAUSE}, and then offered a few, so that the others go on.
 *   <li><b>I2</b> At most {@value #MOST_IN_FLIGHT_KB} kB are on their way at once.
 *   <li><b>I3</b> While the broker is away or blocked nothing is claimed.
 * </ol>
 *
 * One thread; several producers may each run one on the same database.
 */
final class Relay implements AutoCloseable {

  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration FULL_PAUSE = Duration.ofMillis(250);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
  private static final int BATCH = 500;
  private static final int MOST_IN_FLIGHT_KB = 16_384;

  /** What a queue that was full is offered next; more by each that it takes. */
  private static final int FIRST_OFFER = 8;

  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  private final Supplier<Broker.State> broker;
  private final Consumer<String> missingQueue;
  private final TaskPublisher publisher;
  private final Marks marks;
  private final TaskStore store;
  private final TaskEnds ends;
  private final Clock clock;
  private final Semaphore room = new Semaphore(MOST_IN_FLIGHT_KB); // in kB
  private final Map<String, Long> fullSince = new ConcurrentHashMap<>(); // on nanoTime's clock

  /** How much to offer at once to queues that were full lately. */
  private final Map<String, Integer> offers = new ConcurrentHashMap<>();

  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;
  private boolean databaseAway; // the thread's

  Relay(
      Supplier<Broker.State> broker,
      Consumer<String> missingQueue,
      TaskPublisher publisher,
      Marks marks,
      TaskStore store,
      TaskEnds ends,
      Clock clock) {
    this.broker = broker;
    this.missingQueue = missingQueue;
    this.publisher = publisher;
    this.marks = marks;
    this.store = store;
    this.ends = ends;
    this.clock = clock;
    this.thread = Threads.named("warren-relay").newThread(this::run);
  }

  /** Starts. */
  void start() {
    thread.start();
  }

  /** There is something to publish. Never blocks. */
  void wake() {
    wake.release();
  }

  /** Ends, and waits a moment for what is on its way, or it would be published again. */
  @Override
  public void close() {
    closed = true; // no interrupt: in the middle of a write it would close H2's file
    wake();
    try {
      thread.join(CLOSE_LIMIT.toMillis());
      if (room.tryAcquire(MOST_IN_FLIGHT_KB, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        log.debug("all that was published has its answer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed) {
      try {
        boolean more = broker.get() == Broker.State.UP && publishDue();
        databaseAway = false;
        if (!more) {
          wake.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
          wake.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      } catch (StoreUnavailableException e) {
        waitForDatabase(e);
      } catch (Throwable e) {
        log.error("the relay goes on after", e);
        pause();
      }
    }
  }

  /** Whether there may be more at once. */
  private boolean publishDue() throws InterruptedException {
    Set<String> full = fullQueues();
    Set<String> slow = new HashSet<>(offers.keySet());
    Set<String> except = new HashSet<>(slow);
    except.addAll(full);
    int claimed = publishAll(store.claimDue(clock.instant(), publisher.leaseEnd(), BATCH, except));
    for (String queue : slow) {
      if (!full.contains(queue)) {
        int offer = Math.min(BATCH, offers.getOrDefault(queue, BATCH));
        publishAll(store.claimDueOf(queue, clock.instant(), publisher.leaseEnd(), offer));
      }
    }
    return claimed == BATCH;
  }

  private int publishAll(List<Claim> claims) throws InterruptedException {
    for (Claim claim : claims) {
      if (!publisher.adopts(claim.lease())) {
        publishGuarded(claim);
      }
    }
    return claims.size();
  }

  /** One that cannot be published does not hold up the others; its lease ends. */
  private void publishGuarded(Claim claim) throws InterruptedException {
    try {
      publish(claim);
    } catch (StoreUnavailableException e) {
      throw e;
    } catch (RuntimeException e) {
      log.error("task {} could not be published, and will be tried again", claim.task().id(), e);
    }
  }

  private Set<String> fullQueues() {
    long now = System.nanoTime();
    fullSince.values().removeIf(since -> now - since > FULL_PAUSE.toNanos());
    return new HashSet<>(fullSince.keySet());
  }

  private void publish(Claim claim) throws InterruptedException {
    StoredTask task = claim.task();
    Instant expires = task.options().expires();
    if (expires != null && expires.isBefore(clock.instant())) {
      ends.expired(task);
      return;
    }
    if (fullSince.containsKey(task.queue())) {
      marks.postponed(claim.lease(), soon());
      return;
    }
    int size = kilobytes(claim);
    room.acquire(size);
    if (!clock.instant().isBefore(claim.leaseUntil())) {
      room.release(size); // it took too long to get here; the lease is gone, and claimed again
      return;
    }
    try {
      publisher
          .publish(claim.lease(), task.queue(), publisher.message(claim))
          .whenComplete(
              (answer, impossible) -> {
                room.release(size);
                settle(task, answer);
              });
    } catch (EncodingException e) { // the limit was lowered since
      room.release(size);
      ends.failed(task, new TaskError("EncodingException", String.valueOf(e.getMessage()), null));
    } catch (RuntimeException e) {
      room.release(size);
      throw e;
    }
  }

  private void settle(StoredTask task, TaskPublisher.Answer answer) {
    PublishOutcome outcome = answer.outcome();
    if (outcome == PublishOutcome.ACCEPTED) {
      marks.sent(answer.lease());
      offers.computeIfPresent(task.queue(), (queue, offer) -> offer >= BATCH ? null : offer + 1);
    } else if (outcome == PublishOutcome.FULL) {
      fullSince.put(task.queue(), System.nanoTime());
      offers.put(task.queue(), FIRST_OFFER);
      marks.postponed(answer.lease(), soon());
    } else if (outcome == PublishOutcome.UNROUTABLE) {
      missingQueue.accept(task.queue());
      marks.postponed(answer.lease(), clock.instant().plus(TRY_AGAIN));
    } else if (outcome == null) {
      marks.postponed(answer.lease(), clock.instant().plus(TRY_AGAIN));
    } // UNKNOWN: the lease ends, and it is tried again
  }

  /** What a task takes of the room: its arguments, and something for the rest. */
  private static int kilobytes(Claim claim) {
    long characters = (long) claim.args().length() + claim.kwargs().length();
    return (int) Math.min(MOST_IN_FLIGHT_KB, 4 + characters / 1024);
  }

  private Instant soon() {
    return clock.instant().plus(FULL_PAUSE);
  }

  private void waitForDatabase(StoreUnavailableException e) {
    if (!databaseAway) {
      log.warn("the database is away; the relay waits for it: {}", e.getMessage());
      databaseAway = true;
    }
    pause();
  }

  private void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(TRY_AGAIN.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
