package dev.warren.queue;

import dev.warren.BoundedQueue;
import dev.warren.WarrenException;
import dev.warren.WarrenException.QueueClosedException;
import dev.warren.WarrenException.QueueFullException;
import dev.warren.queue.Taker.Taken;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.Nanos;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One end of a queue on RabbitMQ: puts by {@link Put}, takes by an {@link Intake}. */
public class RabbitQueue<T> implements BoundedQueue<T> {

  private final Broker broker;
  private final WireFormat wire;
  private final ItemQueue queue;
  private final Intake<T> intake;
  private final Consumer<? super RabbitQueue<?>> whenClosed;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Declares the queue; closes the intake if that fails. */
  RabbitQueue(
      Broker broker,
      WireFormat wire,
      Intake<T> intake,
      Consumer<? super RabbitQueue<?>> whenClosed) {
    this.broker = broker;
    this.wire = wire;
    this.queue = intake.queue();
    this.intake = intake;
    this.whenClosed = whenClosed;
    try {
      intake.channel().declare();
    } catch (RuntimeException | Error e) {
      intake.close();
      throw e;
    }
  }

  /**
   * Opens an end of a queue; declares the queue if it does not exist, and blocks for that.
   *
   * @param whenClosed told the queue each time it is closed, by the closing thread
   * @throws WarrenException.TopologyMismatchException if the queue exists with other arguments
   * @throws WarrenException.BrokerUnavailableException if the broker is away, or does not answer
   */
  public static <T> RabbitQueue<T> open(
      Broker broker,
      WireFormat wire,
      ItemQueue queue,
      Consumer<? super RabbitQueue<?>> whenClosed) {
    Intake<T> intake = new PushIntake<>(broker, queue, wire);
    return new RabbitQueue<>(broker, wire, intake, whenClosed);
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
    return new Put(broker, queue, intake.channel(), closed, wire.writeItem(item), room);
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
    whenClosed.accept(this);
  }
}
