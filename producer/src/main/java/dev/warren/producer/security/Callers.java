package dev.warren.producer.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;

/** Where Spring Security looks for who calls. */
final class Callers {

  private static final RequestAttributeSecurityContextRepository REQUEST =
      new RequestAttributeSecurityContextRepository();

  private Callers() {}

  /** For this request, and for what follows it on other threads; for no session. */
  static void remember(
      Authentication caller, HttpServletRequest request, HttpServletResponse response) {
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(caller);
    SecurityContextHolder.setContext(context);
    REQUEST.saveContext(context, request, response);
  }
}
