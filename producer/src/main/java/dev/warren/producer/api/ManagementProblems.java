package dev.warren.producer.api;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Set;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.springframework.boot.actuate.autoconfigure.web.server.ConditionalOnManagementPort;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Lets the management port, which has a server of its own, answer with problems as well. Found
 * through {@code META-INF/spring} by that server's context. No {@code @Configuration}, or the
 * application's own context would find it, too.
 */
@ConditionalOnManagementPort(ManagementPortType.DIFFERENT)
class ManagementProblems {

  private static final String ERROR_PATH = "/error";

  @Bean
  TomcatCustomizer tomcatCustomizer() {
    return new TomcatCustomizer();
  }

  /** Without a page for errors, whose body would not be a problem, the valve answers them all. */
  @Bean
  @Order
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> noErrorPages() {
    return factory -> {
      factory.setErrorPages(Set.of());
      factory.addContextValves(new NoErrorPath());
    };
  }

  /** What Spring Boot has at this path tells of no error, if somebody asks for it. */
  private static final class NoErrorPath extends ValveBase {

    NoErrorPath() {
      super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
      if (ERROR_PATH.equals(request.getRequestURI())) {
        response.sendError(Problem.NOT_FOUND.status());
      } else {
        getNext().invoke(request, response);
      }
    }
  }
}
