package dev.warren.producer.api;

import dev.warren.WarrenSettings;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * Reads a request's body, at most {@code warren.max-message-bytes} of it, whether its length was
 * announced or not, and not for ever. Blocks while it arrives.
 */
@Component
final class RequestBody {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int CHUNK = 8 * 1024;

  private final int maxBytes;

  RequestBody(WarrenSettings settings) {
    this.maxBytes = settings.maxMessageBytes();
  }

  /**
   * The whole body.
   *
   * @param memory grows by what is read
   * @throws ProblemException if it is too large, late, encoded or breaks off
   */
  byte[] read(HttpServletRequest request, InflightBytes.Share memory) {
    requirePlain(request);
    try {
      return bytes(request, memory);
    } catch (SocketTimeoutException e) {
      throw late();
    } catch (IOException e) {
      throw broken();
    }
  }

  private byte[] bytes(HttpServletRequest request, InflightBytes.Share memory) throws IOException {
    long announced = request.getContentLengthLong();
    if (announced > maxBytes) {
      throw tooLarge();
    }
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    ByteArrayOutputStream body = new ByteArrayOutputStream(CHUNK);
    byte[] chunk = new byte[CHUNK];
    InputStream in = request.getInputStream();
    for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
      memory.grow(read);
      body.write(chunk, 0, read);
      if (body.size() > maxBytes) {
        throw tooLarge();
      }
      if (System.nanoTime() - deadline > 0) {
        throw late();
      }
    }
    return body.toByteArray();
  }

  /** Refuses a body that is compressed, or in another charset than UTF-8. */
  static void requirePlain(HttpServletRequest request) {
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new ProblemException(
          Problem.UNSUPPORTED_MEDIA_TYPE, "a body must come without Content-Encoding");
    }
    try {
      MediaType type = MediaType.parseMediaType(String.valueOf(request.getContentType()));
      if (type.getCharset() == null || type.getCharset().equals(StandardCharsets.UTF_8)) {
        return;
      }
    } catch (InvalidMediaTypeException
        | IllegalCharsetNameException
        | UnsupportedCharsetException e) {
      // as any other charset
    }
    throw new ProblemException(Problem.UNSUPPORTED_MEDIA_TYPE, "a body must be in UTF-8");
  }

  static ProblemException broken() {
    return new ProblemException(
            Problem.BAD_REQUEST, "the body breaks off, or is not framed as HTTP has it")
        .closingConnection();
  }

  private static ProblemException late() {
    return new ProblemException(
            Problem.REQUEST_TIMEOUT,
            "the body did not arrive within %d s, or stopped".formatted(DEADLINE.toSeconds()))
        .closingConnection();
  }

  private ProblemException tooLarge() {
    return new ProblemException(
            Problem.PAYLOAD_TOO_LARGE,
            "the body has more than %d bytes (warren.max-message-bytes)".formatted(maxBytes))
        .with("maxBytes", maxBytes)
        .closingConnection();
  }
}
