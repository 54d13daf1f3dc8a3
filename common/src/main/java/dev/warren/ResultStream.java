package dev.warren;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Results as they come; what Python's {@code imap} and {@code imap_unordered} return. Every item of
 * the input gives one value or one exception, also where items travel in chunks, and after an
 * exception the iteration goes on with the next item.
 *
 * <p>Close a stream that is not read to its end: the input is then read no further, and what was
 * submitted and not done is cancelled. For use by one thread; {@link #close} may come from any.
 *
 * @param <R> the results' type
 */
public interface ResultStream<R> extends Iterator<R>, AutoCloseable {

  /**
   * Whether there is another result, or an exception in place of one. Waits until that is known. An
   * interrupt makes {@link #next} throw.
   */
  @Override
  boolean hasNext();

  /**
   * The next result; waits for it.
   *
   * @return the value; null if the task returned none
   * @throws WarrenException in place of the value of an item that failed; the next call goes on
   *     with the next item
   * @throws RuntimeException the exception that the input threw, once the items before it are
   *     through; the stream then ends
   * @throws NoSuchElementException after the last one
   */
  @Override
  @Nullable R next();

  /**
   * As {@link #next()}, up to a limit. After a {@link TimeoutException} the next call may succeed.
   *
   * @param timeout longest wait; zero or negative does not wait
   * @throws TimeoutException if there is no result in time
   * @throws InterruptedException if interrupted while waiting
   */
  @Nullable R next(Duration timeout) throws TimeoutException, InterruptedException;

  /** Ends the stream. Closing twice is fine. */
  @Override
  void close();
}
