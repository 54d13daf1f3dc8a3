package dev.warren.producer;

import dev.warren.QueueType;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * The producer's settings ({@code warren.producer.*}). A value left out (null) gets its default
 * here, and nowhere else; a wrong one stops the start and names the property.
 *
 * @param retention how long a finished task, its result and its idempotency key are kept; after
 *     that its id is unknown (404). Tasks that are not finished are kept. Default: 7d
 * @param maxTasks unfinished tasks in the database, of all producers together. One more is answered
 *     503 {@code store-full}. Producers count now and then: several of them may pass the bound by
 *     what they accept in some seconds. Default: 1000000
 * @param maxWait longest {@code ?wait=} that a caller may ask for. Default: 60s
 * @param maxWaiters calls that may wait for a result or read events at a time. Each holds a
 *     connection and about 0.1 MB of heap; keep it well below {@code
 *     server.tomcat.max-connections}. One more is answered 503 {@code too-many-waiters}. Default:
 *     1000
 * @param maxReads calls that may use the database for reading or cancelling at a time. Others wait
 *     up to 2 s for their turn, then are answered 503 {@code overloaded}. Well below {@code
 *     spring.datasource.hikari.maximum-pool-size} (10 if not set): what it leaves is for taking
 *     tasks and recording results. Default: 4
 * @param maxInflightBytes bodies of posted tasks that are being read, or that neither database nor
 *     broker has confirmed yet, all together; bounds memory while these are slow. A post above it
 *     is answered 503 {@code overloaded}. At least {@code warren.max-message-bytes}, or a body of
 *     that size never gets through. Default: 32MB
 * @param heartbeat how often something is written to a stream of events that has none, so that
 *     nothing on the way closes it as idle, and that a client that went away is noticed: after two
 *     of them. Default: 5s
 * @param resultQueueType type of the queue of results, {@code warren.results.<id of the database>},
 *     where it does not exist yet. Default: classic
 */
@ConfigurationProperties("warren.producer")
public record ProducerProperties(
    Duration retention,
    Integer maxTasks,
    Duration maxWait,
    Integer maxWaiters,
    Integer maxReads,
    DataSize maxInflightBytes,
    Duration heartbeat,
    QueueType resultQueueType) {

  private static final Duration LONGEST_RETENTION = Duration.ofDays(366);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
  private static final Duration LONGEST_HEARTBEAT = Duration.ofMinutes(1);

  /** Fills in what was left out and checks the rest. */
  public ProducerProperties(
      @Nullable Duration retention,
      @Nullable Integer maxTasks,
      @Nullable Duration maxWait,
      @Nullable Integer maxWaiters,
      @Nullable Integer maxReads,
      @Nullable DataSize maxInflightBytes,
      @Nullable Duration heartbeat,
      @Nullable QueueType resultQueueType) {
    this.retention = retention == null ? Duration.ofDays(7) : retention;
    this.maxTasks = maxTasks == null ? 1_000_000 : maxTasks;
    this.maxWait = maxWait == null ? Duration.ofSeconds(60) : maxWait;
    this.maxWaiters = maxWaiters == null ? 1000 : maxWaiters;
    this.maxReads = maxReads == null ? 4 : maxReads;
    this.maxInflightBytes = maxInflightBytes == null ? DataSize.ofMegabytes(32) : maxInflightBytes;
    this.resultQueueType = resultQueueType == null ? QueueType.CLASSIC : resultQueueType;
    this.heartbeat = heartbeat == null ? Duration.ofSeconds(5) : heartbeat;
    requireUpTo(this.retention, LONGEST_RETENTION, "retention");
    require(this.maxTasks > 0, "max-tasks", "be at least 1", this.maxTasks);
    requireUpTo(this.maxWait, LONGEST_WAIT, "max-wait");
    require(this.maxWaiters >= 0, "max-waiters", "not be negative", this.maxWaiters);
    require(this.maxReads > 0, "max-reads", "be at least 1", this.maxReads);
    require(
        this.maxInflightBytes.toBytes() > 0 && this.maxInflightBytes.toBytes() <= Integer.MAX_VALUE,
        "max-inflight-bytes",
        "be at least 1B and less than 2GB",
        this.maxInflightBytes);
    requireUpTo(this.heartbeat, LONGEST_HEARTBEAT, "heartbeat");
  }

  /** All defaults. */
  public static ProducerProperties defaults() {
    return new ProducerProperties(null, null, null, null, null, null, null, null);
  }

  private static void requireUpTo(Duration value, Duration longest, String property) {
    require(
        !value.isNegative() && value.toMillis() > 0 && value.compareTo(longest) <= 0,
        property,
        "be at least 1ms and at most " + text(longest),
        value);
  }

  private static String text(Duration duration) {
    return duration.toDays() > 0 ? duration.toDays() + "d" : duration.toMinutes() + "m";
  }

  /** Refuses a value, with the name of its property. */
  static void require(boolean holds, String property, String rule, @Nullable Object value) {
    if (!holds) {
      throw new IllegalArgumentException(
          "warren.producer." + property + " must " + rule + ": " + value);
    }
  }
}
