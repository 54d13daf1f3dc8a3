package dev.warren.rabbit;

import dev.warren.QueueType;
import dev.warren.WarrenException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenSettings;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.WireFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes, in batches, the replies in one durable queue that several processes share: each reply
 * goes to one of them, and stays on the broker until that one has handled it. For replies to a
 * single client there is {@link ReplyListener}.
 *
 * <p>A reply that was handled may come again, to this or another process, if the channel died
 * before the broker had the ack. A queue that was deleted is declared again; what was in it is
 * gone, and whoever waits for it has to find out otherwise.
 *
 * <p>It can be started and stopped any number of times. Thread-safe.
 */
public final class ReplyBatches implements AutoCloseable {

  /** What becomes of replies. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Handles replies in the order in which they came: at least one, and as many as have come since
     * the last call, up to {@value ReplyIntake#MOST}, with those that are in one message with the
     * last of these, or some megabytes. They are acked when this returns.
     *
     * <p>If it throws, nothing is acked, and the same replies are handed over again: after 100 ms,
     * then twice as late each time, up to 5 s, until it returns or their channel dies. So it throws
     * while it cannot do its work at all, and not for a reply that it will never be able to handle.
     *
     * <p>Called by one thread at a time, which it may block; it is never interrupted.
     *
     * @param replies one that cannot be read, but whose correlation id tells the task, is a FAILURE
     *     of type {@code UnreadableReply}
     */
    void onReplies(List<ReplyMessage> replies);
  }

  private static final Logger log = LoggerFactory.getLogger(ReplyBatches.class);

  private final BrokerLink link;
  private final ReplyReader reader;
  private final String queue;
  private final QueueType type;
  private final Handler handler;
  private final AtomicLong dropped = new AtomicLong();
  private final Object handing = new Object();
  private @Nullable ReplyIntake intake; // guarded by this; null while stopped

  /**
   * Makes a consumer that is not started.
   *
   * @param queue the queue's name, the same in all processes
   * @param type the kind of queue to declare; one that exists must be of this kind
   */
  public ReplyBatches(
      Broker broker, WireFormat wire, String queue, QueueType type, Handler handler) {
    WarrenSettings.requireQueueName("a queue of replies", queue);
    this.link = broker.consuming();
    this.reader = new ReplyReader(wire);
    this.queue = queue;
    this.type = type;
    this.handler = handler;
  }

  /** The queue to name in a task's {@code replyTo}. */
  public String queue() {
    return queue;
  }

  /**
   * Begins to consume, now and after each reconnect; nothing if it is started already. Blocks until
   * the queue exists, up to 30 s; while the broker is away it does not wait.
   *
   * @throws WarrenException.TopologyMismatchException if the queue exists with other arguments
   * @throws WarrenException.AccessRefusedException if this user may not declare it
   */
  public synchronized void start() {
    if (intake != null) {
      return;
    }
    ReplyIntake fresh = new ReplyIntake(link, reader, queue, type, this::handOver, dropped);
    CompletableFuture<Void> opened = fresh.start();
    intake = fresh;
    if (!link.isUp()) {
      return;
    }
    try {
      opened.get(Broker.DECLARE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WarrenException failure
          && !(failure instanceof BrokerUnavailableException)) {
        stop();
        throw failure;
      }
      log.warn("reply queue {} is not there yet: {}", queue, Reason.of(e));
    } catch (TimeoutException e) {
      log.warn("reply queue {} is not there yet", queue);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One thread at a time, also where one that was stopped is still busy. */
  private void handOver(List<ReplyMessage> replies) {
    synchronized (handing) {
      handler.onReplies(replies);
    }
  }

  /**
   * Consumes no more; nothing if it is stopped already. The handler may finish what it has, for up
   * to 5 s; what it was not handed, or does not finish by then, stays on the broker.
   */
  public synchronized void stop() {
    ReplyIntake running = intake;
    intake = null;
    if (running != null) {
      running.stop();
    }
  }

  /**
   * Messages that were acked unhandled, because they do not even tell which task they are about.
   */
  public long dropped() {
    return dropped.get();
  }

  /**
   * Replies that no handler has seen to, as far as can be told: those that wait on the broker, for
   * any process, and those that this process was sent. What another process was sent is not among
   * them. Blocks for one call to the broker.
   *
   * @throws BrokerUnavailableException if the broker does not answer
   */
  public long waiting() {
    int ready = Broker.sizeOf(queue, () -> Topology.ready(link.connection(), queue));
    ReplyIntake running;
    synchronized (this) {
      running = intake;
    }
    return ready + (running == null ? 0L : running.unhandled());
  }

  /** As {@link #stop}. */
  @Override
  public void close() {
    stop();
  }
}
