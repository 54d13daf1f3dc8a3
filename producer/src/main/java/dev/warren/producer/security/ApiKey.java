package dev.warren.producer.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * The form of an API key: {@code wrn_} and 256 random bits. Its hash needs neither salt nor a slow
 * function, because nobody can try 2^256 keys; a key that somebody thought up is therefore none.
 */
final class ApiKey {

  static final String PREFIX = "wrn_";

  private static final int BYTES = 32;
  private static final Pattern FORM = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43}");

  private ApiKey() {}

  /** A new one. */
  static String generate(SecureRandom random) {
    byte[] bits = new byte[BYTES];
    random.nextBytes(bits);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
  }

  static boolean hasForm(String text) {
    return FORM.matcher(text).matches();
  }

  static byte[] hash(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
