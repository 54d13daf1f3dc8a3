package dev.warren;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Warren's settings, the same for plain Java and for Spring ({@code warren.*}). A value left out
 * (null) gets its default here, and nowhere else; a wrong one throws and names the property.
 *
 * @param defaultQueue the queue of a task that names none. Default: {@code tasks}
 * @param queues the task queues this application knows, by name. The default queue is always one of
 *     them. Default: only the default queue, taken as it is
 * @param publishTimeout how long the library goes on trying to publish a task while the broker is
 *     away or its answer was lost, and how long a submit waits for room under {@code maxPending}.
 *     The REST API does not wait: it answers 503 at once. Default: 30s
 * @param confirmTimeout how long one publish waits for the broker's confirm before its outcome
 *     counts as unknown. Default: 10s
 * @param maxPending unfinished tasks that one {@link Warren} may have; bounds the client's memory.
 *     Default: 100000
 * @param maxMessageBytes largest body of a task or a reply. Keep it below the broker's {@code
 *     max_message_size} (16 MiB from RabbitMQ 4.0 on). Default: 1048576 (1 MiB)
 * @param coalesceReplies whether Warren's workers may send several replies to this client in one
 *     message when they are ready together. Default: true
 */
@ConfigurationProperties("warren")
public record WarrenSettings(
    String defaultQueue,
    Map<String, QueueSettings> queues,
    Duration publishTimeout,
    Duration confirmTimeout,
    Integer maxPending,
    Integer maxMessageBytes,
    Boolean coalesceReplies) {

  /** A queue name may have 255 bytes; the longest suffix of a companion queue takes 6. */
  private static final int LONGEST_QUEUE_NAME = 255 - 6;

  /** Fills in what was left out and checks the rest. */
  public WarrenSettings(
      @Nullable String defaultQueue,
      @Nullable Map<String, QueueSettings> queues,
      @Nullable Duration publishTimeout,
      @Nullable Duration confirmTimeout,
      @Nullable Integer maxPending,
      @Nullable Integer maxMessageBytes,
      @Nullable Boolean coalesceReplies) {
    this.defaultQueue = queueName("warren.default-queue", defaultQueue, "tasks");
    this.queues = known(queues, this.defaultQueue);
    this.publishTimeout = positive("warren.publish-timeout", publishTimeout, 30);
    this.confirmTimeout = positive("warren.confirm-timeout", confirmTimeout, 10);
    this.maxPending = atLeast("warren.max-pending", maxPending, 1, 100_000);
    this.maxMessageBytes = atLeast("warren.max-message-bytes", maxMessageBytes, 1024, 1024 * 1024);
    this.coalesceReplies = coalesceReplies == null || coalesceReplies;
  }

  /** All defaults. */
  public static WarrenSettings defaults() {
    return new WarrenSettings(null, null, null, null, null, null, null);
  }

  /** These settings with one more queue, or with other settings for one of them. */
  public WarrenSettings withQueue(String name, QueueSettings settings) {
    Map<String, QueueSettings> more = new LinkedHashMap<>(queues);
    more.put(name, settings);
    return new WarrenSettings(
        defaultQueue,
        more,
        publishTimeout,
        confirmTimeout,
        maxPending,
        maxMessageBytes,
        coalesceReplies);
  }

  /** These settings with another time limit for publishing. */
  public WarrenSettings withPublishTimeout(Duration timeout) {
    return new WarrenSettings(
        defaultQueue,
        queues,
        timeout,
        confirmTimeout,
        maxPending,
        maxMessageBytes,
        coalesceReplies);
  }

  /** These settings with replies in one message, or each in one of its own. */
  public WarrenSettings withCoalescedReplies(boolean coalesced) {
    return new WarrenSettings(
        defaultQueue,
        queues,
        publishTimeout,
        confirmTimeout,
        maxPending,
        maxMessageBytes,
        coalesced);
  }

  /** How a queue is declared; one that is not configured is taken as it is. */
  public QueueSettings queue(String name) {
    return queues.getOrDefault(name, QueueSettings.AS_IT_IS);
  }

  private static Map<String, QueueSettings> known(
      @Nullable Map<String, QueueSettings> given, String defaultQueue) {
    Map<String, QueueSettings> all = new LinkedHashMap<>();
    all.put(defaultQueue, QueueSettings.AS_IT_IS);
    if (given != null) {
      given.forEach((name, s) -> all.put(queueName("warren.queues." + name, name, name), s));
    }
    return Collections.unmodifiableMap(all);
  }

  private static String queueName(String property, @Nullable String value, String otherwise) {
    String name = value == null ? otherwise : value;
    requireQueueName(property, name);
    return name;
  }

  /**
   * Checks that this can be the name of a queue of tasks or items.
   *
   * @param what whose name it is, as a property
   * @throws IllegalArgumentException if it cannot; says why
   */
  public static void requireQueueName(String what, String name) {
    if (name.isBlank() || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_QUEUE_NAME) {
      throw new IllegalArgumentException(
          what + ": a queue's name has 1 to " + LONGEST_QUEUE_NAME + " bytes: '" + name + "'");
    }
    if (name.startsWith("amq.") || name.matches(".*\\.(due|dead|delay|held)")) {
      throw new IllegalArgumentException(
          what
              + ": '"
              + name
              + "' cannot name a queue: amq.* belongs to the broker, *.due, *.dead, *.delay and *.held"
              + " to the queues beside another");
    }
  }

  private static Duration positive(String property, @Nullable Duration value, int defaultSeconds) {
    Duration duration = value == null ? Duration.ofSeconds(defaultSeconds) : value;
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(property + " must be longer than 0: " + duration);
    }
    return duration;
  }

  private static int atLeast(String property, @Nullable Integer value, int least, int otherwise) {
    int number = value == null ? otherwise : value;
    if (number < least) {
      throw new IllegalArgumentException(property + " must be at least " + least + ": " + number);
    }
    return number;
  }
}
