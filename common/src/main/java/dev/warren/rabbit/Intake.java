package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.warren.WarrenException;
import dev.warren.WarrenException.AccessRefusedException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.EncodingException;
import dev.warren.WarrenException.QueueClosedException;
import dev.warren.wire.Decoded;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings items from the broker to the calls that wait for them: the reading half of one end of a
 * queue.
 *
 * <ul>
 *   <li>N1: one channel, used on one thread, the intake's own. Callers hand it work and wait for an
 *       answer; they never wait for a socket, so that interrupt and close end a wait at once.
 *   <li>N2: an item leaves the queue only for a call that waits. One whose call has given up
 *       meanwhile is given back.
 *   <li>N3: "empty" is said to a call only after a look at the queue that began after the call.
 *   <li>N4: calls are served in the order of their arrival.
 *   <li>N5: a channel that is lost is opened again, and a queue that is gone declared again, for as
 *       long as calls wait.
 * </ul>
 */
abstract class Intake<T> implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Intake.class);
  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 1_000;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final Broker broker;
  private final ItemQueue queue;
  private final WireFormat wire;
  private final ItemQuarantine quarantine;
  private final ScheduledExecutorService thread;
  private final Set<Unanswered> unanswered = ConcurrentHashMap.newKeySet();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;

  // The rest is the intake's thread's.
  private final Deque<Taker<T>> waiting = new ArrayDeque<>();
  private @Nullable Channel channel;
  private @Nullable ScheduledFuture<?> nextTry;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private @Nullable String told; // the trouble that was logged last

  Intake(Broker broker, ItemQueue queue, WireFormat wire) {
    this.broker = broker;
    this.queue = queue;
    this.wire = wire;
    this.quarantine = new ItemQuarantine(broker, queue);
    this.thread = Threads.scheduler("warren-queue-" + queue.name());
  }

  // --- on callers' threads ---------------------------------------------------------------------

  /**
   * Declares the queue.
   *
   * @throws WarrenException if that cannot be now
   */
  final void open() {
    TimeLimit once = TimeLimit.in(Duration.ZERO);
    Question<Boolean> declared = ask(this::declared, once, Broker.DECLARE_TIMEOUT);
    Waits.uninterruptibly(declared::await);
  }

  /** Declares the queue again, soon, because the broker says it is gone. */
  final void redeclare() {
    post(() -> mend(this::declared));
  }

  /** Lets a call wait; it must {@link #leave}. */
  final void admit(Taker<T> taker) {
    register(taker);
    post(
        () -> {
          waiting.addLast(taker);
          serve();
        });
  }

  /** A call has ended. */
  final void leave(Taker<T> taker) {
    unanswered.remove(taker);
    post(
        () -> {
          if (waiting.remove(taker)) {
            serve();
          }
        });
  }

  /** Asks the broker on the intake's channel, again while it does not answer. */
  final <R> Question<R> ask(Question.Work<R> work, TimeLimit tries, Duration patience) {
    Question<R> question = new Question<>(work, tries, patience, unanswered::remove);
    register(question);
    post(() -> attempt(question));
    return question;
  }

  /** Items that wait in the queue; has to run on the intake's thread. */
  final long ready() throws IOException, TimeoutException {
    return channel().messageCount(queue.name());
  }

  private void register(Unanswered call) {
    unanswered.add(call);
    if (closed) {
      call.fail(new QueueClosedException(queue.name()));
    }
  }

  /** Ends all calls that wait, then gives back what is held. Takes a few seconds at most. */
  @Override
  public final void close() {
    closed = true;
    unanswered.forEach(call -> call.fail(new QueueClosedException(queue.name())));
    post(this::end);
    try {
      if (!ended.await(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("queue '{}' is not closed after {}; not waiting", queue.name(), CLOSE_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // --- how it is done, which differs; all on the intake's thread -------------------------------

  /** Gets items for the calls that wait, and sees to it that those who still wait get theirs. */
  abstract void serve(Channel open) throws IOException;

  /** Nobody waits any more. */
  abstract void rest(Channel open) throws IOException;

  /** An item has left the queue. */
  abstract void received(ItemDelivery delivery);

  /** A call is about to get its item. */
  abstract void taken(ItemDelivery delivery, Taker<T> taker);

  /** The channel, with all that was on it, is gone. */
  abstract void lost();

  /** Declares what there must be on the broker. */
  void declare(Connection connection) throws IOException, TimeoutException {
    Topology.declareItemQueue(connection, queue.name(), queue.settings());
  }

  /** Settles a delivery. */
  void settle(ItemDelivery delivery, boolean done) {
    if (done) {
      delivery.ack();
    } else {
      delivery.giveBack();
    }
  }

  // --- on the intake's thread ------------------------------------------------------------------

  final ItemQueue queue() {
    return queue;
  }

  /** Hands work to the intake's thread. */
  final void post(Runnable work) {
    try {
      thread.execute(() -> guarded(work));
    } catch (RejectedExecutionException e) {
      log.debug("queue '{}' is closed", queue.name());
    }
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      log.error("queue '{}' goes on after", queue.name(), e);
    }
  }

  final boolean someoneWaits() {
    return countWaiting() > 0;
  }

  final int countWaiting() {
    waiting.removeIf(Taker::isClaimed);
    return waiting.size();
  }

  /** The queue was found empty by a look that began after all who wait now had come. */
  final void sawNothing() {
    waiting.forEach(Taker::sawNothing);
  }

  /** Serves those who wait, and does what the channel's loss demands. */
  final void serve() {
    mend(
        () -> {
          if (someoneWaits()) {
            serve(channel());
            pauseMillis = FIRST_PAUSE_MILLIS;
          } else if (channel != null && channel.isOpen()) {
            rest(channel);
          }
          return true;
        });
  }

  /** Serves those who wait after a while; asked twice, it is done once. */
  final void serveIn(long millis) {
    if (!closed && (nextTry == null || nextTry.isDone())) {
      nextTry = in(millis, this::serveNow);
    }
  }

  /** Does something on this thread after a while, unless it is closed by then. */
  final ScheduledFuture<?> in(long millis, Runnable work) {
    return thread.schedule(() -> guarded(work), millis, TimeUnit.MILLISECONDS);
  }

  private void serveNow() {
    nextTry = null; // this one is done, and may ask for the next
    serve();
  }

  /** Gives an item to whoever waits longest, or back to the queue. */
  final void hand(ItemDelivery delivery, BasicProperties properties, byte[] body) {
    received(delivery);
    Taker<T> taker = claimFirst();
    if (taker == null) {
      settle(delivery, false);
      return;
    }
    Decoded<Optional<T>> decoded = wire.readItem(AmqpMessages.read(properties, body), queue.type());
    Optional<T> item = decoded.value();
    if (item == null) {
      quarantine
          .keep(properties, body, decoded)
          .whenComplete((kept, failure) -> refused(delivery, taker, decoded, failure));
    } else {
      taken(delivery, taker); // first: when the call returns, its item is out of the queue
      taker.give(item.orElse(null));
    }
  }

  private void refused(
      ItemDelivery delivery, Taker<T> taker, Decoded<?> why, @Nullable Throwable failure) {
    post(() -> settle(delivery, failure == null));
    String fate =
        failure == null
            ? "it is kept in '%s'".formatted(Topology.dead(queue.name()))
            : "it is still in the queue, because it could not be moved to '%s': %s"
                .formatted(Topology.dead(queue.name()), Reason.of(failure));
    taker.refuse(
        new EncodingException(
            "an item of queue '%s' is no %s: %s; %s"
                .formatted(queue.name(), queue.type().toCanonical(), why.detail(), fate),
            failure));
  }

  private @Nullable Taker<T> claimFirst() {
    for (Taker<T> next = waiting.pollFirst(); next != null; next = waiting.pollFirst()) {
      if (next.claim()) {
        return next;
      }
    }
    return null;
  }

  private void attempt(Question<?> question) {
    if (question.isAnswered()) {
      return;
    }
    Exception failure =
        mend(
            () -> {
              question.attempt();
              return true;
            });
    if (failure instanceof WarrenException refusal
        && !(refusal instanceof BrokerUnavailableException)) {
      question.fail(refusal);
    } else if (failure != null && question.isLastTry()) {
      question.fail(
          new BrokerUnavailableException(
              "the broker did not answer for queue '%s': %s"
                  .formatted(queue.name(), Reason.of(failure)),
              failure));
    } else if (failure != null && !closed) {
      in(FIRST_PAUSE_MILLIS, () -> attempt(question));
    }
  }

  private boolean declared() throws IOException, TimeoutException {
    declare(broker.consuming().connection());
    return true;
  }

  // --- the channel and its loss, on the intake's thread ----------------------------------------

  /** The channel, opened if need be. */
  final Channel channel() throws IOException, TimeoutException {
    Channel open = channel;
    if (open != null && open.isOpen()) {
      return open;
    }
    forget(open);
    Channel fresh =
        BrokerLink.openChannel(broker.consuming().connection(), opened -> opened.basicQos(1));
    channel = fresh;
    fresh.addShutdownListener(cause -> post(() -> ended(fresh)));
    return fresh;
  }

  private void ended(Channel gone) {
    if (gone == channel) {
      forget(gone);
      serve();
    }
  }

  private void forget(@Nullable Channel gone) {
    if (gone != null) {
      channel = null;
      lost();
    }
  }

  /**
   * Does something on the channel. If that fails the channel is given up, what can be mended is,
   * and those who wait are served a little later; or refused if that is no use.
   *
   * @return what went wrong and could not be mended, or null
   */
  final @Nullable Exception mend(Question.Work<?> work) {
    try {
      work.run();
      told = null;
      return null;
    } catch (IOException | TimeoutException | RuntimeException e) {
      abandonChannel();
      Exception failure = refusal(e);
      if (failure instanceof WarrenException why && !(why instanceof BrokerUnavailableException)) {
        waiting.forEach(taker -> taker.fail(why));
      } else if (someoneWaits()) {
        serveIn(pauseMillis);
        pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
      }
      return failure;
    }
  }

  /** What is behind a failure, after a queue that was gone has been declared again. */
  private Exception refusal(Exception e) {
    if (Topology.isNotFound(e)) {
      log.warn("queue '{}' is gone; declaring it again", queue.name());
      try {
        declared();
      } catch (IOException | TimeoutException | RuntimeException again) {
        return again;
      }
    } else if (Topology.isRefused(e)) {
      return new AccessRefusedException(
          "the broker does not let this user read queue '%s': %s"
              .formatted(queue.name(), Reason.of(e)),
          e);
    } else {
      tell(e);
    }
    return e;
  }

  private void tell(Exception e) {
    String trouble = Reason.of(e);
    if (!trouble.equals(told) && !(e instanceof WarrenException)) {
      log.warn("queue '{}': {}; trying again", queue.name(), trouble);
    }
    told = trouble;
  }

  private void abandonChannel() {
    Channel open = channel;
    forget(open);
    if (open != null) {
      try {
        open.abort();
      } catch (IOException | RuntimeException e) {
        log.debug("aborting a channel: {}", Reason.of(e));
      }
    }
  }

  private void end() {
    try {
      Channel open = channel;
      channel = null;
      if (open != null && open.isOpen()) {
        open.close(); // waits until the broker has seen the last ack
      }
    } catch (IOException | TimeoutException | RuntimeException e) {
      log.debug("closing a channel: {}", Reason.of(e));
    } finally {
      ended.countDown();
      thread.shutdownNow();
    }
  }
}
