package dev.warren.queue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.warren.WarrenException;
import dev.warren.WarrenException.AccessRefusedException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenException.QueueClosedException;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.BrokerLink;
import dev.warren.rabbit.Reason;
import dev.warren.rabbit.Threads;
import dev.warren.rabbit.Topology;
import java.io.IOException;
import java.time.Duration;
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
 * One end's channel to a queue of items, with the one thread that uses it.
 *
 * <ul>
 *   <li>Q1: only that thread speaks to the broker. Callers hand it work and wait for an answer;
 *       they never wait for a socket, so that an interrupt or a close ends a wait at once.
 *   <li>Q2: every call that is registered is answered, or fails when this is closed.
 *   <li>Q3: a channel that failed is not used again. What was delivered on it is the broker's; a
 *       new one is opened when there is need. A queue that is gone is declared again.
 * </ul>
 */
final class QueueChannel implements AutoCloseable {

  /** Whose channel it is. Called on the channel's thread. */
  interface Owner {
    /** Declares what there must be on the broker. */
    void declare(Connection connection) throws IOException, TimeoutException;

    /** The channel is gone, with all that was on it. */
    void lost();

    /**
     * Something failed, and the channel is gone.
     *
     * @param refusal why trying again is no use, or null if it is
     */
    void failed(@Nullable WarrenException refusal);
  }

  private static final Logger log = LoggerFactory.getLogger(QueueChannel.class);
  private static final long PAUSE_MILLIS = 50;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final BrokerLink link;
  private final String queue;
  private final Owner owner;
  private final ScheduledExecutorService thread;
  private final Set<Unanswered> unanswered = ConcurrentHashMap.newKeySet();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;
  private @Nullable Channel channel; // the thread's
  private @Nullable String told; // the thread's; the trouble that was logged last

  QueueChannel(BrokerLink link, String queue, Owner owner) {
    this.link = link;
    this.queue = queue;
    this.owner = owner;
    this.thread = Threads.scheduler("warren-queue-" + queue);
  }

  // --- on any thread ---------------------------------------------------------------------------

  /** Declares the queue; waits for that, and throws if it cannot be now. */
  void declare() {
    TimeLimit once = TimeLimit.in(Duration.ZERO);
    Waits.uninterruptibly(ask(this::declareNow, once, Broker.DECLARE_TIMEOUT)::await);
  }

  /** Declares the queue again, soon, because the broker says it is gone. */
  void redeclare() {
    post(() -> attempt(this::declareNow));
  }

  /**
   * Has work done on the thread, again while it fails for want of the broker.
   *
   * @param tries until when it is tried again
   * @param patience how long the caller waits
   */
  <R> Question<R> ask(Question.Work<R> work, TimeLimit tries, Duration patience) {
    Question<R> question = new Question<>(work, tries, patience, this::unregister);
    register(question);
    post(() -> answer(question));
    return question;
  }

  /** Sees to it that a call fails if this is closed before it is unregistered. */
  void register(Unanswered call) {
    unanswered.add(call);
    if (closed) {
      call.fail(new QueueClosedException(queue));
    }
  }

  void unregister(Unanswered call) {
    unanswered.remove(call);
  }

  /** Has something done on the thread, unless this is closed before. */
  void post(Runnable work) {
    try {
      thread.execute(() -> guarded(work));
    } catch (RejectedExecutionException e) {
      log.debug("queue '{}' is closed", queue);
    }
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) {
      log.error("queue '{}' goes on after", queue, e);
    }
  }

  /** Ends all calls that wait, then closes the channel. Takes a few seconds at most. */
  @Override
  public void close() {
    closed = true;
    unanswered.forEach(call -> call.fail(new QueueClosedException(queue)));
    post(this::end);
    try {
      if (!ended.await(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("queue '{}' is not closed after {}; not waiting", queue, CLOSE_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // --- on the channel's thread -----------------------------------------------------------------

  /** Does something on this thread after a while, unless this is closed by then. */
  ScheduledFuture<?> in(long millis, Runnable work) {
    return thread.schedule(() -> guarded(work), millis, TimeUnit.MILLISECONDS);
  }

  /** The channel, opened if need be; prefetch is 1. */
  Channel channel() throws IOException, TimeoutException {
    Channel open = channel;
    if (open != null && open.isOpen()) {
      return open;
    }
    forget();
    Channel fresh = BrokerLink.openChannel(link.connection(), opened -> opened.basicQos(1));
    channel = fresh;
    fresh.addShutdownListener(cause -> post(() -> ended(fresh)));
    return fresh;
  }

  /** The channel if one is open. */
  @Nullable Channel openChannel() {
    Channel open = channel;
    return open != null && open.isOpen() ? open : null;
  }

  /**
   * Does something on the channel. If that fails the channel is given up, what can be mended is,
   * and the owner is told.
   *
   * @return what went wrong, or null
   */
  @Nullable Exception attempt(Question.Work<?> work) {
    try {
      work.run();
      told = null;
      return null;
    } catch (IOException | TimeoutException | RuntimeException e) {
      abandon();
      Exception failure = mend(e);
      owner.failed(refusal(failure));
      return failure;
    }
  }

  private void answer(Question<?> question) {
    if (question.isAnswered()) {
      return;
    }
    Exception failure =
        attempt(
            () -> {
              question.attempt();
              return true;
            });
    if (failure == null) {
      return;
    }
    WarrenException refusal = refusal(failure);
    if (refusal != null) {
      question.fail(refusal);
    } else if (question.isLastTry()) {
      question.fail(
          new BrokerUnavailableException(
              "the broker did not answer for queue '%s': %s".formatted(queue, Reason.of(failure)),
              failure));
    } else {
      in(PAUSE_MILLIS, () -> answer(question));
    }
  }

  private boolean declareNow() throws IOException, TimeoutException {
    owner.declare(link.connection());
    return true;
  }

  private static @Nullable WarrenException refusal(Exception failure) {
    return failure instanceof WarrenException why && !(why instanceof BrokerUnavailableException)
        ? why
        : null;
  }

  /** What is behind a failure, after a queue that was gone has been declared again. */
  private Exception mend(Exception e) {
    if (Topology.isNotFound(e)) {
      log.warn("queue '{}' is gone; declaring it again", queue);
      try {
        declareNow();
      } catch (IOException | TimeoutException | RuntimeException again) {
        return again;
      }
    } else if (Topology.isRefused(e)) {
      return new AccessRefusedException(
          "the broker does not let this user read queue '%s': %s".formatted(queue, Reason.of(e)),
          e);
    } else {
      tell(e);
    }
    return e;
  }

  private void tell(Exception e) {
    String trouble = Reason.of(e);
    if (!trouble.equals(told) && !(e instanceof WarrenException)) {
      log.warn("queue '{}': {}; trying again", queue, trouble);
    }
    told = trouble;
  }

  private void ended(Channel gone) {
    if (gone == channel) {
      forget();
      owner.failed(null);
    }
  }

  private void forget() {
    if (channel != null) {
      channel = null;
      owner.lost();
    }
  }

  private void abandon() {
    Channel open = channel;
    forget();
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
