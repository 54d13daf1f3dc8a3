package dev.warren.producer.api;

import dev.warren.producer.store.Idempotency;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What makes a repeated request known: its {@code Idempotency-Key}, told apart from the same key of
 * another caller, and a digest of method, path and body.
 *
 * @param key of one caller: a digest of the caller's name, and the key itself
 * @see <a
 *     href="https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header-07">The
 *     Idempotency-Key HTTP Header Field</a>
 */
record IdempotencyKey(String key) {

  static final String HEADER = "Idempotency-Key";

  private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7E]{1,255}");
  private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"\\\\]|\\\\[\"\\\\])*\"");

  /**
   * The request's key; null if it has none.
   *
   * @throws ProblemException {@code invalid-parameter} if it is not 1 to 255 visible ASCII
   *     characters, with or without quotes around, or there are several
   */
  static @Nullable IdempotencyKey of(HttpServletRequest request) {
    List<String> headers = Collections.list(request.getHeaders(HEADER));
    if (headers.isEmpty()) {
      return null;
    }
    String key = headers.size() == 1 ? unquoted(headers.get(0).strip()) : "";
    if (!VISIBLE.matcher(key).matches()) {
      throw new ProblemException(
              Problem.INVALID_PARAMETER,
              "the header Idempotency-Key must be there once, with 1 to 255 visible ASCII"
                  + " characters, in double quotes or without any")
          .with("parameter", HEADER);
    }
    Principal caller = request.getUserPrincipal();
    return new IdempotencyKey(hex(sha256(), caller == null ? "" : caller.getName()) + " " + key);
  }

  /** Of a request whose body is at hand. */
  static @Nullable Idempotency of(HttpServletRequest request, byte[] body) {
    IdempotencyKey key = of(request);
    return key == null ? null : key.of(digest(request), body);
  }

  /** A digest that a request's body is to be added to. */
  static MessageDigest digest(HttpServletRequest request) {
    MessageDigest digest = sha256();
    String line = request.getMethod() + " " + request.getRequestURI() + "\n";
    digest.update(line.getBytes(StandardCharsets.UTF_8));
    return digest;
  }

  /**
   * This key, of a request with this digest.
   *
   * @param rest what is not yet in the digest
   */
  Idempotency of(MessageDigest digest, byte[] rest) {
    return new Idempotency(key, HexFormat.of().formatHex(digest.digest(rest)));
  }

  private static String unquoted(String text) {
    if (!text.startsWith("\"")) {
      return text;
    }
    return QUOTED.matcher(text).matches()
        ? text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1")
        : "";
  }

  /** A name may be of any length and of any characters. */
  private static String hex(MessageDigest digest, String text) {
    return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
