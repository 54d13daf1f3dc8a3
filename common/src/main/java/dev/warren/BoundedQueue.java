package dev.warren;

import dev.warren.WarrenException.QueueClosedException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A first-in, first-out queue on the broker that any number of processes, on any number of
 * machines, put to and take from: Python's {@code multiprocessing.Queue}. This is one process's end
 * of it; what was put outlives this end, its process and a restart of the broker.
 *
 * <p>The bound counts the items that wait. An item that is taken frees its place at once, and no
 * end holds items ahead of its callers. On a classic queue, the default, the bound is exact; a
 * quorum queue takes a few items more, and once full may refuse until it has been drained somewhat.
 *
 * <p>Items are JSON, bound to {@code T} by Jackson; {@code null} is an ordinary item. Items that
 * one thread puts are taken in that order, whoever takes them.
 *
 * <p><b>At least once.</b> A put returns when the broker has stored the item. If the connection
 * breaks in between, the item is put again, and may then be there twice; likewise one that was just
 * taken may come again. Nothing is lost.
 *
 * <p><b>Time.</b> A time limit of zero or less means: do not wait (as in Python). It is for waiting
 * for room, or for an item. A broker that is away is waited for beside it, for up to {@link
 * WarrenSettings#publishTimeout}, because nobody can say meanwhile whether the queue is full or
 * empty; only a call without a limit waits on, for ever, for an item. A waiting put and a waiting
 * take outlive a lost connection, a restart of the broker and the deletion of the queue, which is
 * declared again.
 *
 * <p>Thread-safe. Each handle has a thread of its own: make one for each queue and close it. All
 * methods but {@link #close} throw {@link QueueClosedException} once it is closed. Those that do
 * not declare {@link InterruptedException} do not react to an interrupt, and keep its flag.
 *
 * @param <T> the items' type
 */
public interface BoundedQueue<T> extends AutoCloseable {

  /** The queue's name on the broker. */
  String name();

  /**
   * Adds an item, waiting for room as long as it takes. Puts that wait are not served in the order
   * of their arrival.
   *
   * @throws WarrenException.EncodingException if it cannot be written as JSON or is larger than
   *     {@link WarrenSettings#maxMessageBytes}; nothing was sent
   * @throws WarrenException.BrokerUnavailableException if the broker was away for too long; the
   *     item is not in the queue
   * @throws WarrenException.OutcomeUnknownException if the broker's answer was lost and nothing
   *     more was heard for too long; the item may be in the queue
   * @throws WarrenException.NoSuchQueueException if the queue was deleted and cannot be declared
   *     again; the item is not in it
   * @throws InterruptedException if interrupted; the item may be in the queue if its answer was on
   *     its way, and is not if it waited for room
   */
  void put(@Nullable T item) throws InterruptedException;

  /**
   * Adds an item, waiting for room for a limited time.
   *
   * @param timeout how long to wait for room; zero or less: not at all
   * @throws WarrenException.QueueFullException if there was no room; the item is not in the queue
   * @see #put(Object) for what else it throws
   */
  void put(@Nullable T item, Duration timeout) throws InterruptedException;

  /**
   * Adds an item if there is room now.
   *
   * @return false if the queue is full; the item is not in it
   * @see #put(Object) for what it throws
   */
  boolean offer(@Nullable T item);

  /**
   * Removes the oldest item, waiting for one as long as it takes.
   *
   * @throws WarrenException.EncodingException if what was next is no {@code T}: it is kept in
   *     {@code <name>.dead}, with the reason in its headers, and the next call gets the next item
   * @throws WarrenException.AccessRefusedException if the broker lets this user not read the queue
   */
  @Nullable T take() throws InterruptedException;

  /**
   * Removes the oldest item, waiting for one for a limited time.
   *
   * @param timeout how long to wait; zero or less: not at all
   * @throws TimeoutException if the queue stayed empty
   * @throws WarrenException.BrokerUnavailableException if the broker did not tell
   * @see #take() for what else it throws
   */
  @Nullable T take(Duration timeout) throws InterruptedException, TimeoutException;

  /**
   * Removes the oldest item if there is one now.
   *
   * @return null if the queue is empty; or if the item is null, which only {@link #take(Duration)}
   *     tells apart
   * @throws WarrenException.BrokerUnavailableException if the broker did not tell
   * @see #take() for what else it throws
   */
  @Nullable T poll();

  /**
   * Removes the oldest item, waiting for one for a limited time.
   *
   * @param timeout how long to wait; zero or less: not at all
   * @return null if the queue stayed empty; or if the item is null
   * @see #poll() for what it throws
   */
  @Nullable T poll(Duration timeout) throws InterruptedException;

  /**
   * Items that wait, in this moment: all puts that have returned, less what was taken.
   *
   * @throws WarrenException.BrokerUnavailableException if the broker did not tell
   */
  int size();

  /** Whether no item waits; {@link #size} otherwise. */
  default boolean isEmpty() {
    return size() == 0;
  }

  /** Whether the bound is reached; never if there is none. {@link #size} otherwise. */
  default boolean isFull() {
    return remainingCapacity() == 0;
  }

  /**
   * Items that there is room for; {@link Integer#MAX_VALUE} if the queue is unbounded. {@link
   * #size} otherwise.
   */
  int remainingCapacity();

  /**
   * This queue as a {@link BlockingQueue}, for code that wants one.
   *
   * <p>Whatever adds or removes at the ends works: {@code add, offer, put, remove(), poll, take,
   * drainTo, clear, size, isEmpty, remainingCapacity}. Null is refused with {@link
   * NullPointerException}, as that contract demands; a null that was put past the view looks like
   * an empty queue. What looks at items without taking them, or takes them from the middle, throws
   * {@link UnsupportedOperationException}, because a broker cannot do it: {@code peek, element,
   * iterator, stream, contains, remove(Object), removeAll, removeIf, retainAll, toArray}. A
   * BlockingQueue has no {@code close}; close this.
   */
  default BlockingQueue<T> asBlockingQueue() {
    return new BlockingQueueView<>(this);
  }

  /**
   * Closes this end only; the items stay in the queue. Calls that wait for room or for an item end
   * with {@link QueueClosedException} at once; a put whose item is with the broker already ends
   * with the broker's answer. Takes a few seconds at most. Closing twice is fine.
   */
  @Override
  void close();
}
