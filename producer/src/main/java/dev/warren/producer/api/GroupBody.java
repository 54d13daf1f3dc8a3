package dev.warren.producer.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The body of a posted group as it comes: bounded in size and in the time that it lets wait, and
 * digested on the way. Not thread-safe.
 *
 * <p>What is waited for counts, and not what the database takes in between: a caller has {@link
 * #PATIENCE}, and a second more for each {@value #BYTES_A_SECOND} bytes that have come.
 */
final class GroupBody extends InputStream {

  static final Duration PATIENCE = Duration.ofSeconds(30);
  static final int BYTES_A_SECOND = 32 * 1024;

  private final InputStream in;
  private final long maxBytes;
  private final MessageDigest digest;
  private final LongSupplier nanoTime;
  private long bytes;
  private long waited;

  /**
   * @param digest gets all that is read
   * @param nanoTime as {@link System#nanoTime}
   */
  GroupBody(InputStream in, long maxBytes, MessageDigest digest, LongSupplier nanoTime) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.digest = digest;
    this.nanoTime = nanoTime;
  }

  /**
   * @throws ProblemException {@code request-timeout}, {@code payload-too-large}, or {@code
   *     bad-request} if it breaks off
   */
  @Override
  public int read(byte[] to, int from, int length) {
    int read = waitFor(to, from, length);
    if (read > 0) {
      bytes += read;
      if (bytes > maxBytes) {
        throw tooLarge(maxBytes);
      }
      digest.update(to, from, read);
    }
    return read;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  private int waitFor(byte[] to, int from, int length) {
    long began = nanoTime.getAsLong();
    try {
      int read = in.read(to, from, length);
      waited += nanoTime.getAsLong() - began;
      if (waited > PATIENCE.plusSeconds(bytes / BYTES_A_SECOND).toNanos()) {
        throw late();
      }
      return read;
    } catch (SocketTimeoutException e) {
      throw late();
    } catch (IOException e) {
      throw RequestBody.broken();
    }
  }

  static ProblemException tooLarge(long maxBytes) {
    return new ProblemException(
            Problem.PAYLOAD_TOO_LARGE,
            "the body has more than %d bytes (warren.producer.max-group-bytes)".formatted(maxBytes))
        .with("maxBytes", maxBytes)
        .closingConnection();
  }

  private static ProblemException late() {
    return new ProblemException(
            Problem.REQUEST_TIMEOUT,
            "the body stopped, or comes with less than %d bytes a second".formatted(BYTES_A_SECOND))
        .closingConnection();
  }
}
