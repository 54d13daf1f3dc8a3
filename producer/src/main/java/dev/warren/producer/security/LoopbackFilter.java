package dev.warren.producer.security;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Stands in for keys where there are none: admits all programs of this machine to a producer that
 * only this machine reaches. A browser of this machine is such a program, too, and runs what
 * strangers wrote. So no page but this server's own may call: neither one of another origin, nor
 * one whose name was made to point at this machine (DNS rebinding).
 */
final class LoopbackFilter extends OncePerRequestFilter {

  /** This machine, as the header may name it. No name is looked up: that is the attacker's way. */
  private static final Pattern THIS_MACHINE =
      Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]*)?", CASE_INSENSITIVE);

  private static final String SITE = "Sec-Fetch-Site";
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

  private final AccessDeniedHandler refusal;

  LoopbackFilter(AccessDeniedHandler refusal) {
    this.refusal = refusal;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (!isLoopback(request.getLocalAddr())) { // the management port may be open to others
      chain.doFilter(request, response);
      return;
    }
    String fault = fault(request);
    if (fault != null) {
      refusal.handle(request, response, RefusedException.forGood(fault));
      return;
    }
    Callers.remember(Caller.loopback(), request, response);
    chain.doFilter(request, response);
  }

  private static @Nullable String fault(HttpServletRequest request) {
    String host = request.getHeader(HttpHeaders.HOST);
    if (host != null && !THIS_MACHINE.matcher(host).matches()) {
      return "without API keys this producer answers only to localhost, 127.0.0.1 and [::1] in the"
          + " header Host; to call it by another name, configure warren.producer.api-keys";
    }
    String site = request.getHeader(SITE);
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if ((site != null && !OWN_SITE.contains(site))
        || (origin != null && !origin.equalsIgnoreCase(request.getScheme() + "://" + host))) {
      return "without API keys this producer answers no web page of another origin; configure"
          + " warren.producer.api-keys";
    }
    return null;
  }

  /** The container gives an address, never a name. */
  private static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
