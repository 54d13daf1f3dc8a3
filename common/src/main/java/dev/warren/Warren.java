package dev.warren;

import dev.warren.rabbit.RabbitWarren;

/**
 * A connection to the broker, from which pools are made. One for each application is enough: it is
 * thread-safe, keeps two connections open (one to publish, one to consume), and reopens them when
 * they are lost.
 *
 * <pre>{@code
 * try (Warren warren = Warren.connect("amqp://user:secret@localhost:5672")) {
 *   int words = warren.pool().apply(WORD_COUNT, "the quick brown fox");
 * }
 * }</pre>
 */
public interface Warren extends AutoCloseable {

  /**
   * Connects with default settings.
   *
   * @param uri {@code amqp://user:password@host:port/vhost}, or {@code amqps://} for TLS, which
   *     verifies the broker's certificate and name against the JVM's trust store
   * @throws IllegalArgumentException if the URI is not one
   * @throws WarrenException.BrokerUnavailableException if the broker cannot be reached
   * @throws WarrenException.AccessRefusedException if it refuses user, password or virtual host
   */
  static Warren connect(String uri) {
    return connect(uri, WarrenSettings.defaults());
  }

  /** As {@link #connect(String)}, with settings. */
  static Warren connect(String uri, WarrenSettings settings) {
    return RabbitWarren.connect(uri, settings);
  }

  /** The pool of the default queue. */
  WorkerPool pool();

  /**
   * The pool of a named queue; declares it on the broker if it does not exist.
   *
   * @throws WarrenException.TopologyMismatchException if it exists with other arguments than those
   *     configured
   */
  WorkerPool pool(String queue);

  /**
   * Closes both connections. Handles that are not ready fail with {@link
   * WarrenException.PoolClosedException}; their tasks may still run. Closing twice is fine.
   */
  @Override
  void close();
}
