package dev.warren.producer.security;

import java.io.Serial;
import java.util.Arrays;
import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;

/** One who calls with an API key, or from this machine. Holds no secret. */
final class Caller extends AbstractAuthenticationToken {

  /** The name of those who call a producer that only this machine reaches, without a key. */
  static final String LOOPBACK = "loopback";

  @Serial private static final long serialVersionUID = 1L;

  private final String name;

  Caller(String name, List<String> authorities) {
    super(AuthorityUtils.createAuthorityList(authorities));
    this.name = name;
    super.setAuthenticated(true);
  }

  /** Who may do everything. */
  static Caller loopback() {
    return new Caller(LOOPBACK, Arrays.stream(Scope.values()).map(Scope::authority).toList());
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public Object getPrincipal() {
    return name;
  }

  @Override
  public Object getCredentials() {
    return "";
  }
}
