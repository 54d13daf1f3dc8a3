package dev.warren.producer.security;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;

class RateLimitFilterTest {

  private final Refusals refusals = new Refusals();
  private final RateLimitFilter filter = new RateLimitFilter(1, refusals);

  @AfterEach
  void forget() {
    SecurityContextHolder.clearContext();
  }

  @Test
  void whoComesTooOftenIsRefusedAndToldWhenToComeAgain() throws Exception {
    assertThat(passes("ci")).isTrue();
    assertThat(passes("ci")).isFalse();

    assertThat(refusals.all)
        .singleElement()
        .isInstanceOfSatisfying(
            RefusedException.class, refused -> assertThat(refused.retryAfter()).isPositive());
  }

  @Test
  void oneCallersCallsAreNotCountedAsAnothers() throws Exception {
    assertThat(passes("ci")).isTrue();
    assertThat(passes("ci")).isFalse();
    assertThat(passes("nightly")).isTrue();
  }

  @Test
  void strangersAreNotCounted() throws Exception {
    SecurityContextHolder.getContext()
        .setAuthentication(
            new AnonymousAuthenticationToken(
                "x", "stranger", AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS")));

    assertThat(passes()).isTrue();
    assertThat(passes()).isTrue();
  }

  private boolean passes(String caller) throws ServletException, IOException {
    SecurityContextHolder.getContext().setAuthentication(new Caller(caller, List.of()));
    return passes();
  }

  private boolean passes() throws ServletException, IOException {
    MockFilterChain chain = new MockFilterChain();
    filter.doFilter(new MockHttpServletRequest("GET", "/"), new MockHttpServletResponse(), chain);
    return chain.getRequest() != null;
  }
}
