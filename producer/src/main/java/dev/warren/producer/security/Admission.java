package dev.warren.producer.security;

import dev.warren.WarrenException.ConfigurationException;
import jakarta.servlet.Filter;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;

/**
 * How callers are told apart: by API keys, by OAuth2 tokens, by both, or not at all.
 *
 * <p>A1 Not at all only where nobody but this machine reaches the API. A2 A token counts only if it
 * was made for this service.
 */
final class Admission {

  private static final String AUDIENCES = "spring.security.oauth2.resourceserver.jwt.audiences";

  private final ApiKeys keys;
  private final @Nullable JwtDecoder tokens;

  private Admission(ApiKeys keys, @Nullable JwtDecoder tokens) {
    this.keys = keys;
    this.tokens = tokens;
  }

  /**
   * @param address where the API listens; null: at all addresses
   * @throws ConfigurationException if that would let in strangers
   */
  static Admission of(
      ApiKeys keys,
      @Nullable InetAddress address,
      @Nullable JwtDecoder tokens,
      Environment environment) {
    if (tokens != null && !hasAudience(environment)) { // A2
      throw new ConfigurationException(
          "OAuth2 is configured without %s, so that a token made for any other service would do;"
                  .formatted(AUDIENCES)
              + " set it to what your tokens for Warren have as aud",
          null);
    }
    if (keys.isEmpty() && tokens == null && (address == null || !address.isLoopbackAddress())) {
      throw new ConfigurationException( // A1
          "server.address is %s, so that other machines reach the REST API, but nothing says who may use it;"
                  .formatted(address == null ? "not set" : address.getHostAddress())
              + " make a key with --new-api-key and set warren.producer.api-keys.<name>.hash and"
              + " .scopes, or configure OAuth2 (spring.security.oauth2.resourceserver.jwt.*), or set"
              + " server.address=127.0.0.1",
          null);
    }
    return new Admission(keys, tokens);
  }

  private static boolean hasAudience(Environment environment) {
    return !Binder.get(environment)
        .bind(AUDIENCES, Bindable.listOf(String.class))
        .orElse(List.of())
        .isEmpty();
  }

  /** Puts what tells callers apart before a filter. */
  void apply(
      HttpSecurity http,
      AuthenticationEntryPoint stranger,
      AccessDeniedHandler refusal,
      Class<? extends Filter> before) {
    if (keys.isEmpty() && tokens == null) {
      http.addFilterBefore(new LoopbackFilter(refusal), before);
    }
    if (!keys.isEmpty()) {
      http.addFilterBefore(new ApiKeyFilter(keys, stranger), before);
    }
    if (tokens != null) {
      Tokens.apply(http, stranger);
    }
  }
}
