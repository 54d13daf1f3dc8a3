package dev.warren.producer.security;

import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/** The command line's {@code --new-api-key}: makes a key, and tells the settings that admit it. */
public final class NewApiKeyCommand {

  private static final String OPTION = "--new-api-key";

  private NewApiKeyCommand() {}

  /** Whether the program was started for this, instead of as a producer. */
  public static boolean isMeant(String... args) {
    return Arrays.asList(args).contains(OPTION);
  }

  /** Prints a new key, which is kept nowhere, and its settings. */
  public static void run(PrintStream out) {
    String key = ApiKey.generate(new SecureRandom());
    String hash = HexFormat.of().formatHex(ApiKey.hash(key));
    out.printf("key:  %s%n", key);
    out.printf("hash: %s%n", hash);
    out.println();
    out.println("The key is for the caller, and is shown only now:");
    out.printf("  curl -H 'Authorization: Bearer %s' ...%n", key);
    out.println("The producer needs the hash, under a name of your choice, and what it may do:");
    out.printf("  warren.producer.api-keys.my-key.hash=%s%n", hash);
    out.printf("  warren.producer.api-keys.my-key.scopes=%s%n", String.join(",", Scope.names()));
  }
}
