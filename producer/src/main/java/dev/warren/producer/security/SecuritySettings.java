package dev.warren.producer.security;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Who may use the REST API ({@code warren.producer.*}). Checked where it is used and not here: what
 * Spring prints of a setting that cannot be bound has its value in it, and the value of a wrong
 * {@code hash} may be the key itself.
 *
 * @param apiKeys the keys that are admitted, by a name of your choice that shows in logs and
 *     limits. Two names may stand for the same caller while its key is changed. None: only callers
 *     on this machine, see {@code server.address}, or OAuth2. Default: none
 * @param rateLimit requests per second that one caller may make, in bursts of as many; more are
 *     answered 429 {@code rate-limited}. 0: any number. Default: 0
 */
@ConfigurationProperties("warren.producer")
public record SecuritySettings(Map<String, Key> apiKeys, Integer rateLimit) {

  /** Fills in what was left out. */
  public SecuritySettings(@Nullable Map<String, Key> apiKeys, @Nullable Integer rateLimit) {
    this.apiKeys = apiKeys == null ? Map.of() : Map.copyOf(apiKeys);
    this.rateLimit = rateLimit == null ? 0 : rateLimit;
  }

  /**
   * One key.
   *
   * @param hash its SHA-256 in hex, as {@code --new-api-key} prints it
   * @param scopes what its owner may do: {@code submit}, {@code read}, {@code cancel}, {@code
   *     admin}
   */
  public record Key(@Nullable String hash, @Nullable List<String> scopes) {

    /** Never the hash. */
    @Override
    public String toString() {
      return "Key[scopes=" + scopes + "]";
    }
  }
}
