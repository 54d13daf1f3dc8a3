package dev.warren.rabbit;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.ForgivingExceptionHandler;
import dev.warren.QueueStatus;
import dev.warren.WarrenException;
import dev.warren.WarrenException.AccessRefusedException;
import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.WarrenSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker, as one process sees it: two connections that are kept open, one to publish and one to
 * consume, because a broker that is short of memory or disk stops reading from connections that
 * publish. Thread-safe.
 *
 * @see <a href="https://www.rabbitmq.com/docs/alarms">RabbitMQ: alarms</a>
 */
public final class Broker implements AutoCloseable {

  /** What can be expected of the broker right now. */
  public enum State {
    /** Messages can be published and are delivered. */
    UP,
    /** At least one connection is down; it is being reopened. */
    DOWN,
    /** Connected, but the broker takes no messages: it is short of memory or disk. */
    BLOCKED
  }

  /** How long a caller waits for the broker to declare queues. */
  public static final Duration DECLARE_TIMEOUT = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(Broker.class);
  private static final int HEARTBEAT_SECONDS = 10;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);

  /** RabbitMQ takes no larger message, so that none can make the client close the connection. */
  private static final int LARGEST_MESSAGE = 512 * 1024 * 1024;

  private final WarrenSettings settings;
  private final Map<String, String> connectionProperties;
  private final BrokerLink publishing;
  private final BrokerLink consuming;
  private final ConfirmedPublisher publisher;
  private final Delays delays;
  private final ConcurrentMap<String, Declaration> declared = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, CompletableFuture<Void>> redeclaring =
      new ConcurrentHashMap<>();

  /** A queue that is kept declared. */
  private record Declaration(BrokerLink.Opener opener, CompletableFuture<Void> first) {}

  /**
   * Makes the two connections' keepers; {@link #start} connects.
   *
   * @param factory whom to connect as and how; not changed
   * @param name what the broker's operator sees beside each connection
   */
  public Broker(
      ConnectionFactory factory, List<Address> addresses, WarrenSettings settings, String name) {
    FrameGuard.requireSupportedClient();
    ConnectionFactory prepared = prepare(factory);
    this.settings = settings;
    this.connectionProperties = ConnectionProperties.of(factory, addresses);
    this.publishing = new BrokerLink(name + ".publish", prepared, addresses);
    this.consuming = new BrokerLink(name + ".consume", prepared, addresses);
    this.publisher = new ConfirmedPublisher(publishing, settings.confirmTimeout());
    this.delays = new Delays(consuming, publisher);
  }

  private static ConnectionFactory prepare(ConnectionFactory factory) {
    ConnectionFactory prepared = factory.clone();
    prepared.setAutomaticRecoveryEnabled(false); // BrokerLink's work
    prepared.setTopologyRecoveryEnabled(false);
    prepared.setConnectionTimeout((int) CONNECT_TIMEOUT.toMillis());
    prepared.setHandshakeTimeout((int) CONNECT_TIMEOUT.toMillis());
    prepared.setChannelRpcTimeout((int) CALL_TIMEOUT.toMillis());
    prepared.setMaxInboundMessageBodySize(LARGEST_MESSAGE);
    prepared.setThreadFactory(Threads.named("warren-amqp"));
    prepared.setExceptionHandler(new QuietlyLosing());
    // Without it a connection whose socket is stuck is never reported as lost: the client then
    // flushes the socket on the thread that is to tell us.
    prepared.setShutdownExecutor(
        Executors.newCachedThreadPool(Threads.named("warren-amqp-shutdown")));
    if (prepared.getRequestedHeartbeat() == ConnectionFactory.DEFAULT_HEARTBEAT) {
      prepared.setRequestedHeartbeat(HEARTBEAT_SECONDS);
    }
    return prepared;
  }

  /** A lost connection is told once, by its link, and not by the client's driver as well. */
  private static final class QuietlyLosing extends ForgivingExceptionHandler {
    @Override
    public void handleUnexpectedConnectionDriverException(Connection connection, Throwable e) {
      log.debug("{}", connection, e);
    }
  }

  /**
   * Connects; if the broker cannot be reached, goes on trying in the background.
   *
   * @return null if connected, else what is wrong, for the caller to decide whether that is fatal
   */
  public @Nullable WarrenException start() {
    WarrenException failure = publishing.start();
    if (failure instanceof AccessRefusedException) {
      return failure; // the other connection would only be refused as well
    }
    WarrenException other = consuming.start();
    return failure == null ? other : failure;
  }

  /** What can be expected right now. Never blocks. */
  public State state() {
    if (!publishing.isUp() || !consuming.isUp() || !publisher.isOpen()) {
      return State.DOWN;
    }
    return publishing.blockedReason() == null ? State.UP : State.BLOCKED;
  }

  /** The settings that this was made with. */
  public WarrenSettings settings() {
    return settings;
  }

  /**
   * How another process connects to the same broker as the same user, as Spring's {@code
   * spring.rabbitmq.*}; with the password. Trust and key stores are not among them.
   */
  public Map<String, String> connectionProperties() {
    return connectionProperties;
  }

  /** Publishes on the publishing connection. */
  public ConfirmedPublisher publisher() {
    return publisher;
  }

  /** Holds messages for a while. */
  public Delays delays() {
    return delays;
  }

  /** The connection to consume on, and to ask the broker on. */
  public BrokerLink consuming() {
    return consuming;
  }

  /** The connection that publishes, for what {@link #publisher} cannot publish. */
  BrokerLink publishing() {
    return publishing;
  }

  /**
   * Sees to it that a task queue and the queues beside it exist, now and after each reconnect. The
   * first call for a queue blocks until they do, up to 30 s; while the broker is away it does not
   * wait for it.
   *
   * @throws WarrenException.TopologyMismatchException if one exists with other arguments
   */
  public void declare(String queue) {
    Declaration declaration = declared.computeIfAbsent(queue, this::keepDeclared);
    if (!consuming.isUp()) {
      return;
    }
    try {
      declaration.first.get(DECLARE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WarrenException failure
          && !(failure instanceof BrokerUnavailableException)) {
        forget(queue); // refused: the caller may try again once the queue or the settings are right
        throw failure;
      }
    } catch (TimeoutException e) {
      throw new BrokerUnavailableException(
          "the broker did not declare queue '" + queue + "' in " + DECLARE_TIMEOUT, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Declaration keepDeclared(String queue) {
    BrokerLink.Opener opener = declaring(queue);
    return new Declaration(opener, consuming.keepOpen(opener));
  }

  private BrokerLink.Opener declaring(String queue) {
    return connection -> {
      Topology.declareTaskQueue(connection, queue, settings.queue(queue));
      delays.bindAgain(connection, queue);
    };
  }

  private void forget(String queue) {
    Declaration declaration = declared.remove(queue);
    if (declaration != null) {
      consuming.forget(declaration.opener);
    }
  }

  /**
   * Declares a queue again, once and in the background, because the broker says it is gone;
   * completes when that was tried. Calls while it is under way share it.
   */
  public CompletableFuture<Void> redeclare(String queue) {
    CompletableFuture<Void> tried = new CompletableFuture<>();
    CompletableFuture<Void> underWay = redeclaring.putIfAbsent(queue, tried);
    if (underWay != null) {
      return underWay;
    }
    BrokerLink.Opener again = declaring(queue);
    consuming
        .keepOpen(again)
        .whenComplete(
            (done, failure) -> {
              consuming.forget(again);
              redeclaring.remove(queue);
              tried.complete(null);
            });
    return tried;
  }

  /**
   * Deletes a task queue and the queues beside it, with what is in them, and declares it no more.
   * Blocks for a few calls.
   *
   * @throws IOException if the broker does not do it
   */
  public void delete(String queue) throws IOException, TimeoutException {
    forget(queue);
    Topology.deleteTaskQueue(consuming.connection(), queue);
  }

  /**
   * A task queue's figures right now. Blocks for at most a few calls of {@link #CALL_TIMEOUT} each.
   *
   * @throws BrokerUnavailableException if the broker does not answer
   * @throws WarrenException.NoSuchQueueException if there is no such queue
   */
  public QueueStatus queueStatus(String queue) {
    return sizeOf(
        queue, () -> Topology.status(consuming.connection(), queue, settings.queue(queue)));
  }

  /**
   * What can be seen of a task queue; null if there is no such queue. Blocks as {@link
   * #queueStatus}.
   *
   * @throws BrokerUnavailableException if the broker does not answer
   */
  public @Nullable QueueLook look(String queue) {
    return sizeOf(queue, () -> Topology.look(consuming.connection(), queue));
  }

  /**
   * Whether no message waits in a queue, or there is no such queue. Blocks as {@link #queueStatus}.
   *
   * @throws BrokerUnavailableException if the broker does not answer
   */
  public boolean isEmpty(String queue) {
    return sizeOf(queue, () -> Topology.ready(consuming.connection(), queue)) == 0;
  }

  /** A question to the broker. */
  interface Question<T extends @Nullable Object> {
    T ask() throws IOException, TimeoutException;
  }

  /**
   * The answer to a question about a queue's size.
   *
   * @throws BrokerUnavailableException if the broker does not answer
   */
  static <T extends @Nullable Object> T sizeOf(String queue, Question<T> question) {
    try {
      return question.ask();
    } catch (WarrenException e) {
      throw e;
    } catch (IOException | TimeoutException | RuntimeException e) {
      throw new BrokerUnavailableException(
          "the broker did not tell the size of queue '" + queue + "': " + Reason.of(e), e);
    }
  }

  /** Closes both connections, for good. Closing twice is fine. */
  @Override
  public void close() {
    publisher.close();
    consuming.close();
    publishing.close();
  }
}
