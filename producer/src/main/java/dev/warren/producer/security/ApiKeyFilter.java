package dev.warren.producer.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Admits who shows an API key, as {@code Authorization: Bearer wrn_…} or {@code X-API-Key: wrn_…}.
 * Who shows a wrong one is refused at once; who shows none passes as a stranger.
 */
final class ApiKeyFilter extends OncePerRequestFilter {

  static final String HEADER = "X-API-Key";

  private static final String BEARER = "bearer ";

  private final ApiKeys keys;
  private final AuthenticationEntryPoint refusal;

  ApiKeyFilter(ApiKeys keys, AuthenticationEntryPoint refusal) {
    this.keys = keys;
    this.refusal = refusal;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    List<String> shown = keysShown(request);
    if (shown.isEmpty()) {
      chain.doFilter(request, response);
      return;
    }
    Optional<Caller> caller = shown.size() == 1 ? keys.callerWith(shown.get(0)) : Optional.empty();
    if (caller.isEmpty()) {
      refusal.commence(request, response, new BadCredentialsException("no such key"));
      return;
    }
    Callers.remember(caller.get(), request, response);
    chain.doFilter(request, response);
  }

  /** More than one is as wrong as a wrong one: which of them counts would be a guess. */
  static List<String> keysShown(HttpServletRequest request) {
    List<String> ofHeader = Collections.list(request.getHeaders(HEADER));
    List<String> ofBearer =
        Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION)).stream()
            .flatMap(value -> bearer(value).stream())
            .filter(token -> token.startsWith(ApiKey.PREFIX) || !ofHeader.isEmpty())
            .toList();
    return ofHeader.isEmpty()
        ? ofBearer
        : ofBearer.isEmpty() ? ofHeader : List.of(ofHeader.get(0), ofBearer.get(0));
  }

  /** The token of a header {@code Authorization: Bearer}. */
  private static Optional<String> bearer(String authorization) {
    return authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
        ? Optional.of(authorization.substring(BEARER.length()).strip())
        : Optional.empty();
  }
}
