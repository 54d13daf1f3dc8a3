package dev.warren.worker.delivery;

import dev.warren.wire.WireFormat;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a task that takes its workers down with it. Thread-safe; never blocks.
 *
 * <p>All that the broker tells is that a message is redelivered: a channel that had it has ended,
 * whether its task ran, waited for a slot, or was only marked so by a crash of the broker. Hence:
 *
 * <ul>
 *   <li>L1: what is redelivered does not run. It is counted, in a header of the copy that is given
 *       back; only what is about to run is counted, so that a crash of the broker charges none of
 *       the tasks that wait in its queues.
 *   <li>L2: a task that was lost as often as is allowed ends.
 *   <li>L3: a task that would end with one more loss has its last chance in a worker that has no
 *       other such task, not even waiting, or sent away and not acked yet. Whoever is lost along
 *       with a task that kills workers is thereby not charged again, and ends well. So that none
 *       comes the moment it begins, it waits until no other delivery makes room for one, but not
 *       for longer than {@link #LONGEST_WAIT}.
 * </ul>
 */
final class LostAttempts {

  private static final Logger log = LoggerFactory.getLogger(LostAttempts.class);

  /**
   * How long a last chance waits in the worker before it begins: enough for the others that came at
   * the same time to be sent away.
   */
  private static final Duration QUIET = Duration.ofMillis(500);

  /** How long it waits for the end of others that come from the same queue. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  private final int most;
  private final Forwarding forwarding;
  private final ScheduledExecutorService timer;
  private final AtomicReference<@Nullable Delivery> lastChance = new AtomicReference<>();

  /**
   * What is here of the queues that lost tasks come from: the end of one makes room for another.
   */
  private final Set<Delivery> present = ConcurrentHashMap.newKeySet();

  private volatile long lastEnd = System.nanoTime(); // of one of them

  /**
   * @param most how often a task's worker may be lost, at least 2; with the last the task ends
   */
  LostAttempts(int most, Forwarding forwarding, ScheduledExecutorService timer) {
    this.most = most;
    this.forwarding = forwarding;
    this.timer = timer;
  }

  /** How often the task's worker was lost, with the loss that this delivery itself tells of. */
  static int of(Delivery delivery) {
    int counted = delivery.lostAttempts();
    return delivery.isRedelivered() && counted < Integer.MAX_VALUE ? counted + 1 : counted;
  }

  /**
   * Lets a delivery wait for a slot: at once, or after a moment if it is a last chance; or sends it
   * away for a while, if another has its last chance here.
   *
   * @param proceed makes it wait for a slot
   */
  void admit(Delivery delivery, Runnable proceed) {
    if (delivery.isDue()) {
      present.add(delivery);
      delivery.done().whenComplete((done, failure) -> ended(delivery));
    }
    if (!isLastChance(delivery)) {
      proceed.run();
    } else if (lastChance.compareAndSet(null, delivery)) {
      delivery.done().whenComplete((done, failure) -> lastChance.compareAndSet(delivery, null));
      proceedLater(delivery, proceed);
    } else {
      forwarding.giveBackForLater(delivery);
    }
  }

  private void ended(Delivery delivery) {
    lastEnd = System.nanoTime();
    present.remove(delivery);
  }

  /**
   * Whether a last chance that has a slot has to wait once more, because another one may be here,
   * or come this moment.
   *
   * @param proceed makes it wait for a slot
   */
  boolean waits(Delivery delivery, Runnable proceed) {
    if (lastChance.get() != delivery || isAlone(delivery) || delivery.isHeldFor(LONGEST_WAIT)) {
      return false;
    }
    proceedLater(delivery, proceed);
    return true;
  }

  private boolean isAlone(Delivery delivery) {
    return present.stream().allMatch(delivery::equals)
        && System.nanoTime() - lastEnd >= QUIET.toNanos();
  }

  private void proceedLater(Delivery delivery, Runnable proceed) {
    try {
      timer.schedule(proceed, QUIET.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      delivery.abandon(); // the worker stops; the broker delivers it again
    }
  }

  private boolean isLastChance(Delivery delivery) {
    return !delivery.isRedelivered() && delivery.lostAttempts() >= most - 1;
  }

  /** Counts a delivery that was lost, and may run once more: done with here if true. */
  boolean count(Delivery delivery) {
    if (!isLost(delivery) || isTooOften(delivery)) {
      return false;
    }
    log.info(
        "task {} was with a worker that was lost, for the {}. time of {}",
        WireFormat.taskId(delivery.message()),
        of(delivery),
        most);
    forwarding.giveBack(delivery);
    return true;
  }

  /** Whether a delivery was lost as often as is allowed. */
  boolean isTooOften(Delivery delivery) {
    return of(delivery) >= most;
  }

  /** What cannot be counted, because its headers have no room for it, runs as it comes. */
  private boolean isLost(Delivery delivery) {
    return delivery.isRedelivered() && forwarding.canBeCopied(delivery);
  }
}
