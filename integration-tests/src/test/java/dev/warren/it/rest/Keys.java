package dev.warren.it.rest;

import dev.warren.it.kit.ProducerProcess;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** API keys for tests, and the settings that admit them. */
final class Keys {

  /** May do everything. */
  static final String ALL = "wrn_" + "a".repeat(43);

  /** May only read. */
  static final String READER = "wrn_" + "r".repeat(43);

  private Keys() {}

  /** A producer that listens for other machines, too, and therefore needs keys. */
  static ProducerProcess.Spec open(String uri) {
    return ProducerProcess.on(uri)
        .set("server.address", "0.0.0.0")
        .set("warren.producer.api-keys.all.hash", hash(ALL))
        .set("warren.producer.api-keys.all.scopes", "submit,read,cancel,admin")
        .set("warren.producer.api-keys.reader.hash", hash(READER))
        .set("warren.producer.api-keys.reader.scopes", "read");
  }

  static String hash(String key) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
