package dev.warren.producer;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * The producer's settings for groups (also {@code warren.producer.*}). A value left out (null) gets
 * its default here, and nowhere else; a wrong one stops the start and names the property.
 *
 * @param maxGroupBytes largest body of a posted group; it is read as a stream, so this bounds the
 *     database rather than memory. Default: 256MB
 * @param maxGroupUploads groups that may be posted at a time; each takes a thread and some {@code
 *     warren.max-message-bytes} of heap. One more is answered 503 {@code overloaded}. Default: 4
 * @param maxGroupStreams results and events of groups that may be streamed at a time; each takes a
 *     connection and, before Java 21, a thread. One more is answered 503 {@code too-many-waiters}.
 *     Default: 64
 */
@ConfigurationProperties("warren.producer")
public record GroupProperties(
    DataSize maxGroupBytes, Integer maxGroupUploads, Integer maxGroupStreams) {

  /** Fills in what was left out and checks the rest. */
  public GroupProperties(
      @Nullable DataSize maxGroupBytes,
      @Nullable Integer maxGroupUploads,
      @Nullable Integer maxGroupStreams) {
    this.maxGroupBytes = maxGroupBytes == null ? DataSize.ofMegabytes(256) : maxGroupBytes;
    this.maxGroupUploads = maxGroupUploads == null ? 4 : maxGroupUploads;
    this.maxGroupStreams = maxGroupStreams == null ? 64 : maxGroupStreams;
    ProducerProperties.require(
        this.maxGroupBytes.toBytes() > 0, "max-group-bytes", "be at least 1B", maxGroupBytes);
    ProducerProperties.require(
        this.maxGroupUploads > 0, "max-group-uploads", "be at least 1", maxGroupUploads);
    ProducerProperties.require(
        this.maxGroupStreams >= 0, "max-group-streams", "not be negative", maxGroupStreams);
  }

  /** All defaults. */
  public static GroupProperties defaults() {
    return new GroupProperties(null, null, null);
  }
}
