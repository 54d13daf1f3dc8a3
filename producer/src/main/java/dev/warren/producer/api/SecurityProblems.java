package dev.warren.producer.api;

import dev.warren.producer.security.RefusedException;
import dev.warren.producer.security.Scope;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.authorization.AuthorityAuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Answers those who are not let in. Tells all who show something wrong the same. */
@Component
final class SecurityProblems implements AuthenticationEntryPoint, AccessDeniedHandler {

  private static final String CHALLENGE = "Bearer realm=\"warren\"";
  private static final Duration LATER = Duration.ofSeconds(5);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Logger log = LoggerFactory.getLogger(SecurityProblems.class);

  @Override
  public void commence(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
      throws IOException {
    if (failure instanceof AuthenticationServiceException) {
      log.warn("whether a token is valid cannot be told: {}", failure.getMessage());
      log.debug("because of", failure);
      ProblemException unavailable =
          new ProblemException(
                  Problem.IDENTITY_UNAVAILABLE, "whether the token is valid cannot be told now")
              .retryAfter(LATER);
      write(response, unavailable);
      return;
    }
    log.debug("refused one who is not known", failure);
    boolean shown = !(failure instanceof InsufficientAuthenticationException);
    response.setHeader(
        HttpHeaders.WWW_AUTHENTICATE, shown ? CHALLENGE + ", error=\"invalid_token\"" : CHALLENGE);
    write(
        response,
        new ProblemException(
            Problem.UNAUTHENTICATED,
            "send a valid key, as 'Authorization: Bearer wrn_...' or 'X-API-Key: wrn_...', or a"
                + " valid token if the producer takes them"));
  }

  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
      throws IOException {
    log.debug("refused", denied);
    if (denied instanceof RefusedException refused) {
      write(response, refusal(refused));
      return;
    }
    Optional<Scope> scope = scope(denied);
    scope.ifPresent(
        needed ->
            response.setHeader(
                HttpHeaders.WWW_AUTHENTICATE,
                CHALLENGE + ", error=\"insufficient_scope\", scope=\"%s\"".formatted(needed)));
    write(response, missing(scope));
  }

  private static ProblemException refusal(RefusedException refused) {
    Duration wait = refused.retryAfter();
    String detail = String.valueOf(refused.getMessage());
    return wait == null
        ? new ProblemException(Problem.FORBIDDEN, detail)
        : new ProblemException(Problem.RATE_LIMITED, detail).retryAfter(wait);
  }

  private static ProblemException missing(Optional<Scope> scope) {
    return scope
        .map(
            needed ->
                new ProblemException(
                        Problem.FORBIDDEN, "this needs the scope '%s'".formatted(needed))
                    .with("scope", needed.toString()))
        .orElseGet(() -> new ProblemException(Problem.FORBIDDEN, "this is not allowed"));
  }

  private static Optional<Scope> scope(AccessDeniedException denied) {
    if (denied instanceof AuthorizationDeniedException authorization
        && authorization.getAuthorizationResult()
            instanceof AuthorityAuthorizationDecision decision) {
      return decision.getAuthorities().stream()
          .map(GrantedAuthority::getAuthority)
          .flatMap(authority -> Scope.ofAuthority(String.valueOf(authority)).stream())
          .findFirst();
    }
    return Optional.empty();
  }

  private static void write(HttpServletResponse response, ProblemException problem)
      throws IOException {
    ResponseEntity<Map<String, Object>> answer = problem.response();
    answer.getHeaders().forEach((name, values) -> values.forEach(v -> response.setHeader(name, v)));
    response.setStatus(answer.getStatusCode().value());
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    response.getOutputStream().write(JSON.writeValueAsBytes(answer.getBody()));
  }
}
