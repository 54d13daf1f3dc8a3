package dev.warren.rabbit;

import dev.warren.BoundedQueue;
import dev.warren.WarrenException.QueueClosedException;
import dev.warren.WarrenException.QueueFullException;
import dev.warren.rabbit.Taker.Taken;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One end of a queue on RabbitMQ: puts by {@link Put}, takes by an {@link Intake}. */
class RabbitQueue<T> implements BoundedQueue<T> {

  private final RabbitWarren warren;
  private final Broker broker;
  private final ItemQueue queue;
  private final Intake<T> intake;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Declares the queue; closes the intake if that fails. */
  RabbitQueue(RabbitWarren warren, Intake<T> intake) {
    this.warren = warren;
    this.broker = warren.broker();
    this.queue = intake.queue();
    this.intake = intake;
    try {
      intake.channel().declare();
    } catch (RuntimeException | Error e) {
      intake.close();
      throw e;
    }
  }

  static <T> RabbitQueue<T> open(RabbitWarren warren, ItemQueue queue) {
    return new RabbitQueue<>(warren, new PushIntake<>(warren.broker(), queue, warren.wire()));
  }

  @Override
  public String name() {
    return queue.name();
  }

  @Override
  public void put(@Nullable T item) throws InterruptedException {
    putting(item, TimeLimit.NONE).run();
  }

  @Override
  public void put(@Nullable T item, Duration timeout) throws InterruptedException {
    if (!putting(item, TimeLimit.in(timeout)).run()) {
      throw new QueueFullException(queue.name());
    }
  }

  @Override
  public boolean offer(@Nullable T item) {
    return Waits.uninterruptibly(putting(item, TimeLimit.in(Duration.ZERO))::run);
  }

  private Put putting(@Nullable T item, TimeLimit room) {
    requireOpen();
    return new Put(broker, queue, intake.channel(), closed, warren.wire().writeItem(item), room);
  }

  @Override
  public @Nullable T take() throws InterruptedException {
    Taken<T> taken = next(TimeLimit.NONE);
    if (taken == null) {
      throw new AssertionError("a wait without a limit has ended");
    }
    return taken.item();
  }

  @Override
  public @Nullable T take(Duration timeout) throws InterruptedException, TimeoutException {
    Taken<T> taken = next(TimeLimit.in(timeout));
    if (taken == null) {
      throw new TimeoutException("queue '%s' was empty for %s".formatted(queue.name(), timeout));
    }
    return taken.item();
  }

  @Override
  public @Nullable T poll() {
    Taker<T> taker = taker(TimeLimit.in(Duration.ZERO));
    try {
      Taken<T> taken = Waits.uninterruptibly(taker::await);
      return taken == null ? null : taken.item();
    } finally {
      intake.leave(taker);
    }
  }

  @Override
  public @Nullable T poll(Duration timeout) throws InterruptedException {
    Taken<T> taken = next(TimeLimit.in(timeout));
    return taken == null ? null : taken.item();
  }

  private @Nullable Taken<T> next(TimeLimit limit) throws InterruptedException {
    Taker<T> taker = taker(limit);
    try {
      return taker.await();
    } catch (InterruptedException e) {
      if (taker.claim()) {
        throw e;
      }
      Thread.currentThread().interrupt(); // an item was given to this call in the same moment
      return Waits.uninterruptibly(taker::end);
    } finally {
      intake.leave(taker);
    }
  }

  private Taker<T> taker(TimeLimit limit) {
    requireOpen();
    Taker<T> taker = new Taker<>(limit, broker.settings().publishTimeout());
    intake.admit(taker);
    return taker;
  }

  @Override
  public int size() {
    requireOpen();
    Duration patience = broker.settings().publishTimeout();
    Question<Long> ready = intake.channel().ask(this::ready, TimeLimit.in(patience), patience);
    return (int) Math.min(Integer.MAX_VALUE, Waits.uninterruptibly(ready::await));
  }

  private long ready() throws IOException, TimeoutException {
    return intake.channel().channel().messageCount(queue.name());
  }

  @Override
  public int remainingCapacity() {
    int bound = queue.bound();
    if (bound == Integer.MAX_VALUE) {
      requireOpen();
      return bound;
    }
    return Math.max(0, bound - size());
  }

  final void requireOpen() {
    if (closed.getCount() == 0) {
      throw new QueueClosedException(queue.name());
    }
  }

  /**
   * Waits, for as long as the queue is open.
   *
   * @throws QueueClosedException if it is closed meanwhile
   */
  final void pause(Duration length) throws InterruptedException {
    if (closed.await(Nanos.of(length), TimeUnit.NANOSECONDS)) {
      requireOpen();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    intake.close();
    warren.forget(this);
  }
}
