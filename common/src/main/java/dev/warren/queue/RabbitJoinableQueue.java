package dev.warren.queue;

import dev.warren.JoinableQueue;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.rabbit.Broker;
import dev.warren.wire.WireFormat;
import java.time.Duration;
import java.util.function.Consumer;

/** One end of a joinable queue on RabbitMQ. */
public final class RabbitJoinableQueue<T> extends RabbitQueue<T> implements JoinableQueue<T> {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
  private static final Duration BEFORE_SECOND_LOOK = Duration.ofMillis(100);

  /** For one look; time and again if the broker is away. */
  private static final Duration LOOK = Duration.ofSeconds(2);

  private final HoldingIntake<T> intake;

  private RabbitJoinableQueue(
      Broker broker,
      WireFormat wire,
      HoldingIntake<T> intake,
      Consumer<? super RabbitQueue<?>> whenClosed) {
    super(broker, wire, intake, whenClosed);
    this.intake = intake;
  }

  /** Opens an end of a joinable queue, as {@link RabbitQueue#open}. */
  public static <T> RabbitJoinableQueue<T> open(
      Broker broker,
      WireFormat wire,
      ItemQueue queue,
      Consumer<? super RabbitQueue<?>> whenClosed) {
    HoldingIntake<T> intake = new HoldingIntake<>(broker, queue, wire);
    return new RabbitJoinableQueue<>(broker, wire, intake, whenClosed);
  }

  @Override
  public void taskDone() {
    requireOpen();
    Thread caller = Thread.currentThread();
    TimeLimit once = TimeLimit.in(Duration.ZERO);
    Question<Boolean> done =
        intake.channel().ask(() -> intake.done(caller), once, Broker.DECLARE_TIMEOUT);
    if (!Waits.uninterruptibly(done::await)) {
      throw new IllegalStateException("taskDone() called too many times");
    }
  }

  @Override
  public void join() throws InterruptedException {
    joined(TimeLimit.NONE);
  }

  @Override
  public boolean join(Duration timeout) throws InterruptedException {
    return joined(TimeLimit.in(timeout));
  }

  /** Until all was done at two looks in a row; {@link HoldingIntake} says why two. */
  private boolean joined(TimeLimit limit) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    boolean done = false;
    while (true) {
      boolean before = done;
      done = isAllDone();
      if (before && done) {
        return true;
      }
      if (limit.isOver() && !done) {
        return false;
      }
      pause(done ? BEFORE_SECOND_LOOK : atMost(limit, pause));
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
    }
  }

  private boolean isAllDone() throws InterruptedException {
    requireOpen();
    Question<Boolean> look =
        intake.channel().ask(intake::isAllDone, TimeLimit.in(Duration.ZERO), LOOK);
    try {
      return look.await();
    } catch (BrokerUnavailableException e) {
      return false; // nobody knows
    }
  }

  private static Duration atMost(TimeLimit limit, Duration pause) {
    return Duration.ofNanos(Math.min(pause.toNanos(), Math.max(0, limit.left())));
  }
}
