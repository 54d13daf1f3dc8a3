package dev.warren.client;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.ConnectionFactory;
import dev.warren.BoundedQueue;
import dev.warren.JoinableQueue;
import dev.warren.ProcessPoolSettings;
import dev.warren.QueueSettings;
import dev.warren.Warren;
import dev.warren.WarrenException;
import dev.warren.WarrenException.ConfigurationException;
import dev.warren.WarrenException.PoolClosedException;
import dev.warren.WarrenSettings;
import dev.warren.WorkerPool;
import dev.warren.control.ControlSender;
import dev.warren.control.LostTasks;
import dev.warren.process.ProcessOrders;
import dev.warren.queue.ItemQueue;
import dev.warren.queue.RabbitJoinableQueue;
import dev.warren.queue.RabbitQueue;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.Nanos;
import dev.warren.rabbit.Reason;
import dev.warren.rabbit.ReplyListener;
import dev.warren.rabbit.Threads;
import dev.warren.rabbit.Topology;
import dev.warren.wire.WireFormat;
import java.io.IOException;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;

/**
 * {@link Warren} over a {@link Broker}: all its pools share the connections and one reply queue.
 */
public final class RabbitWarren implements Warren {

  private static final Logger log = LoggerFactory.getLogger(RabbitWarren.class);

  /** Well below {@link Topology#POOL_QUEUE_EXPIRY}: a pool may have no process for long. */
  private static final long LEASE_MINUTES = 5;

  private static final Duration KILL_TIMEOUT = Duration.ofSeconds(5);

  /** Maps and streams whose input is being read at the same time, each on a thread of its own. */
  private static final int MOST_INPUTS = 1_000;

  private final Broker broker;
  private final boolean ownsBroker;
  private final WireFormat wire;
  private final PendingResults pending;
  private final ControlSender control;
  private final CallbackRunner callbacks = new CallbackRunner(CallbackRunner.LIMIT);

  /** One thread for each map or stream whose input is being read. */
  private final ExecutorService feeders =
      Executors.newCachedThreadPool(Threads.named("warren-feeder"));

  /** Ends each map or stream that has not ended, whatever its input does. */
  private final Set<Consumer<? super WarrenException>> inputs = ConcurrentHashMap.newKeySet();

  private final Semaphore mayRead = new Semaphore(MOST_INPUTS);

  /** Open ends of queues of items; each is removed when it is closed. */
  private final Set<RabbitQueue<?>> queues = ConcurrentHashMap.newKeySet();

  /** Pools whose own processes are not gone. */
  private final Set<RabbitWorkerPool> owners = ConcurrentHashMap.newKeySet();

  /** What keeps the queue of a pool that owns its processes from expiring, by queue. */
  private final ConcurrentMap<String, ScheduledFuture<?>> leases = new ConcurrentHashMap<>();

  private final ScheduledExecutorService timer = Threads.scheduler("warren-retry");
  private @Nullable ReplyListener replies; // guarded by this; made for the first pool
  private @Nullable LostTasks lostTasks; // likewise
  private volatile boolean closed;

  private RabbitWarren(Broker broker, WireFormat wire, boolean ownsBroker) {
    this.broker = broker;
    this.wire = wire;
    this.ownsBroker = ownsBroker;
    this.pending = new PendingResults(broker.settings().maxPending());
    this.control = new ControlSender(broker, wire);
  }

  /** Connects to a URI, as {@link Warren#connect(String, WarrenSettings)} says. */
  public static Warren connect(String uri, WarrenSettings settings) {
    ConnectionFactory factory = new ConnectionFactory();
    try {
      if (!uri.matches("amqps?://.+")) {
        throw new IllegalArgumentException();
      }
      factory.setUri(uri);
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new IllegalArgumentException( // without the URI, which holds a password
          "not an AMQP URI, which has the form amqp://user:password@host:port/vhost");
    } catch (GeneralSecurityException e) {
      throw new WarrenException("TLS cannot be set up: " + e.getMessage(), e);
    }
    List<Address> addresses = List.of(new Address(factory.getHost(), factory.getPort()));
    Broker broker = new Broker(factory, addresses, settings, "warren-client");
    WarrenException failure = broker.start();
    if (failure != null) {
      broker.close();
      throw failure;
    }
    return new RabbitWarren(broker, new WireFormat(settings.maxMessageBytes()), true);
  }

  /** Uses a broker that somebody else connects and closes. */
  public static Warren on(Broker broker, WireFormat wire) {
    return new RabbitWarren(broker, wire, false);
  }

  @Override
  public WorkerPool pool() {
    return pool(broker.settings().defaultQueue());
  }

  @Override
  public WorkerPool pool(String queue) {
    requireOpen();
    WarrenSettings.requireQueueName("a pool's queue", queue);
    String replyQueue = replies().awaitOpen().queue();
    broker.declare(queue);
    return new RabbitWorkerPool(this, queue, replyQueue);
  }

  @Override
  public <T> BoundedQueue<T> queue(String name, int maxSize, Class<T> type) {
    return queue(name, QueueSettings.bounded(maxSize), wire.mapper().constructType(type));
  }

  @Override
  public <T> BoundedQueue<T> queue(String name, QueueSettings settings, TypeReference<T> type) {
    return queue(name, settings, wire.mapper().getTypeFactory().constructType(type));
  }

  private <T> BoundedQueue<T> queue(String name, QueueSettings settings, JavaType type) {
    return keep(RabbitQueue.open(broker, wire, itemQueue(name, settings, type), queues::remove));
  }

  @Override
  public <T> JoinableQueue<T> joinableQueue(String name, int maxSize, Class<T> type) {
    return joinableQueue(name, QueueSettings.bounded(maxSize), wire.mapper().constructType(type));
  }

  @Override
  public <T> JoinableQueue<T> joinableQueue(
      String name, QueueSettings settings, TypeReference<T> type) {
    return joinableQueue(name, settings, wire.mapper().getTypeFactory().constructType(type));
  }

  private <T> JoinableQueue<T> joinableQueue(String name, QueueSettings settings, JavaType type) {
    return keep(
        RabbitJoinableQueue.open(broker, wire, itemQueue(name, settings, type), queues::remove));
  }

  private ItemQueue itemQueue(String name, QueueSettings settings, JavaType type) {
    requireOpen();
    WarrenSettings.requireQueueName("a queue of items", name);
    return new ItemQueue(name, settings, type);
  }

  private <Q extends RabbitQueue<?>> Q keep(Q queue) {
    queues.add(queue);
    if (closed) {
      queue.close();
    }
    requireOpen();
    return queue;
  }

  @Override
  public WorkerPool pool(ProcessPoolSettings settings) {
    requireOpen();
    if (Boolean.getBoolean(ProcessOrders.STARTING)) {
      throw new ConfigurationException(
          "a process of a pool makes a pool while it starts, which would never end; what is named in"
              + " ProcessPoolSettings.running(...) must only have tasks, and no code that uses them",
          null);
    }
    String queue = Topology.newPoolQueue();
    String replyQueue = replies().awaitOpen().queue();
    RabbitWorkerPool pool = new RabbitWorkerPool(this, queue, replyQueue, settings);
    owners.add(pool);
    try {
      broker.declare(queue);
      leases.put(
          queue,
          timer.scheduleWithFixedDelay(
              () -> broker.redeclare(queue), LEASE_MINUTES, LEASE_MINUTES, TimeUnit.MINUTES));
      requireOpen(); // closed meanwhile: nobody would terminate the pool any more
    } catch (RuntimeException e) {
      pool.terminate();
      throw e instanceof RejectedExecutionException ? closed() : e;
    }
    return new ProcessPool(pool);
  }

  /** A pool's own processes are gone: its queue follows. */
  void discard(RabbitWorkerPool pool) {
    owners.remove(pool);
    ScheduledFuture<?> lease = leases.remove(pool.queueName());
    if (lease != null) {
      lease.cancel(false);
    }
    try {
      broker.delete(pool.queueName());
    } catch (IOException | TimeoutException | RuntimeException e) {
      log.debug("queue {} is left to expire: {}", pool.queueName(), Reason.of(e));
    }
  }

  private synchronized ReplyListener replies() {
    requireOpen();
    ReplyListener listener = replies;
    if (listener == null) {
      LostTasks search = new LostTasks(broker, wire, pending, control);
      listener = new ReplyListener(broker, wire, search.listeningFor(pending));
      search.start(listener.queue());
      replies = listener;
      lostTasks = search;
    }
    return listener;
  }

  @Override
  public void close() {
    ReplyListener listener;
    LostTasks search;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      listener = replies;
      search = lostTasks;
    }
    if (search != null) {
      search.close();
    }
    queues.forEach(RabbitQueue::close);
    timer.shutdownNow();
    inputs.forEach(
        end -> end.accept(new PoolClosedException("closed before a map or stream had ended")));
    pending.failAll(
        id ->
            new PoolClosedException(
                "closed before task " + id + " had a result; it may still run"));
    feeders.shutdownNow();
    endOwners();
    callbacks.close();
    control.close();
    if (listener != null) {
      listener.close();
    }
    if (ownsBroker) {
      broker.close();
    }
  }

  private void endOwners() {
    List<RabbitWorkerPool> all = List.copyOf(owners);
    all.forEach(RabbitWorkerPool::terminate);
    try {
      for (RabbitWorkerPool pool : all) {
        pool.awaitGone(KILL_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void requireOpen() {
    if (closed) {
      throw closed();
    }
  }

  private static PoolClosedException closed() {
    return new PoolClosedException("this Warren is closed");
  }

  Broker broker() {
    return broker;
  }

  WireFormat wire() {
    return wire;
  }

  PendingResults pending() {
    return pending;
  }

  CallbackRunner callbacks() {
    return callbacks;
  }

  ControlSender control() {
    return control;
  }

  Revoker revoker() {
    return control::revoke;
  }

  Executor feeders() {
    return feeders;
  }

  /**
   * Reads an input on a thread of its own. Waits, up to the publish timeout, while {@value
   * #MOST_INPUTS} others are being read.
   *
   * @param done completes when what is made of the input has ended
   * @param end ends that at once, because the input will not be read; may be called twice
   */
  void feed(Runnable feeder, CompletableFuture<?> done, Consumer<? super WarrenException> end) {
    inputs.add(end);
    done.whenComplete((nothing, failure) -> inputs.remove(end));
    try {
      if (!mayRead.tryAcquire()
          && !mayRead.tryAcquire(
              Nanos.of(broker.settings().publishTimeout()), TimeUnit.NANOSECONDS)) {
        end.accept(
            new WarrenException(
                "the inputs of %d maps and streams of this client are being read, and none came to its end in time; wait for results, or add workers"
                    .formatted(MOST_INPUTS)));
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end.accept(new WarrenException("interrupted before the input was read", e));
      return;
    }
    try {
      feeders.execute(
          () -> {
            try {
              feeder.run();
            } finally {
              mayRead.release();
            }
          });
      if (closed) { // close() may not have seen it
        end.accept(closed());
      }
    } catch (RejectedExecutionException e) {
      mayRead.release();
      end.accept(closed());
    }
  }

  ScheduledExecutorService timer() {
    return timer;
  }
}
