package dev.warren.queue;

import dev.warren.WarrenException;
import dev.warren.WarrenException.BrokerUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call that waits for an item. Whoever claims it decides how it ends: its {@link Intake}, with
 * an item or "empty"; its caller, whose time is up or who was interrupted; or who closes the queue.
 * Never two of them, so that no item is given to a call that has returned.
 */
final class Taker<T> implements Unanswered {

  /**
   * An item, which may be null.
   *
   * @param item from the queue
   */
  record Taken<T>(@Nullable T item) {}

  private final Thread caller = Thread.currentThread();
  private final TimeLimit limit;
  private final Duration brokerTimeout;
  private final TimeLimit brokerLimit;
  private final CompletableFuture<@Nullable Taken<T>> answer = new CompletableFuture<>();
  private final AtomicBoolean claimed = new AtomicBoolean();
  private volatile boolean looked; // written by the intake

  /**
   * @param brokerTimeout how long the broker has to say for the first time that the queue is empty
   */
  Taker(TimeLimit limit, Duration brokerTimeout) {
    this.limit = limit;
    this.brokerTimeout = brokerTimeout;
    this.brokerLimit = TimeLimit.in(brokerTimeout);
  }

  Thread caller() {
    return caller;
  }

  /** Makes its end the caller's business of this method; false if it is another's. */
  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  boolean isClaimed() {
    return claimed.get();
  }

  /** Ends it, once claimed, with an item. */
  void give(@Nullable T item) {
    answer.complete(new Taken<>(item));
  }

  /** Ends it, once claimed, without an item. */
  void refuse(WarrenException why) {
    answer.completeExceptionally(why);
  }

  @Override
  public void fail(WarrenException why) {
    if (claim()) {
      refuse(why);
    }
  }

  /** The queue was empty at a look that began after this call had come. */
  void sawNothing() {
    looked = true;
    if (limit.isOver() && claim()) {
      answer.complete(null);
    }
  }

  /**
   * Waits for the end.
   *
   * @return null if the queue stayed empty
   * @throws BrokerUnavailableException if time is up and nobody knows whether the queue is empty
   */
  @Nullable Taken<T> await() throws InterruptedException {
    try {
      return Waits.get(answer, limit);
    } catch (TimeoutException e) {
      return looked ? giveUp() : awaitFirstLook();
    }
  }

  private @Nullable Taken<T> awaitFirstLook() throws InterruptedException {
    try {
      return Waits.get(answer, brokerLimit);
    } catch (TimeoutException e) {
      return giveUp();
    }
  }

  private @Nullable Taken<T> giveUp() throws InterruptedException {
    if (!claim()) {
      return end();
    }
    if (looked) {
      return null;
    }
    throw new BrokerUnavailableException(
        "the broker did not say within %s whether the queue is empty".formatted(brokerTimeout),
        null);
  }

  /** The end of a call that another has claimed, and which is near. */
  @Nullable Taken<T> end() throws InterruptedException {
    try {
      return Waits.get(answer, TimeLimit.NONE);
    } catch (TimeoutException e) {
      throw new AssertionError("a wait without a limit", e);
    }
  }
}
