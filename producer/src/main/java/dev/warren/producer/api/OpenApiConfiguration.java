package dev.warren.producer.api;

import dev.warren.WarrenSettings;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import java.util.List;
import java.util.Objects;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The API's document, {@code /api/v1/openapi}. Paths, methods and answers are read from the
 * controllers; {@link OpenApiOperations} adds what they do not tell, {@link OpenApiProblems} what
 * may go wrong.
 */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

  static final String BEARER = "bearer";
  static final String HEADER = "apiKey";

  @Bean
  OpenAPI document() {
    String version = OpenApiConfiguration.class.getPackage().getImplementationVersion();
    return new OpenAPI()
        .info(
            new Info()
                .title("Warren")
                .description("A process pool and a bounded queue that span machines.")
                .version(Objects.requireNonNullElse(version, "unknown")))
        // Where the document came from, and not what the header Host said.
        .servers(List.of(new Server().url("/")))
        .components(
            new Components()
                .addSecuritySchemes(
                    BEARER,
                    new SecurityScheme()
                        .type(SecurityScheme.Type.HTTP)
                        .scheme("bearer")
                        .description("an API key (wrn_...), or an OAuth2 token"))
                .addSecuritySchemes(
                    HEADER,
                    new SecurityScheme()
                        .type(SecurityScheme.Type.APIKEY)
                        .in(SecurityScheme.In.HEADER)
                        .name("X-API-Key")
                        .description("an API key (wrn_...)")));
  }

  @Bean
  OpenApiCustomizer operations(WarrenSettings settings) {
    return document -> {
      OpenApiSchemas.addTo(document.getComponents(), settings);
      document
          .getPaths()
          .forEach(
              (path, item) ->
                  item.readOperationsMap()
                      .forEach(
                          (method, operation) -> {
                            OpenApiOperations.describe(method, path, operation);
                            OpenApiProblems.describe(method, path, operation);
                          }));
    };
  }
}
