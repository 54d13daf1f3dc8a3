package dev.warren.rabbit;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import dev.warren.QueueSettings;
import dev.warren.QueueStatus;
import dev.warren.QueueType;
import dev.warren.WarrenException.AccessRefusedException;
import dev.warren.WarrenException.NoSuchQueueException;
import dev.warren.WarrenException.TopologyMismatchException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every queue that Warren declares, with its arguments; all are durable but those for commands.
 *
 * <table>
 * <caption>Queues</caption>
 * <tr><td>{@code <queue>}</td><td>tasks that wait; bounded; a full one rejects</td></tr>
 * <tr><td>{@code <queue>.due}</td><td>tasks that were put off and are due again; not bounded, because
 * a task that was accepted must not be rejected later</td></tr>
 * <tr><td>{@code <queue>.delay}</td><td>tasks that no worker knows yet, on their way to {@code
 * .due}</td></tr>
 * <tr><td>{@code <queue>.dead}</td><td>quarantine, of tasks or items</td></tr>
 * <tr><td>{@code <queue>.held}</td><td>nothing; its consumers are the ends of a joinable queue that
 * hold items</td></tr>
 * <tr><td>{@code warren.pool.<uuid>}</td><td>as {@code <queue>}, of a pool that owns its processes;
 * these four go when nobody has used them for {@link #POOL_QUEUE_EXPIRY}</td></tr>
 * <tr><td>{@code warren.reply.<uuid>}</td><td>a client's replies; goes when the client has been away
 * for {@link #REPLY_QUEUE_EXPIRY}</td></tr>
 * <tr><td>{@code warren.results.<id of a database>}</td><td>replies to all producers of that
 * database; they share it, and it stays</td></tr>
 * <tr><td>{@code warren.running.<uuid>}</td><td>messages whose tasks run for long in one worker; goes
 * some minutes after it</td></tr>
 * <tr><td>{@code warren.delay.…}</td><td>tasks that are not due yet, of all queues: {@link
 * Delays}</td></tr>
 * <tr><td>{@code warren.revoked}</td><td>a stream: the ids of tasks that were cancelled</td></tr>
 * <tr><td>{@code warren.control.<uuid>}</td><td>commands to one worker; not durable, goes with its
 * connection</td></tr>
 * </table>
 *
 * @see <a href="https://www.rabbitmq.com/docs/maxlength">RabbitMQ: queue length limit</a>
 */
public final class Topology {

  /** How long a message stays in {@code <queue>.delay}. */
  static final Duration DELAY = Duration.ofSeconds(2);

  /**
   * The fanout exchange for commands to all workers, with Celery's name and arguments, so that both
   * kinds of workers hear both kinds of clients.
   */
  public static final String CONTROL_EXCHANGE = "celery.pidbox";

  /** The stream of what was revoked, for workers that were not there then. */
  public static final String REVOCATIONS = "warren.revoked";

  private static final Map<String, Object> REVOCATIONS_ARGUMENTS =
      Map.of(
          "x-queue-type",
          "stream",
          "x-max-age",
          "7D",
          "x-max-length-bytes",
          50_000_000L,
          "x-stream-max-segment-size-bytes",
          5_000_000L);

  /** After this long a command that its worker did not take is of no use. */
  private static final Duration CONTROL_TTL = Duration.ofMinutes(5);

  /** How long a reply queue, and the replies in it, outlive their client's connection. */
  static final Duration REPLY_QUEUE_EXPIRY = Duration.ofMinutes(30);

  /** How long the queues of a pool that owns its processes outlive a client that was killed. */
  public static final Duration POOL_QUEUE_EXPIRY = Duration.ofMinutes(30);

  private static final String POOL_QUEUE = "warren.pool.";

  /** How long a message that runs for long stays in its worker's queue once that is lost. */
  private static final Duration LOST_AFTER = Duration.ofSeconds(1);

  private static final Duration RUNNING_QUEUE_EXPIRY = Duration.ofMinutes(5);

  private static final Pattern INEQUIVALENT =
      Pattern.compile(
          "inequivalent arg '([^']+)' for queue '([^']+)'.*received (.+?) but current is (.+?)(?:, class-id.*)?$",
          Pattern.DOTALL);

  private static final Logger log = LoggerFactory.getLogger(Topology.class);

  private Topology() {}

  /** A name for the queue of a pool that owns its processes. */
  public static String newPoolQueue() {
    return POOL_QUEUE + UUID.randomUUID();
  }

  /** The queue of tasks that were put off and are due again. */
  public static String due(String queue) {
    return queue + ".due";
  }

  /** The queue from which messages reach {@link #due} after {@link #DELAY}. */
  public static String delay(String queue) {
    return queue + ".delay";
  }

  /** The quarantine. */
  public static String dead(String queue) {
    return queue + ".dead";
  }

  /** The queue that is consumed by whoever holds items of a joinable queue. */
  public static String held(String queue) {
    return queue + ".held";
  }

  /**
   * Declares a task queue and the queues beside it.
   *
   * @throws TopologyMismatchException if one exists with other arguments
   */
  static void declareTaskQueue(Connection connection, String queue, QueueSettings settings)
      throws IOException, TimeoutException {
    QueueType type = settings.type() == null ? QueueType.CLASSIC : settings.type();
    boolean insist = settings.isDemanding();
    declare(connection, queue, taskArguments(queue, type, settings), insist);
    declare(connection, due(queue), dueArguments(queue, type, settings), insist);
    declare(connection, delay(queue), delayArguments(queue), insist);
    declare(connection, dead(queue), deadArguments(type), insist);
  }

  /** Deletes a task queue and the queues beside it; those that do not exist are no error. */
  static void deleteTaskQueue(Connection connection, String queue)
      throws IOException, TimeoutException {
    BrokerLink.openChannel(
            connection,
            channel -> {
              for (String one : List.of(queue, due(queue), delay(queue), dead(queue))) {
                channel.queueDelete(one);
              }
            })
        .close();
  }

  private static Map<String, Object> taskArguments(
      String queue, QueueType type, QueueSettings settings) {
    Map<String, Object> arguments = dueArguments(queue, type, settings);
    if (settings.maxLength() != null && settings.isBounded()) {
      arguments.put("x-max-length", settings.maxLength());
      arguments.put("x-overflow", "reject-publish");
    }
    // A broker that starts again puts what workers held back into a classic queue, looks at the
    // bound before it looks at x-overflow, and throws out the oldest: the very tasks that were
    // running. What is thrown out for another reason the workers move on to quarantine.
    arguments.put("x-dead-letter-routing-key", due(queue));
    return arguments;
  }

  /**
   * A quorum queue of RabbitMQ 4.0 on drops what was looked at 20 times, unless told otherwise;
   * here looking must cost nothing.
   */
  private static Map<String, Object> deadArguments(QueueType type) {
    return type == QueueType.QUORUM
        ? Map.of("x-queue-type", type.argument(), "x-delivery-limit", Integer.MAX_VALUE)
        : Map.of("x-queue-type", type.argument());
  }

  private static Map<String, Object> dueArguments(
      String queue, QueueType type, QueueSettings settings) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("x-queue-type", type.argument());
    // Whatever the broker itself throws out (an expired message, one delivered too often) is kept.
    arguments.put("x-dead-letter-exchange", "");
    arguments.put("x-dead-letter-routing-key", dead(queue));
    if (type == QueueType.QUORUM) {
      arguments.put("x-delivery-limit", 20); // the default of 4.0 on, said for older brokers too
    }
    if (settings.maxPriority() != null) {
      arguments.put("x-max-priority", settings.maxPriority());
    }
    return arguments;
  }

  /**
   * Arguments of a queue in which a message waits for so long, and then goes on. Quorum, because
   * only a quorum queue can dead-letter at least once: nothing is lost on the way.
   *
   * @param routingKey with which it goes on; null for the one it came with
   */
  static Map<String, Object> waiting(long millis, String exchange, @Nullable String routingKey) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("x-queue-type", "quorum");
    arguments.put("x-message-ttl", millis);
    arguments.put("x-overflow", "reject-publish");
    arguments.put("x-dead-letter-strategy", "at-least-once");
    arguments.put("x-dead-letter-exchange", exchange);
    if (routingKey != null) {
      arguments.put("x-dead-letter-routing-key", routingKey);
    }
    return arguments;
  }

  private static Map<String, Object> delayArguments(String queue) {
    if (queue.startsWith(
        POOL_QUEUE)) { // short-lived, and so are its tasks: not worth a quorum queue's files
      return Map.of(
          "x-queue-type",
          "classic",
          "x-message-ttl",
          DELAY.toMillis(),
          "x-dead-letter-exchange",
          "",
          "x-dead-letter-routing-key",
          due(queue));
    }
    return waiting(DELAY.toMillis(), "", due(queue));
  }

  /**
   * Declares a client's reply queue.
   *
   * @param mustExist it was declared before, and replies may be in it
   * @return false if it must exist and did not, so that replies are lost; it exists now
   */
  static boolean declareReplyQueue(Connection connection, String queue, boolean mustExist)
      throws IOException, TimeoutException {
    boolean found = !mustExist || exists(connection, queue);
    Map<String, Object> arguments =
        Map.of("x-queue-type", "classic", "x-expires", REPLY_QUEUE_EXPIRY.toMillis());
    BrokerLink.openChannel(
            connection, channel -> channel.queueDeclare(queue, true, false, false, arguments))
        .close();
    return found;
  }

  /**
   * Declares a queue of replies that several processes share; it never expires.
   *
   * @throws TopologyMismatchException if it exists with other arguments
   */
  static void declareSharedReplyQueue(Connection connection, String queue, QueueType type)
      throws IOException, TimeoutException {
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("x-queue-type", type.argument());
    if (type == QueueType.QUORUM) {
      // Brokers from 4.0 on drop what came back 20 times; a reply comes back while its database is
      // away. Older brokers know no "unlimited".
      arguments.put("x-delivery-limit", 1_000_000_000);
    }
    declare(connection, queue, arguments, true);
  }

  /** Messages that wait in a queue; 0 if there is no such queue. */
  static int ready(Connection connection, String queue) throws IOException, TimeoutException {
    return count(inspect(connection, queue));
  }

  /** Declares the exchange for commands, on a channel that is closed if it exists as another. */
  static void declareControlExchange(Channel channel) throws IOException {
    channel.exchangeDeclare(CONTROL_EXCHANGE, "fanout", false, false, Map.of());
  }

  /**
   * Declares a worker's queue for commands, under a new name each time: the broker may not yet have
   * noticed that the connection of the last one is gone.
   *
   * @return its name
   */
  public static String declareControlQueue(Channel channel) throws IOException {
    declareControlExchange(channel);
    String queue = "warren.control." + UUID.randomUUID();
    Map<String, Object> arguments =
        Map.of("x-queue-type", "classic", "x-message-ttl", CONTROL_TTL.toMillis());
    channel.queueDeclare(queue, false, true, true, arguments);
    channel.queueBind(queue, CONTROL_EXCHANGE, "");
    return queue;
  }

  /** A name for a worker's queue of messages whose tasks run for long. */
  public static String newRunningQueue() {
    return "warren.running." + UUID.randomUUID();
  }

  /**
   * Declares a worker's queue of messages whose tasks run for long, which go to {@link #due} when
   * the worker is lost.
   */
  public static void declareRunning(Channel channel, String queue, String taskQueue)
      throws IOException {
    Map<String, Object> arguments = waiting(LOST_AFTER.toMillis(), "", due(taskQueue));
    arguments.put("x-expires", RUNNING_QUEUE_EXPIRY.toMillis());
    channel.queueDeclare(queue, true, false, false, arguments);
  }

  /** Declares the stream of what was revoked; takes one that exists as it is. */
  public static void declareRevocations(Connection connection)
      throws IOException, TimeoutException {
    declare(connection, REVOCATIONS, REVOCATIONS_ARGUMENTS, false);
  }

  /** What can be seen of a task queue and the queues beside it; null if there is no such queue. */
  static @Nullable QueueLook look(Connection connection, String queue)
      throws IOException, TimeoutException {
    AMQP.Queue.DeclareOk delay = inspect(connection, delay(queue));
    AMQP.Queue.DeclareOk due = inspect(connection, due(queue));
    AMQP.Queue.DeclareOk task = inspect(connection, queue);
    return task == null
        ? null
        : new QueueLook(task.getMessageCount(), count(due) + count(delay), task.getConsumerCount());
  }

  private static int count(AMQP.Queue.@Nullable DeclareOk found) {
    return found == null ? 0 : found.getMessageCount();
  }

  /**
   * Declares a queue of items.
   *
   * @throws TopologyMismatchException if it exists with other arguments
   */
  public static void declareItemQueue(Connection connection, String queue, QueueSettings settings)
      throws IOException, TimeoutException {
    declare(connection, queue, itemArguments(queue, settings), settings.isDemanding());
    if (settings.isBounded() || settings.type() == QueueType.QUORUM) {
      declareItemQuarantine(connection, queue, settings); // the broker itself puts items there
    }
  }

  private static Map<String, Object> itemArguments(String queue, QueueSettings settings) {
    QueueType type = settings.type() == null ? QueueType.CLASSIC : settings.type();
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("x-queue-type", type.argument());
    if (settings.maxLength() != null && settings.isBounded()) {
      arguments.put("x-max-length", settings.maxLength());
    }
    if (settings.isBounded() || type == QueueType.QUORUM) {
      arguments.put("x-overflow", "reject-publish");
    }
    if (type == QueueType.QUORUM) { // it counts deliveries, and drops what came back too often
      arguments.put("x-delivery-limit", 20);
      arguments.put("x-dead-letter-strategy", "at-least-once");
    }
    if (settings.isBounded() || type == QueueType.QUORUM) { // see taskArguments
      arguments.put("x-dead-letter-exchange", "");
      arguments.put("x-dead-letter-routing-key", dead(queue));
    }
    return arguments;
  }

  /** Declares the quarantine of a queue of items; takes one that exists as it is. */
  public static void declareItemQuarantine(
      Connection connection, String queue, QueueSettings settings)
      throws IOException, TimeoutException {
    QueueType type = settings.type() == null ? QueueType.CLASSIC : settings.type();
    declare(connection, dead(queue), deadArguments(type), false);
  }

  /** Declares the queue on which it is said who holds items of a joinable queue. */
  public static void declareHeld(Connection connection, String queue)
      throws IOException, TimeoutException {
    declare(connection, held(queue), Map.of("x-queue-type", "classic"), false);
  }

  /** A task queue's figures, asked from the broker; only the bound is the configured one. */
  static QueueStatus status(Connection connection, String queue, QueueSettings settings)
      throws IOException, TimeoutException {
    AMQP.Queue.DeclareOk task = inspect(connection, queue);
    if (task == null) {
      throw new NoSuchQueueException(queue);
    }
    AMQP.Queue.DeclareOk due = inspect(connection, due(queue));
    AMQP.Queue.DeclareOk dead = inspect(connection, dead(queue));
    return new QueueStatus(
        queue,
        task.getMessageCount(),
        settings.isBounded() ? settings.maxLength() : null,
        task.getConsumerCount(),
        due == null ? 0 : due.getMessageCount(),
        dead == null ? 0 : dead.getMessageCount());
  }

  private static void declare(
      Connection connection, String queue, Map<String, Object> arguments, boolean insist)
      throws IOException, TimeoutException {
    if (!insist && exists(connection, queue)) {
      return;
    }
    Map<String, Object> all = new LinkedHashMap<>(arguments);
    if (queue.startsWith(POOL_QUEUE)) {
      all.put("x-expires", POOL_QUEUE_EXPIRY.toMillis());
    }
    try {
      BrokerLink.openChannel(
              connection, channel -> channel.queueDeclare(queue, true, false, false, all))
          .close();
    } catch (IOException e) {
      if (!isRefused(e) || !exists(connection, queue)) {
        throw explain(queue, e);
      }
      // A producer need not have the right to declare, and with it to delete, what workers declare.
      log.info("queue '{}' is not this user's to declare: it is taken as it is", queue);
    }
  }

  private static boolean exists(Connection connection, String queue)
      throws IOException, TimeoutException {
    return inspect(connection, queue) != null;
  }

  private static AMQP.Queue.@Nullable DeclareOk inspect(Connection connection, String queue)
      throws IOException, TimeoutException {
    AtomicReference<AMQP.Queue.@Nullable DeclareOk> found = new AtomicReference<>();
    try {
      BrokerLink.openChannel(connection, channel -> found.set(channel.queueDeclarePassive(queue)))
          .close();
      return found.get();
    } catch (IOException e) { // a queue that is not found closes the channel
      if (isNotFound(e)) {
        return null;
      }
      throw e;
    }
  }

  /** Whether the broker closed the channel because there is no such queue. */
  public static boolean isNotFound(Exception e) {
    return isChannelError(e, AMQP.NOT_FOUND);
  }

  /** Whether the broker closed the channel because this user, or anybody now, may not do that. */
  public static boolean isRefused(Exception e) {
    return isChannelError(e, AMQP.ACCESS_REFUSED);
  }

  private static boolean isChannelError(Exception e, int code) {
    return channelError(e) instanceof AMQP.Channel.Close close && close.getReplyCode() == code;
  }

  private static @Nullable Object channelError(Exception e) {
    Throwable signal = e instanceof ShutdownSignalException ? e : e.getCause();
    return signal instanceof ShutdownSignalException closed ? closed.getReason() : null;
  }

  private static IOException explain(String queue, IOException e) {
    if (!(channelError(e) instanceof AMQP.Channel.Close close)) {
      return e;
    }
    Matcher unequal = INEQUIVALENT.matcher(close.getReplyText());
    if (unequal.find()) {
      throw new TopologyMismatchException(
          "queue '%s' exists with %s = %s, but the configuration asks for %s; if it is used for something else, choose another name; else change warren.queues.* or what the code asks for, or delete the queue once it is empty"
              .formatted(
                  queue, unequal.group(1), shown(unequal.group(4)), shown(unequal.group(3))));
    }
    if (close.getReplyCode() == AMQP.ACCESS_REFUSED) {
      throw new AccessRefusedException(
          "the broker does not let this user declare queue '%s', and it does not exist; start one who may first (workers declare task queues), or give this user the right: %s"
              .formatted(queue, close.getReplyText()),
          e);
    }
    return e;
  }

  /** The broker's wording of a value, without its quotes and Erlang's type. */
  private static String plain(String value) {
    String text = value.strip();
    Matcher typed =
        Pattern.compile("the value '(.*)' of type '\\w+'", Pattern.DOTALL).matcher(text);
    if (typed.matches()) {
      return typed.group(1);
    }
    return text.equals("none") ? "nothing" : text.replace("'", "");
  }

  private static String shown(String value) {
    String plain = plain(value);
    return plain.isEmpty() ? "''" : plain;
  }
}
