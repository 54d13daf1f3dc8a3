package dev.warren.producer.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Bounds how often one caller comes ({@code warren.producer.rate-limit}). Strangers are not
 * counted: they are refused anyway, or read what is public.
 */
final class RateLimitFilter extends OncePerRequestFilter {

  /** OAuth2 may know any number of callers; whoever came longest ago is forgotten. */
  private static final int MAX_CALLERS = 10_000;

  private final int perSecond;
  private final AccessDeniedHandler refusal;
  private final Map<String, TokenBucket> buckets = // guarded by itself
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, TokenBucket> eldest) {
          return size() > MAX_CALLERS;
        }
      };

  RateLimitFilter(int perSecond, AccessDeniedHandler refusal) {
    this.perSecond = perSecond;
    this.refusal = refusal;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Authentication caller = SecurityContextHolder.getContext().getAuthentication();
    if (caller != null && !(caller instanceof AnonymousAuthenticationToken)) {
      Duration wait = bucket(caller.getName()).take(System.nanoTime());
      if (!wait.isZero()) {
        refusal.handle(request, response, tooOften(wait));
        return;
      }
    }
    chain.doFilter(request, response);
  }

  private TokenBucket bucket(String caller) {
    synchronized (buckets) {
      return buckets.computeIfAbsent(caller, name -> new TokenBucket(perSecond, System.nanoTime()));
    }
  }

  private RefusedException tooOften(Duration wait) {
    return RefusedException.tooOften(
        "more than %d requests per second (warren.producer.rate-limit)".formatted(perSecond), wait);
  }
}
