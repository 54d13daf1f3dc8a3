package dev.warren.producer.security;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.header.writers.StaticHeadersWriter;
import org.springframework.security.web.servletapi.SecurityContextHolderAwareRequestFilter;

/** What stands before the controllers. Nothing is remembered from one request to the next. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SecuritySettings.class)
class SecurityConfiguration {

  /** For the pages of the documentation; the answers of the API are not shown as pages. */
  private static final String CONTENT =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
          + " img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

  @Bean
  Admission admission(
      SecuritySettings settings,
      ServerProperties server,
      ObjectProvider<JwtDecoder> tokens,
      Environment environment) {
    return Admission.of(
        new ApiKeys(settings.apiKeys()), server.getAddress(), tokens.getIfAvailable(), environment);
  }

  /**
   * Health, info and metrics are for everybody who reaches their port; health's details are not.
   */
  @Bean
  @Order(0)
  SecurityFilterChain managementChain(
      HttpSecurity http,
      Admission admission,
      AuthenticationEntryPoint stranger,
      AccessDeniedHandler refusal) {
    http.securityMatcher(EndpointRequest.toAnyEndpoint())
        .authorizeHttpRequests(rules -> rules.anyRequest().permitAll());
    return secured(http, admission, stranger, refusal);
  }

  @Bean
  @Order(1)
  SecurityFilterChain apiChain(
      HttpSecurity http,
      Admission admission,
      SecuritySettings settings,
      AuthenticationEntryPoint stranger,
      AccessDeniedHandler refusal) {
    if (settings.rateLimit() > 0) {
      http.addFilterBefore(
          new RateLimitFilter(settings.rateLimit(), refusal), AuthorizationFilter.class);
    }
    http.authorizeHttpRequests(AccessRules::apply);
    return secured(http, admission, stranger, refusal);
  }

  /**
   * Methods and headers are left to those who read them, and answer better: a method that a path
   * does not have is 405. Tomcat has already refused what is not HTTP.
   */
  @Bean
  HttpFirewall firewall() {
    StrictHttpFirewall firewall = new StrictHttpFirewall();
    firewall.setUnsafeAllowAnyHttpMethod(true);
    firewall.setAllowedHeaderNames(name -> true);
    firewall.setAllowedHeaderValues(value -> true);
    firewall.setAllowedParameterNames(name -> true);
    return firewall;
  }

  private static SecurityFilterChain secured(
      HttpSecurity http,
      Admission admission,
      AuthenticationEntryPoint stranger,
      AccessDeniedHandler refusal) {
    // There is no cookie and no session, so that no other site can make a browser speak for a key.
    http.csrf(AbstractHttpConfigurer::disable)
        .formLogin(AbstractHttpConfigurer::disable)
        .httpBasic(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .requestCache(AbstractHttpConfigurer::disable)
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .exceptionHandling(
            failures -> failures.authenticationEntryPoint(stranger).accessDeniedHandler(refusal))
        .headers(SecurityConfiguration::headers);
    admission.apply(http, stranger, refusal, SecurityContextHolderAwareRequestFilter.class);
    return http.build();
  }

  private static void headers(HeadersConfigurer<HttpSecurity> headers) {
    headers
        .cacheControl(HeadersConfigurer.CacheControlConfig::disable)
        .addHeaderWriter(new StaticHeadersWriter("Cache-Control", "no-store"))
        .xssProtection(HeadersConfigurer.XXssConfig::disable)
        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER))
        .contentSecurityPolicy(content -> content.policyDirectives(CONTENT));
  }
}
