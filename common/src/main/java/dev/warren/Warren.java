package dev.warren;

import dev.warren.client.RabbitWarren;
import tools.jackson.core.type.TypeReference;

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
   * This process's end of a queue of items; declares the queue on the broker if it does not exist.
   *
   * @param name of the queue; not one of a task queue
   * @param maxSize items that may wait in it; zero or less: unbounded
   * @param type the items' type, to which Jackson binds them
   * @throws WarrenException.TopologyMismatchException if the queue exists with another bound or
   *     kind, or is a task queue
   * @throws WarrenException.BrokerUnavailableException if the broker is away; does not wait for it
   */
  <T> BoundedQueue<T> queue(String name, int maxSize, Class<T> type);

  /** As {@link #queue(String, int, Class)}, for items of a generic type. */
  default <T> BoundedQueue<T> queue(String name, int maxSize, TypeReference<T> type) {
    return queue(name, QueueSettings.bounded(maxSize), type);
  }

  /**
   * As {@link #queue(String, int, Class)}, with the kind of queue: on a quorum queue, which
   * outlives the loss of a node, the bound is approximate. {@link QueueSettings#AS_IT_IS} takes an
   * existing queue whatever its arguments; a bound that it has is kept to, but not known here:
   * {@link BoundedQueue#isFull} is false.
   */
  <T> BoundedQueue<T> queue(String name, QueueSettings settings, TypeReference<T> type);

  /** As {@link #queue(String, int, Class)}, for a queue that can be joined. */
  <T> JoinableQueue<T> joinableQueue(String name, int maxSize, Class<T> type);

  /** As {@link #queue(String, int, TypeReference)}, for a queue that can be joined. */
  default <T> JoinableQueue<T> joinableQueue(String name, int maxSize, TypeReference<T> type) {
    return joinableQueue(name, QueueSettings.bounded(maxSize), type);
  }

  /** As {@link #queue(String, QueueSettings, TypeReference)}, for a queue that can be joined. */
  <T> JoinableQueue<T> joinableQueue(String name, QueueSettings settings, TypeReference<T> type);

  /**
   * A pool that owns its worker processes, as Python's {@code Pool(4)}, for the built-in tasks.
   *
   * @param processes the most processes
   * @throws IllegalArgumentException if {@code processes} is less than 1
   * @throws WarrenException.ConfigurationException as {@link #pool(ProcessPoolSettings)}
   */
  default WorkerPool pool(int processes) {
    return pool(ProcessPoolSettings.of(processes));
  }

  /**
   * A pool that owns its worker processes: JVMs on this machine with this JVM's class path. They
   * are started when there is work, up to the maximum, kept and reused; one that dies is replaced.
   * They take tasks from a queue of the pool's own, and both are gone after {@link
   * WorkerPool#close} and {@link WorkerPool#join}, after {@link WorkerPool#terminate}, when this is
   * closed, and when this JVM ends, however it ends.
   *
   * <p>Close the pool: one that is forgotten is closed with a warning when the garbage collector
   * finds it. If three processes in a row do not start, the pool is broken and its handles fail
   * with {@link WarrenException.PoolBrokenException}.
   *
   * <p>A process knows the tasks of {@link ProcessPoolSettings#taskClasses} and loads no other part
   * of this application. What it prints is logged by {@code dev.warren.pool.output}.
   *
   * @throws WarrenException.ConfigurationException if no process can be started here: the worker
   *     ({@code warren-worker}) is not on the class path, or there is no {@code java}
   */
  WorkerPool pool(ProcessPoolSettings settings);

  /**
   * Closes both connections, and this process's ends of queues. Pools that own their processes are
   * terminated. Handles that are not ready fail with {@link WarrenException.PoolClosedException};
   * their tasks may still run. Closing twice is fine.
   */
  @Override
  void close();
}
