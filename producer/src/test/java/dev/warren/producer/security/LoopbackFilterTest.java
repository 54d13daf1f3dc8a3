package dev.warren.producer.security;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

class LoopbackFilterTest {

  private final Refusals refusals = new Refusals();
  private final LoopbackFilter filter = new LoopbackFilter(refusals);
  private final MockHttpServletRequest request =
      new MockHttpServletRequest("POST", "/api/v1/tasks");

  @BeforeEach
  void fromThisMachine() {
    request.setLocalAddr("127.0.0.1");
    request.addHeader("Host", "localhost:8080");
  }

  @AfterEach
  void forget() {
    SecurityContextHolder.clearContext();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1",
        "127.0.0.1:8080",
        "127.1.2.3",
        "[::1]",
        "[::1]:8080"
      })
  void whoCallsThisMachineByItsOwnNameIsAdmitted(String host) throws Exception {
    host(host);

    assertThat(admitted()).isTrue();
    Authentication caller = SecurityContextHolder.getContext().getAuthentication();
    assertThat(caller).isNotNull();
    assertThat(caller.getName()).isEqualTo("loopback");
    assertThat(caller.getAuthorities()).hasSize(4);
  }

  @Test
  void aRequestWithoutHostIsOfNoBrowser() throws Exception {
    request.removeHeader("Host");

    assertThat(admitted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1.",
        "localhost.",
        "10.0.0.1:8080",
        "0.0.0.0",
        "[::]:8080",
        "[::ffff:10.0.0.1]",
        "localhost@evil.example",
        "localhost:8080:evil",
        "",
        "my-host"
      })
  void aNameThatWasMadeToPointHereIsRefused(String host) throws Exception {
    host(host);

    assertThat(admitted()).isFalse();
    assertThat(refusals.all).singleElement().isInstanceOf(RefusedException.class);
    assertThat(SecurityContextHolder.getContext().getAuthentication()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "Sec-Fetch-Site, cross-site",
    "Sec-Fetch-Site, same-site",
    "Origin, https://evil.example",
    "Origin, null",
    "Origin, http://localhost:3000",
    "Origin, http://localhost:80801",
    "Origin, https://localhost:8080"
  })
  void aPageOfAnotherOriginIsRefused(String header, String value) throws Exception {
    request.addHeader(header, value);

    assertThat(admitted()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "Sec-Fetch-Site, same-origin",
    "Sec-Fetch-Site, none",
    "Origin, http://localhost:8080"
  })
  void aPageOfThisServerIsAdmitted(String header, String value) throws Exception {
    request.addHeader(header, value);

    assertThat(admitted()).isTrue();
  }

  @Test
  void whoComesOverTheNetworkIsNotTakenForThisMachine() throws Exception {
    request.setLocalAddr("10.0.0.1");
    host("metrics.example");

    assertThat(admitted()).isTrue();
    assertThat(SecurityContextHolder.getContext().getAuthentication()).isNull();
  }

  private void host(String host) {
    request.removeHeader("Host");
    request.addHeader("Host", host);
  }

  private boolean admitted() throws ServletException, IOException {
    MockFilterChain chain = new MockFilterChain();
    filter.doFilter(request, new MockHttpServletResponse(), chain);
    return chain.getRequest() != null;
  }
}
