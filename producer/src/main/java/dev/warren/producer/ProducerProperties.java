package dev.warren.producer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * The producer's settings ({@code warren.producer.*}). A value left out (null) gets its default
 * here, and nowhere else; a wrong one stops the start and names the property.
 *
 * @param retention how long a finished task and its result can be asked for; after that its id is
 *     unknown (404). Default: 1h
 * @param maxTasks tasks that are remembered. At this number the task that finished longest ago
 *     makes room for a new one; if none is finished, new ones are answered 503 {@code store-full}.
 *     Default: 100000
 * @param maxResultBytes memory for results and errors of finished tasks, counted as two bytes a
 *     character of their JSON. Above it the tasks that finished longest ago are forgotten; the
 *     newest stays whatever its size. Default: 64MB
 * @param maxWait longest {@code ?wait=} that a caller may ask for. Default: 60s
 * @param maxWaiters calls that may wait for a result at a time. Each holds a connection and about
 *     0.1 MB of heap; keep it well below {@code server.tomcat.max-connections}. One more is
 *     answered 503 {@code too-many-waiters}. Default: 1000
 * @param maxInflightBytes bodies of posted tasks that are being read, or that the broker has not
 *     confirmed yet, all together; bounds memory while the broker is slow. A post above it is
 *     answered 503 {@code overloaded}. At least {@code warren.max-message-bytes}, or a body of that
 *     size never gets through. Default: 32MB
 * @param unfinishedRetention how long a task without an end is remembered, so that tasks which the
 *     broker lost (a queue that was purged or deleted) do not fill the memory for ever; after that
 *     its id is unknown, although it may still run. Longer than any task waits and runs. Default:
 *     1d
 */
@ConfigurationProperties("warren.producer")
public record ProducerProperties(
    Duration retention,
    Integer maxTasks,
    DataSize maxResultBytes,
    Duration maxWait,
    Integer maxWaiters,
    DataSize maxInflightBytes,
    Duration unfinishedRetention) {

  private static final Duration LONGEST_RETENTION = Duration.ofDays(366);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  /** Fills in what was left out and checks the rest. */
  public ProducerProperties(
      @Nullable Duration retention,
      @Nullable Integer maxTasks,
      @Nullable DataSize maxResultBytes,
      @Nullable Duration maxWait,
      @Nullable Integer maxWaiters,
      @Nullable DataSize maxInflightBytes,
      @Nullable Duration unfinishedRetention) {
    this.retention = retention == null ? Duration.ofHours(1) : retention;
    this.maxTasks = maxTasks == null ? 100_000 : maxTasks;
    this.maxResultBytes = maxResultBytes == null ? DataSize.ofMegabytes(64) : maxResultBytes;
    this.maxWait = maxWait == null ? Duration.ofSeconds(60) : maxWait;
    this.maxWaiters = maxWaiters == null ? 1000 : maxWaiters;
    this.maxInflightBytes = maxInflightBytes == null ? DataSize.ofMegabytes(32) : maxInflightBytes;
    this.unfinishedRetention =
        unfinishedRetention == null ? Duration.ofDays(1) : unfinishedRetention;
    require(
        isPositive(this.unfinishedRetention),
        "unfinished-retention",
        "be longer than 0",
        this.unfinishedRetention);
    require(
        isPositive(this.retention) && this.retention.compareTo(LONGEST_RETENTION) <= 0,
        "retention",
        "be longer than 0 and at most " + LONGEST_RETENTION.toDays() + "d",
        this.retention);
    require(this.maxTasks > 0, "max-tasks", "be at least 1", this.maxTasks);
    require(
        !this.maxResultBytes.isNegative(), "max-result-bytes", "not be negative", maxResultBytes);
    require(
        isPositive(this.maxWait) && this.maxWait.compareTo(LONGEST_WAIT) <= 0,
        "max-wait",
        "be longer than 0 and at most " + LONGEST_WAIT.toMinutes() + "m",
        this.maxWait);
    require(this.maxWaiters >= 0, "max-waiters", "not be negative", this.maxWaiters);
    require(
        this.maxInflightBytes.toBytes() > 0 && this.maxInflightBytes.toBytes() <= Integer.MAX_VALUE,
        "max-inflight-bytes",
        "be at least 1B and less than 2GB",
        this.maxInflightBytes);
  }

  /** All defaults. */
  public static ProducerProperties defaults() {
    return new ProducerProperties(null, null, null, null, null, null, null);
  }

  private static boolean isPositive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }

  private static void require(boolean holds, String property, String rule, @Nullable Object value) {
    if (!holds) {
      throw new IllegalArgumentException(
          "warren.producer." + property + " must " + rule + ": " + value);
    }
  }
}
