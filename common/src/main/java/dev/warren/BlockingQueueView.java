package dev.warren;

import dev.warren.WarrenException.QueueFullException;
import java.time.Duration;
import java.util.AbstractQueue;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A {@link BoundedQueue} in the JDK's terms; what it cannot do ends in {@link #iterator} or {@link
 * #peek}.
 */
final class BlockingQueueView<T> extends AbstractQueue<T> implements BlockingQueue<T> {

  private final BoundedQueue<T> queue;

  BlockingQueueView(BoundedQueue<T> queue) {
    this.queue = queue;
  }

  @Override
  public boolean offer(T item) {
    return queue.offer(Objects.requireNonNull(item));
  }

  @Override
  public boolean offer(T item, long timeout, TimeUnit unit) throws InterruptedException {
    try {
      queue.put(Objects.requireNonNull(item), duration(timeout, unit));
      return true;
    } catch (QueueFullException e) {
      return false;
    }
  }

  @Override
  public void put(T item) throws InterruptedException {
    queue.put(Objects.requireNonNull(item));
  }

  @Override
  public @Nullable T poll() {
    return queue.poll();
  }

  @Override
  public @Nullable T poll(long timeout, TimeUnit unit) throws InterruptedException {
    return queue.poll(duration(timeout, unit));
  }

  @Override
  public T take() throws InterruptedException {
    return queue.take();
  }

  @Override
  public int size() {
    return queue.size();
  }

  @Override
  public int remainingCapacity() {
    return queue.remainingCapacity();
  }

  @Override
  public int drainTo(Collection<? super T> target) {
    return drainTo(target, Integer.MAX_VALUE);
  }

  @Override
  public int drainTo(Collection<? super T> target, int most) {
    if (target == this) {
      throw new IllegalArgumentException("a queue cannot be drained to itself");
    }
    Objects.requireNonNull(target);
    int taken = 0;
    for (T item; taken < most && (item = queue.poll()) != null; taken++) {
      target.add(item);
    }
    return taken;
  }

  @Override
  public T peek() {
    throw unsupported();
  }

  @Override
  public Iterator<T> iterator() {
    throw unsupported();
  }

  @Override
  public String toString() {
    return "BlockingQueue[" + queue.name() + "]";
  }

  private static UnsupportedOperationException unsupported() {
    return new UnsupportedOperationException(
        "a queue on a broker shows no item that was not taken; use take, poll or drainTo");
  }

  private static Duration duration(long timeout, TimeUnit unit) {
    return Duration.ofNanos(unit.toNanos(timeout));
  }
}
