package dev.warren.producer.security;

import java.time.Duration;
import java.util.regex.Pattern;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.JwkSetUriJwtDecoderBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.web.client.RestTemplate;

/**
 * Callers with OAuth2 tokens (JWT), which Spring Boot verifies: {@code
 * spring.security.oauth2.resourceserver.jwt.*}. Scopes are those of {@code scope} or {@code scp}.
 */
@Configuration(proxyBeanMethods = false)
class Tokens {

  /** No key's name has a colon: a token cannot pass for a key. */
  private static final String NAME_PREFIX = "jwt:";

  private static final Duration KEYS_TIMEOUT = Duration.ofSeconds(3);

  /** Names go to logs and to the store. */
  private static final Pattern SUBJECT =
      Pattern.compile("[^\\p{Cntrl}\\p{IsControl}\u2028\u2029]{1,200}");

  /** Spring takes a token without end for one that never ends. */
  @Bean
  OAuth2TokenValidator<Jwt> endAndSubject() {
    return token -> {
      String subject = token.getSubject();
      if (token.getExpiresAt() == null || subject == null || !SUBJECT.matcher(subject).matches()) {
        return OAuth2TokenValidatorResult.failure(
            new OAuth2Error(OAuth2ErrorCodes.INVALID_TOKEN, "exp and sub are required", null));
      }
      return OAuth2TokenValidatorResult.success();
    };
  }

  /** Spring would wait for the keys for ever, and the caller with it. */
  @Bean
  JwkSetUriJwtDecoderBuilderCustomizer boundedFetchOfKeys() {
    SimpleClientHttpRequestFactory requests = new SimpleClientHttpRequestFactory();
    requests.setConnectTimeout(KEYS_TIMEOUT);
    requests.setReadTimeout(KEYS_TIMEOUT);
    return decoder -> decoder.restOperations(new RestTemplate(requests));
  }

  static void apply(HttpSecurity http, AuthenticationEntryPoint stranger) {
    JwtAuthenticationConverter standard = new JwtAuthenticationConverter();
    http.oauth2ResourceServer(
        server ->
            server
                .authenticationEntryPoint(stranger)
                .bearerTokenResolver(notKeys())
                .withObjectPostProcessor(answering(stranger))
                .jwt(jwt -> jwt.jwtAuthenticationConverter(token -> named(token, standard))));
  }

  private static AbstractAuthenticationToken named(Jwt token, JwtAuthenticationConverter standard) {
    return new JwtAuthenticationToken(
        token, standard.convert(token).getAuthorities(), NAME_PREFIX + token.getSubject());
  }

  private static BearerTokenResolver notKeys() {
    DefaultBearerTokenResolver standard = new DefaultBearerTokenResolver();
    return request -> ApiKeyFilter.keysShown(request).isEmpty() ? standard.resolve(request) : null;
  }

  /** Also when it cannot be known whether a token is valid, where the standard throws. */
  private static ObjectPostProcessor<BearerTokenAuthenticationFilter> answering(
      AuthenticationEntryPoint stranger) {
    return new ObjectPostProcessor<>() {
      @Override
      public <F extends BearerTokenAuthenticationFilter> F postProcess(F filter) {
        filter.setAuthenticationFailureHandler(stranger::commence);
        return filter;
      }
    };
  }
}
