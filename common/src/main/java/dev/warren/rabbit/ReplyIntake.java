package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warren.QueueType;
import dev.warren.wire.ReplyBundle;
import dev.warren.wire.ReplyMessage;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of {@link ReplyBatches}, from start to stop.
 *
 * <ul>
 *   <li>B1: A batch has replies of one channel, in the order in which they came, and is acked on
 *       that channel by one ack, after the handler has returned. So nothing is acked unhandled.
 *   <li>B2: Replies of a channel that died are dropped unhandled: the broker delivers them again.
 *       Those of a queue that was deleted are not: nobody would deliver them again.
 *   <li>B3: What waits here is bounded by the prefetch of a channel.
 *   <li>B4: Messages are read on the thread that receives them, while the handler is busy with the
 *       ones before.
 * </ul>
 */
final class ReplyIntake {

  /** Messages in a batch; with so many replies it is full, too. */
  static final int MOST = 200;

  private static final Logger log = LoggerFactory.getLogger(ReplyIntake.class);

  /** Of replies as large as they may be, this many still fit into a small heap. */
  private static final int PREFETCH = 200;

  /** A batch is full with this many bytes, too: it may be one transaction. */
  private static final int MOST_BYTES = 8 * 1024 * 1024;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final BrokerLink link;
  private final ReplyReader reader;
  private final String queue;
  private final QueueType type;
  private final ReplyBatches.Handler handler;
  private final AtomicLong dropped;
  private final BrokerLink.Opener opener = this::open;
  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
  private final AtomicInteger unhandled = new AtomicInteger();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread;

  /** The channels that are open: one, or for a while two, if the queue was deleted. */
  private final Set<Source> sources = ConcurrentHashMap.newKeySet();

  /**
   * What came over a channel.
   *
   * @param from null wakes the thread up, because it is to stop
   * @param replies those that the message tells, and that can be read
   * @param dropped how many it has besides
   * @param bytes the message's size; negative for the channel's end
   */
  private record Arrived(
      @Nullable Source from, long tag, List<ReplyMessage> replies, int dropped, int bytes) {

    /** No message, but a sign. */
    static Arrived sign(@Nullable Source from, int bytes) {
      return new Arrived(from, 0, List.of(), 0, bytes);
    }
  }

  /**
   * @param dropped counts what is acked without a handler
   */
  ReplyIntake(
      BrokerLink link,
      ReplyReader reader,
      String queue,
      QueueType type,
      ReplyBatches.Handler handler,
      AtomicLong dropped) {
    this.link = link;
    this.reader = reader;
    this.queue = queue;
    this.type = type;
    this.handler = handler;
    this.dropped = dropped;
    this.thread = Threads.named("warren-replies").newThread(this::handleAll);
  }

  /** Consumes; completes when the queue exists, or exceptionally if it could not be declared. */
  CompletableFuture<Void> start() {
    thread.start();
    return link.keepOpen(opener);
  }

  /** Consumes no more; the handler may finish its batch, for up to {@link #STOP_TIMEOUT}. */
  void stop() {
    link.forget(opener);
    stopping.countDown();
    arrived.add(Arrived.sign(null, 0));
    sources.forEach(Source::endPause);
    if (Thread.currentThread() != thread) { // the handler itself may stop us
      Threads.join(thread, STOP_TIMEOUT);
    }
    Threads.bounded("warren-replies-close", CLOSE_TIMEOUT, () -> sources.forEach(Source::abort));
  }

  /** Messages that have come and are not acked. */
  int unhandled() {
    return unhandled.get();
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  // --- on the link's supervisor ------------------------------------------------------------------

  private void open(Connection connection) throws IOException, TimeoutException {
    Topology.declareSharedReplyQueue(connection, queue, type);
    BrokerLink.openChannel(
        connection,
        channel -> {
          Source source = new Source(channel);
          sources.add(source);
          channel.basicQos(PREFETCH);
          channel.basicConsume(queue, false, source);
          if (isStopping()) { // stop() may not have seen it
            source.abort();
          }
        });
  }

  // --- on the thread -----------------------------------------------------------------------------

  private void handleAll() {
    while (!isStopping()) {
      try {
        List<Arrived> batch = nextBatch();
        Arrived last = batch.get(batch.size() - 1);
        if (last.from() != null && last.bytes() >= 0) {
          handle(last.from(), batch);
        } else if (last.from() != null) {
          last.from().abort();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (Throwable e) {
        log.error("the handling of replies goes on after", e);
      }
    }
  }

  /** What one channel brought; or, alone, a channel's end or the order to stop. */
  private List<Arrived> nextBatch() throws InterruptedException {
    List<Arrived> batch = new ArrayList<>();
    Arrived next = arrived.take();
    batch.add(next);
    long bytes = next.bytes();
    int replies = next.replies().size();
    while (next.bytes() >= 0 && replies < MOST && batch.size() < MOST && bytes < MOST_BYTES) {
      Arrived more = arrived.peek(); // only this thread takes out
      if (more == null || more.from() != next.from() || more.bytes() < 0) {
        break;
      }
      batch.add(arrived.remove());
      bytes += more.bytes();
      replies += more.replies().size();
    }
    return batch;
  }

  private void handle(Source source, List<Arrived> batch) throws InterruptedException, IOException {
    try {
      List<ReplyMessage> replies = batch.stream().flatMap(one -> one.replies().stream()).toList();
      if (source.isOpen() && (replies.isEmpty() || isHandled(source, replies))) {
        dropped.addAndGet(batch.stream().mapToInt(Arrived::dropped).sum());
        source.ackUpTo(batch.get(batch.size() - 1).tag());
      }
    } finally {
      unhandled.addAndGet(-batch.size());
    }
  }

  /** Whether the handler has returned; false if the channel died first, or this is to stop. */
  private boolean isHandled(Source source, List<ReplyMessage> replies) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    boolean failed = false;
    while (!isStopping() && source.isOpen()) {
      try {
        handler.onReplies(replies);
        if (failed) {
          log.info("replies are handled again");
        }
        return true;
      } catch (Throwable e) {
        if (!failed) {
          log.warn(
              "{} replies could not be handled; trying again until they are", replies.size(), e);
          failed = true;
        }
        source.pause(pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
      }
    }
    return false;
  }

  // --- on the connection's threads ---------------------------------------------------------------

  /** The consumer on one channel. */
  private final class Source extends DefaultConsumer {

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean cancelled; // written by the connection's threads

    Source(Channel channel) {
      super(channel);
    }

    boolean isOpen() {
      return getChannel().isOpen();
    }

    /** Waits, but no longer than there is something to wait for. */
    void pause(Duration longest) throws InterruptedException {
      ended.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    void endPause() {
      ended.countDown();
    }

    void ackUpTo(long tag) throws IOException {
      try {
        getChannel().basicAck(tag, true);
      } catch (AlreadyClosedException e) {
        log.debug("a channel died before {} could be acked: the broker delivers again", tag);
      }
    }

    void abort() {
      try {
        getChannel().abort();
      } catch (IOException | RuntimeException e) {
        log.debug("aborting a channel: {}", e.toString());
      }
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      unhandled.incrementAndGet();
      List<WireMessage> messages = messages(properties, body);
      List<ReplyMessage> replies =
          messages.stream().map(this::read).filter(Objects::nonNull).toList();
      arrived.add(
          new Arrived(
              this,
              envelope.getDeliveryTag(),
              replies,
              Math.max(1, messages.size()) - replies.size(),
              body.length));
    }

    private List<WireMessage> messages(BasicProperties properties, byte[] body) {
      try {
        WireMessage message = AmqpMessages.read(properties, body);
        return ReplyBundle.is(message) ? ReplyBundle.read(message) : List.of(message);
      } catch (RuntimeException e) { // and no Error: out of memory is no reason to drop a reply
        log.error("dropped a reply, because reading it failed", e);
        return List.of();
      }
    }

    private @Nullable ReplyMessage read(WireMessage message) {
      try {
        if (WireFormat.isControlReply(message)) {
          log.warn("dropped an answer to a command, which came to a queue of replies to tasks");
          return null;
        }
        return reader.reply(message);
      } catch (RuntimeException e) { // as above
        log.error("dropped a reply, because reading it failed", e);
        return null;
      }
    }

    /** The queue was deleted; what came before stays to be handled. */
    @Override
    public void handleCancel(String consumerTag) {
      if (!isStopping()) {
        log.warn("reply queue {} is gone; declaring it again", queue);
        cancelled = true;
        arrived.add(Arrived.sign(this, -1));
        link.reopen(opener);
      }
    }

    @Override
    public void handleShutdownSignal(String consumerTag, ShutdownSignalException cause) {
      ended.countDown();
      sources.remove(this);
      if (!cancelled && !cause.isHardError() && !cause.isInitiatedByApplication()) {
        link.reopen(opener);
      }
    }
  }
}
