package dev.warren.worker.delivery;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warren.rabbit.Acks;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.BrokerLink;
import dev.warren.rabbit.Threads;
import dev.warren.rabbit.Topology;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes a task queue, and its tasks that were put off, for one slot, on a channel of its own, so
 * that the end of a channel gives back no other slot's task.
 *
 * <p>The channel is kept open by the {@link BrokerLink}: a lost one is opened again, a queue that
 * was deleted is declared again and consumed on the same channel, so that what runs can still be
 * settled.
 */
final class SlotConsumer {

  private static final Logger log = LoggerFactory.getLogger(SlotConsumer.class);
  private static final AtomicLong ARRIVALS = new AtomicLong();

  private final Broker broker;
  private final String queue;
  private final int leastPrefetch;
  private volatile int prefetch; // of new tasks
  private final Acks acks;
  private final List<String> sources;
  private final Consumer<Delivery> deliveries;
  private final BrokerLink.Opener opener = this::open;
  private volatile @Nullable Channel channel; // written by the link's supervisor
  private volatile Acks.@Nullable Ledger ledger; // likewise; the channel's

  /** The queues that are consumed on this channel. */
  private final Map<String, QueueConsumer> consumed = new ConcurrentHashMap<>();

  private volatile boolean stopped;

  /** New tasks are about to be consumed with another prefetch. */
  private volatile boolean changing;

  /**
   * Consumers on this channel that the broker has not ended, and deliveries that are not settled;
   * written by the link's supervisor, as the channel is.
   */
  private volatile AtomicInteger inUse = new AtomicInteger();

  private volatile boolean retired;

  /**
   * @param prefetch how many tasks may be unsettled at once, of new ones and of those that were put
   *     off
   * @param deliveries takes each delivery at once; called on the channel's own thread
   */
  SlotConsumer(
      Broker broker, Acks acks, String queue, int prefetch, Consumer<Delivery> deliveries) {
    this.acks = acks;
    this.broker = broker;
    this.queue = queue;
    this.leastPrefetch = prefetch;
    this.prefetch = prefetch;
    this.sources = List.of(Topology.due(queue), queue);
    this.deliveries = deliveries;
  }

  void start() {
    broker.consuming().keepOpen(opener);
  }

  /** Whether tasks can reach this slot right now. */
  boolean isConsuming() {
    Channel open = channel;
    return open != null && open.isOpen() && (changing || consumed.keySet().containsAll(sources));
  }

  /** The task queue. */
  String queue() {
    return queue;
  }

  /** Whether the broker counts this slot among the queue's consumers. */
  boolean isConsumingQueue() {
    Channel open = channel;
    return open != null && open.isOpen() && (changing || consumed.containsKey(queue));
  }

  /**
   * Asks the broker for no more; what was delivered stays ours. Blocks for a call to each queue,
   * and for as long as a socket is stuck.
   */
  void stop() {
    stopped = true;
    broker.consuming().forget(opener);
    Channel open = channel;
    if (open != null) {
      sources.forEach(source -> cancel(open, source));
    }
  }

  /**
   * Lets so many new tasks be unsettled from now on, but no fewer than it began with. Blocks for
   * calls to the broker.
   *
   * @param count what was delivered already stays ours, if that is more
   */
  synchronized void prefetch(int count) {
    int wanted = Math.max(count, leastPrefetch);
    Channel open = channel;
    if (wanted == prefetch) {
      return;
    }
    prefetch = wanted; // also of a channel that is opened later
    Acks.Ledger settling = ledger;
    if (stopped
        || open == null
        || !open.isOpen()
        || settling == null
        || !consumed.containsKey(queue)) {
      return;
    }
    changing = true;
    try {
      settling.prefetch(wanted);
      consumed.remove(queue);
      open.basicCancel(queue);
      consume(open);
    } catch (IOException | RuntimeException e) {
      log.debug("another prefetch: {}", e.toString());
      abort(open); // it is not known what the broker consumes for us
      broker.consuming().reopen(opener);
    } finally {
      changing = false;
    }
  }

  /** Stops, and closes the channel when nothing that was delivered on it is unsettled. */
  void retire() {
    stop();
    retired = true;
    closeIfUnused();
  }

  private void closeIfUnused() {
    Channel open = channel;
    if (retired && inUse.get() == 0 && open != null) {
      Threads.named("warren-retire").newThread(() -> flushAndAbort(open)).start();
    }
  }

  private void unused(AtomicInteger uses) {
    if (uses.decrementAndGet() == 0) {
      closeIfUnused();
    }
  }

  private void flushAndAbort(Channel open) {
    Acks.Ledger unwritten = ledger;
    if (unwritten != null) {
      unwritten.flush();
    }
    abort(open);
  }

  private static void abort(Channel open) {
    try {
      open.abort();
    } catch (IOException | RuntimeException e) {
      log.debug("aborting a channel: {}", e.toString());
    }
  }

  private void cancel(Channel open, String source) {
    try {
      if (consumed.remove(source) != null) {
        open.basicCancel(source);
      }
    } catch (IOException | RuntimeException e) {
      log.debug("cancelling a consumer: {}", e.toString());
    }
  }

  private void open(Connection connection) throws IOException, TimeoutException {
    Channel current = channel;
    if (current == null || !current.isOpen()) {
      consumed.clear();
      inUse = new AtomicInteger();
      BrokerLink.openChannel(connection, this::setUp);
    } else {
      consume(current);
    }
  }

  /** At once for prefetch(), which would else miss what is consumed here with the one before. */
  private synchronized void setUp(Channel fresh) throws IOException {
    ledger = acks.of(fresh, prefetch);
    channel = fresh;
    consume(fresh);
  }

  private synchronized void consume(Channel open) throws IOException {
    try {
      for (String source : sources) {
        if (!stopped && !consumed.containsKey(source)) {
          inUse.incrementAndGet();
          open.basicQos(source.equals(queue) ? prefetch : leastPrefetch);
          QueueConsumer consumer = new QueueConsumer(open, source);
          open.basicConsume(source, false, source, consumer);
          consumed.put(source, consumer);
        }
      }
    } catch (IOException | RuntimeException e) {
      open.abort(); // the broker may know a consumer that we do not
      throw e;
    }
    if (stopped) { // meanwhile: stop() has not seen these
      sources.forEach(source -> cancel(open, source));
    }
  }

  /** Runs on the channel's own thread. */
  private final class QueueConsumer extends DefaultConsumer {
    private final String source;
    private final AtomicInteger uses = inUse;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Acks.Ledger settling = Objects.requireNonNull(ledger);

    QueueConsumer(Channel channel, String source) {
      super(channel);
      this.source = source;
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      settling.delivered(envelope.getDeliveryTag());
      Delivery delivery =
          new Delivery(
              getChannel(),
              settling,
              envelope,
              properties,
              body,
              queue,
              !source.equals(queue),
              ARRIVALS.incrementAndGet());
      uses.incrementAndGet();
      delivery.done().thenRun(() -> unused(uses));
      deliveries.accept(delivery);
    }

    /** After all that was delivered. */
    @Override
    public void handleCancelOk(String consumerTag) {
      ended();
    }

    /** The broker's cancel and its answer to ours may cross. */
    private void ended() {
      if (ended.compareAndSet(false, true)) {
        unused(uses);
      }
    }

    /** The queue was deleted under us. */
    @Override
    public void handleCancel(String consumerTag) {
      log.warn("queue '{}' was deleted; declaring it again", source);
      consumed.remove(source, this); // and not one that prefetch() has put in its place
      ended();
      broker.redeclare(queue).whenComplete((done, failure) -> broker.consuming().reopen(opener));
    }

    /** A lost connection opens everything again by itself; a lost channel does not. */
    @Override
    public void handleShutdownSignal(String consumerTag, ShutdownSignalException cause) {
      if (!stopped && !cause.isHardError()) {
        log.warn("a slot's channel was closed: {}", cause.getMessage());
        broker.consuming().reopen(opener);
      }
    }
  }
}
