package dev.warren.it.kit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;

/** Chooses the kind of PostgreSQL, once for a JVM, and keeps the shared one. */
final class Postgreses {

  private static final String PROPERTY = "warren.test.database";

  private enum Kind {
    DOCKER,
    LOCAL,
    NONE
  }

  private static @Nullable Kind kind; // guarded by the class
  private static @Nullable TestPostgres shared; // guarded by the class

  private Postgreses() {}

  static synchronized TestPostgres shared() {
    if (shared == null) {
      TestPostgres server = own();
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shared-postgres-close"));
      shared = server;
    }
    return shared;
  }

  static TestPostgres own() {
    return switch (kind()) {
      case DOCKER -> DockerPostgres.started();
      case LOCAL -> LocalPostgres.started();
      case NONE -> throw noServer();
    };
  }

  private static synchronized Kind kind() {
    if (kind == null) {
      kind = choose(System.getProperty(PROPERTY, "auto"));
      System.out.println("[kit] PostgreSQL for the tests: " + kind);
    }
    return kind;
  }

  private static Kind choose(String wanted) {
    return switch (wanted) {
      case "docker" -> Kind.DOCKER;
      case "local" -> Kind.LOCAL;
      case "auto" ->
          DockerClientFactory.instance().isDockerAvailable()
              ? Kind.DOCKER
              : LocalPostgres.isInstalled() ? Kind.LOCAL : Kind.NONE;
      default ->
          throw new IllegalArgumentException(
              PROPERTY + " is docker, local or auto, not '" + wanted + "'");
    };
  }

  private static RuntimeException noServer() {
    String message =
        "NO POSTGRESQL: no Docker engine answers and no postgres is installed;"
            + " the tests that need one did not run";
    System.err.println("[kit] " + message);
    if (!"true".equals(System.getenv("CI"))) {
      Assumptions.abort(message);
    }
    return new IllegalStateException(message);
  }
}
