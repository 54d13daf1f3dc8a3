package dev.warren.producer.security;

import jakarta.servlet.DispatcherType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Which scope a request needs; the first rule that fits counts. What no rule names needs a caller
 * that is known, so that strangers do not learn which paths there are.
 */
public final class AccessRules {

  private static final String API = "/api/v1";

  /** Where the API is documented. That is public, as this source is. */
  private static final String[] DOCUMENTATION = {
    API + "/openapi", API + "/openapi/**", "/docs", "/swagger-ui/**"
  };

  private static final List<Rule> RULES =
      List.of(
          new Rule(null, API + "/queues/*/quarantine/**", Scope.ADMIN),
          new Rule(HttpMethod.POST, API + "/tasks", Scope.SUBMIT),
          new Rule(HttpMethod.POST, API + "/tasks/*/retry", Scope.SUBMIT),
          new Rule(HttpMethod.POST, API + "/groups", Scope.SUBMIT),
          new Rule(HttpMethod.POST, API + "/tasks/*/cancel", Scope.CANCEL),
          new Rule(HttpMethod.POST, API + "/groups/*/cancel", Scope.CANCEL),
          new Rule(HttpMethod.DELETE, API + "/tasks/*", Scope.CANCEL),
          new Rule(HttpMethod.DELETE, API + "/groups/*", Scope.CANCEL),
          new Rule(HttpMethod.GET, API + "/**", Scope.READ),
          new Rule(HttpMethod.HEAD, API + "/**", Scope.READ));

  private AccessRules() {}

  /** The scope that a request needs; none if it needs a caller that is known, or nothing at all. */
  public static Optional<Scope> scope(HttpMethod method, String path) {
    return RULES.stream().filter(rule -> rule.fits(method, path)).map(Rule::scope).findFirst();
  }

  static void apply(
      AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
          requests) {
    // Whether a request may pass was decided when it came; these are about its answer.
    requests.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR).permitAll();
    requests.requestMatchers(HttpMethod.GET, DOCUMENTATION).permitAll();
    for (Rule rule : RULES) {
      requests.requestMatchers(rule.method, rule.pattern).hasAuthority(rule.scope.authority());
    }
    requests.anyRequest().authenticated();
  }

  private record Rule(@Nullable HttpMethod method, String pattern, Scope scope) {

    boolean fits(HttpMethod asked, String path) {
      PathPattern parsed = PathPatternParser.defaultInstance.parse(pattern);
      return (method == null || method.equals(asked))
          && parsed.matches(PathContainer.parsePath(path));
    }
  }
}
