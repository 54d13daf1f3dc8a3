package dev.warren;

import java.time.Duration;

/**
 * A {@link BoundedQueue} that knows whether all that was put was also done: Python's {@code
 * JoinableQueue}. An item that was taken is held by its taker until {@link #taskDone}; if its
 * taker's process dies before, or closes this, the item goes back to its place in the queue, where
 * Python would lose it.
 *
 * <p>Of this queue an end knows only what it holds itself. For {@link #join} each end that holds
 * items says so on the broker, on the queue {@code <name>.held}; that queue stays empty.
 *
 * <p>Items of one end that are held when its connection or channel is lost go back as well, and
 * will be taken again: at least once. An item must not be held for longer than the broker's {@code
 * consumer_timeout} (30 minutes by default), which gives back all that this end holds.
 *
 * <p>All who take from it must open it as a joinable queue: what is taken through a plain {@link
 * BoundedQueue} of the same name is done at once, and nobody waits for it.
 *
 * <p>A take that waits looks into the queue up to ten times a second; prefer {@link BoundedQueue}
 * where nobody joins.
 *
 * @param <T> the items' type
 */
public interface JoinableQueue<T> extends BoundedQueue<T> {

  /**
   * Says that the item which the calling thread took first from this handle, of those that it has
   * not done yet, is done. If that item went back to the queue meanwhile, because the connection
   * was lost, this logs a warning and does no more: the item is somebody else's by now.
   *
   * @throws IllegalStateException if the calling thread holds no item of this handle
   */
  void taskDone();

  /**
   * Waits until no item waits and none is held, by any process. Puts go on meanwhile; who joins and
   * holds an item himself waits for himself. While the broker is away it waits on.
   */
  void join() throws InterruptedException;

  /**
   * As {@link #join()}, for a limited time.
   *
   * @param timeout how long to wait; with zero or less it looks once and waits some 100 ms to look
   *     again
   * @return false if time ran out before
   */
  boolean join(Duration timeout) throws InterruptedException;
}
