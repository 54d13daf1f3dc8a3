package dev.warren.producer.security;

import dev.warren.WarrenException.ConfigurationException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The keys that are admitted. Knows their hashes only. Thread-safe; never blocks. */
final class ApiKeys {

  private static final String PROPERTY = "warren.producer.api-keys";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");

  private final List<Entry> entries = new ArrayList<>();

  /**
   * @throws ConfigurationException if a key is not what it should be; names it, and shows no value
   */
  ApiKeys(Map<String, SecuritySettings.Key> keys) {
    Map<String, String> names = new TreeMap<>(); // by hash
    new TreeMap<>(keys)
        .forEach(
            (name, key) -> {
              entries.add(entry(name, key));
              String other = names.put(String.valueOf(key.hash()).toLowerCase(Locale.ROOT), name);
              require(other == null, name, "hash", "is that of '" + other + "', too");
            });
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /**
   * Who has this key. Takes as long for a key that is nearly right as for any other: it compares
   * hashes, all of them, each to its end.
   */
  Optional<Caller> callerWith(String key) {
    byte[] hash = ApiKey.hash(key);
    Caller caller = null;
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.hash, hash)) {
        caller = entry.caller;
      }
    }
    return ApiKey.hasForm(key) ? Optional.ofNullable(caller) : Optional.empty();
  }

  private static Entry entry(String name, SecuritySettings.Key key) {
    if (!NAME.matcher(name).matches() || name.equals(Caller.LOOPBACK)) {
      throw new ConfigurationException(
          "%s: a key's name must have 1 to 64 letters, digits, '.', '_' and '-', and not be '%s'"
              .formatted(PROPERTY, Caller.LOOPBACK),
          null);
    }
    String hash = key.hash();
    require(
        hash != null && HASH.matcher(hash).matches(),
        name,
        "hash",
        "must be the SHA-256 of the key in 64 hex digits, not the key; --new-api-key prints both");
    return new Entry(HexFormat.of().parseHex(hash), new Caller(name, authorities(name, key)));
  }

  private static List<String> authorities(String name, SecuritySettings.Key key) {
    List<String> scopes = key.scopes() == null ? List.of() : key.scopes();
    List<String> authorities =
        scopes.stream().flatMap(s -> Scope.of(s.strip()).stream()).map(Scope::authority).toList();
    require(
        !scopes.isEmpty() && authorities.size() == scopes.size(),
        name,
        "scopes",
        "must be some of " + String.join(", ", Scope.names()));
    return authorities;
  }

  private static void require(boolean holds, String name, String part, String rule) {
    if (!holds) {
      throw new ConfigurationException("%s.%s.%s %s".formatted(PROPERTY, name, part, rule), null);
    }
  }

  private record Entry(byte[] hash, Caller caller) {}
}
