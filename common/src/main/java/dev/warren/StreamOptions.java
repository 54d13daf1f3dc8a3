package dev.warren;

/**
 * How {@code imap} and {@code imapUnordered} read their input.
 *
 * @param chunkSize items that travel in one message, at least 1. Default: 1, as in Python
 * @param bufferSize messages, each with {@code chunkSize} items, that are submitted and not yet
 *     read from the stream, at least 1: the input is never read further ahead than that. Default:
 *     {@value #DEFAULT_BUFFER}
 */
public record StreamOptions(int chunkSize, int bufferSize) {

  /** Enough to keep a few hundred slots busy, and a few megabytes at most for small items. */
  public static final int DEFAULT_BUFFER = 1_000;

  /** Chunks of one item, and the default buffer. */
  public static final StreamOptions DEFAULT = new StreamOptions(1, DEFAULT_BUFFER);

  /** Checks both. */
  public StreamOptions {
    if (chunkSize < 1) {
      throw new IllegalArgumentException("chunkSize must be at least 1: " + chunkSize);
    }
    if (bufferSize < 1) {
      throw new IllegalArgumentException("bufferSize must be at least 1: " + bufferSize);
    }
  }

  /** The default with another chunk size. */
  public static StreamOptions chunkSize(int chunkSize) {
    return DEFAULT.withChunkSize(chunkSize);
  }

  /** The default with another buffer. */
  public static StreamOptions bufferSize(int bufferSize) {
    return DEFAULT.withBufferSize(bufferSize);
  }

  /** These with another chunk size. */
  public StreamOptions withChunkSize(int items) {
    return new StreamOptions(items, bufferSize);
  }

  /** These with another buffer. */
  public StreamOptions withBufferSize(int messages) {
    return new StreamOptions(chunkSize, messages);
  }
}
