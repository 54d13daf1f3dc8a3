package dev.warren.rabbit;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warren.WarrenException;
import dev.warren.WarrenException.AccessRefusedException;
import dev.warren.WarrenException.BrokerUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one connection to the broker open, for ever: a connection that is lost is opened again, and
 * with it everything that was to be kept open on it.
 *
 * <p>The AMQP client's own recovery is not used: it hides when a channel died, and with it which
 * publishes are unknown and which deliveries are void.
 *
 * <ul>
 *   <li>L1: connections are made, and {@link Opener}s run, on one thread only, the supervisor's.
 *   <li>L2: every opener runs once on each connection, and again when it asked to be reopened,
 *       however often it asked; one that throws is tried again after a pause.
 *   <li>L3: an attempt to connect, and every call to the broker, has a time limit (set in the
 *       factory).
 * </ul>
 */
public final class BrokerLink implements AutoCloseable {

  /** Opens what is kept open on a connection: a channel with its declarations and consumers. */
  @FunctionalInterface
  public interface Opener {
    /** Runs on the supervisor's thread, on each new connection. */
    void open(Connection connection) throws IOException, TimeoutException;
  }

  private static final Logger log = LoggerFactory.getLogger(BrokerLink.class);
  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final String name;
  private final ConnectionFactory factory;
  private final List<Address> addresses;
  private final ScheduledExecutorService supervisor;
  private final List<Kept> kept = new CopyOnWriteArrayList<>();

  private volatile @Nullable Connection current; // written by the supervisor
  private volatile @Nullable String blockedReason; // written by the connection's reader
  private volatile boolean closed;
  private long pauseMillis = FIRST_PAUSE_MILLIS; // supervisor only
  private boolean told; // supervisor only: the loss was logged already

  BrokerLink(String name, ConnectionFactory factory, List<Address> addresses) {
    this.name = name;
    this.factory = factory;
    this.addresses = List.copyOf(addresses);
    this.supervisor = Threads.scheduler("warren-" + name);
  }

  /**
   * Tries to connect once, and goes on trying in the background if that fails.
   *
   * @return null if connected, else what was wrong
   */
  @Nullable WarrenException start() {
    CompletableFuture<@Nullable WarrenException> first = new CompletableFuture<>();
    run(() -> first.complete(connect()));
    return first.join();
  }

  /**
   * Opens something now, and again on every later connection.
   *
   * @return completes when it was first opened, or exceptionally with what the first attempt threw;
   *     either way it is kept
   */
  public CompletableFuture<Void> keepOpen(Opener opener) {
    Kept entry = new Kept(opener);
    kept.add(entry);
    run(() -> open(entry));
    return entry.first;
  }

  /** Opens something again, soon, because its channel was lost while the connection lives. */
  public void reopen(Opener opener) {
    for (Kept entry : kept) {
      if (entry.opener == opener) {
        entry.openedOn = null;
        later(() -> open(entry), FIRST_PAUSE_MILLIS);
      }
    }
  }

  /** No longer keeps it open; closes nothing. */
  public void forget(Opener opener) {
    kept.removeIf(entry -> entry.opener == opener);
  }

  /** Whether the connection is open right now. */
  public boolean isUp() {
    Connection connection = current;
    return connection != null && connection.isOpen();
  }

  /** Why the broker takes no messages from this connection, or null if it does. */
  public @Nullable String blockedReason() {
    return isUp() ? blockedReason : null;
  }

  /**
   * The connection.
   *
   * @throws BrokerUnavailableException if there is none right now
   */
  public Connection connection() {
    Connection connection = current;
    if (connection == null || !connection.isOpen()) {
      throw new BrokerUnavailableException("the broker cannot be reached at " + addresses, null);
    }
    return connection;
  }

  /**
   * A channel that is set up, or none: one whose set-up fails is not left half open, for instance
   * with a consumer that the broker knows and we do not.
   */
  public static Channel openChannel(Connection connection, ChannelSetup setup)
      throws IOException, TimeoutException {
    Channel channel = connection.createChannel();
    if (channel == null) {
      throw new IOException("the broker allows no more channels on this connection");
    }
    try {
      setup.on(channel);
      return channel;
    } catch (IOException | TimeoutException | RuntimeException e) {
      channel.abort();
      throw e;
    }
  }

  /** Sets a channel up. */
  @FunctionalInterface
  public interface ChannelSetup {
    /** Whatever it throws aborts the channel. */
    void on(Channel channel) throws IOException, TimeoutException;
  }

  /**
   * Closes the connection, for good; a call to the broker that is under way fails. Takes {@link
   * #CLOSE_TIMEOUT} at most, also where the socket is stuck.
   */
  @Override
  public void close() {
    closed = true;
    supervisor.shutdownNow();
    Threads.bounded("warren-close", CLOSE_TIMEOUT, () -> abort(current));
    WarrenException failure = new BrokerUnavailableException(name + " was closed", null);
    kept.forEach(entry -> entry.first.completeExceptionally(failure));
  }

  private static void abort(@Nullable Connection connection) {
    if (connection != null) {
      connection.abort((int) CLOSE_TIMEOUT.toMillis());
    }
  }

  // --- on the supervisor's thread --------------------------------------------------------------

  private @Nullable WarrenException connect() {
    if (closed || isUp()) {
      return null;
    }
    try {
      blockedReason = null;
      Connection connection = FrameGuard.connect(factory, addresses, name);
      connection.addBlockedListener(this::blocked, this::unblocked);
      current = connection;
      if (closed) { // while the connection was being made
        abort(connection);
        return null;
      }
      connection.addShutdownListener(cause -> lost(connection, cause));
      log.info(
          "{}: connected to {}:{}",
          name,
          connection.getAddress().getHostAddress(),
          connection.getPort());
      pauseMillis = FIRST_PAUSE_MILLIS;
      told = false;
      kept.forEach(this::open);
      return null;
    } catch (IOException | TimeoutException | RuntimeException e) {
      WarrenException failure = explain(e);
      if (!told) {
        log.warn("{}: {}; trying again until it answers", name, failure.getMessage());
        told = true;
      }
      later(this::connect, pauseMillis);
      pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
      return failure;
    }
  }

  private void open(Kept entry) {
    Connection connection = current;
    if (closed || connection == null || !connection.isOpen() || !kept.contains(entry)) {
      return; // the next connection opens it
    }
    if (entry.openedOn == connection) {
      return; // asked for twice
    }
    try {
      entry.openedOn = connection; // first: what is opened may be lost again before open returns
      entry.opener.open(connection);
      entry.pauseMillis = FIRST_PAUSE_MILLIS;
      entry.told = null;
      entry.first.complete(null);
    } catch (IOException | TimeoutException | RuntimeException e) {
      entry.openedOn = null;
      entry.first.completeExceptionally(e instanceof WarrenException ? e : explain(e));
      String what = String.valueOf(e instanceof WarrenException ? e.getMessage() : Reason.of(e));
      if (!what.equals(entry.told)) {
        log.warn("{}: {}; trying again", name, what);
        entry.told = what;
      }
      later(() -> open(entry), entry.pauseMillis);
      entry.pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, entry.pauseMillis * 2);
    }
  }

  private void run(Runnable action) {
    later(action, 0);
  }

  private void later(Runnable action, long millis) {
    try {
      supervisor.schedule(() -> guarded(action), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("{} is closed", name);
    }
  }

  private void guarded(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) {
      log.error("{}: the supervisor goes on after", name, e);
    }
  }

  // --- on the connection's reader thread -------------------------------------------------------

  private void lost(Connection connection, ShutdownSignalException cause) {
    if (closed || connection != current) {
      return;
    }
    log.warn("{}: connection lost: {}", name, Reason.of(cause));
    run(this::connect);
  }

  private void blocked(String reason) {
    log.warn("{}: the broker takes no messages: {}", name, reason);
    blockedReason = reason;
  }

  private void unblocked() {
    log.info("{}: the broker takes messages again", name);
    blockedReason = null;
  }

  // --- words for what went wrong ---------------------------------------------------------------

  private WarrenException explain(Exception e) {
    String reason = Reason.of(e);
    if (e instanceof AuthenticationFailureException
        || e instanceof PossibleAuthenticationFailureException
        || reason.contains("ACCESS_REFUSED")
        || reason.contains("NOT_ALLOWED")) {
      return new AccessRefusedException(
          "the broker at %s refuses user '%s' on virtual host '%s': %s; check spring.rabbitmq.username, password and virtual-host, or the URI"
              .formatted(addresses, factory.getUsername(), factory.getVirtualHost(), reason),
          e);
    }
    return new BrokerUnavailableException(
        "the broker cannot be reached at %s: %s".formatted(addresses, reason), e);
  }

  private static final class Kept {
    final Opener opener;
    final CompletableFuture<Void> first = new CompletableFuture<>();
    volatile @Nullable Connection openedOn; // cleared by whoever wants it reopened
    long pauseMillis = FIRST_PAUSE_MILLIS; // supervisor only
    @Nullable String told; // supervisor only

    Kept(Opener opener) {
      this.opener = opener;
    }
  }
}
