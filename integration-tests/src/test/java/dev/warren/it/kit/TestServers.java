package dev.warren.it.kit;

import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;

/**
 * Servers of one sort: chooses where they run, once for a JVM, and keeps the shared one.
 *
 * @param <T> the sort
 */
final class TestServers<T extends TestServer> {

  static final TestServers<TestBroker> BROKERS =
      new TestServers<>(
          "broker",
          "warren.test.broker",
          "rabbitmq-server",
          DockerBroker::started,
          LocalBroker::isInstalled,
          LocalBroker::started);

  static final TestServers<TestPostgres> POSTGRES =
      new TestServers<>(
          "PostgreSQL",
          "warren.test.database",
          "postgres",
          DockerPostgres::started,
          LocalPostgres::isInstalled,
          LocalPostgres::started);

  private enum Kind {
    DOCKER,
    LOCAL,
    NONE
  }

  private final String sort;
  private final String property;
  private final String program;
  private final Supplier<? extends T> inDocker;
  private final BooleanSupplier isInstalled;
  private final Supplier<? extends T> locally;
  private @Nullable Kind kind; // guarded by this
  private @Nullable T shared; // guarded by this

  /**
   * @param property the system property that chooses: {@code docker}, {@code local} or {@code auto}
   * @param program what has to be installed to start one locally
   */
  private TestServers(
      String sort,
      String property,
      String program,
      Supplier<? extends T> inDocker,
      BooleanSupplier isInstalled,
      Supplier<? extends T> locally) {
    this.sort = sort;
    this.property = property;
    this.program = program;
    this.inDocker = inDocker;
    this.isInstalled = isInstalled;
    this.locally = locally;
  }

  synchronized T shared() {
    T server = shared;
    if (server == null) {
      server = own();
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shared-server-close"));
      shared = server;
    }
    return server;
  }

  T own() {
    return switch (kind()) {
      case DOCKER -> inDocker.get();
      case LOCAL -> locally.get();
      case NONE -> throw none();
    };
  }

  private synchronized Kind kind() {
    if (kind == null) {
      kind = choose(System.getProperty(property, "auto"));
      System.out.println("[kit] " + sort + " for the tests: " + kind);
    }
    return kind;
  }

  private Kind choose(String wanted) {
    return switch (wanted) {
      case "docker" -> Kind.DOCKER;
      case "local" -> Kind.LOCAL;
      case "auto" ->
          DockerClientFactory.instance().isDockerAvailable()
              ? Kind.DOCKER
              : isInstalled.getAsBoolean() ? Kind.LOCAL : Kind.NONE;
      default ->
          throw new IllegalArgumentException(
              property + " is docker, local or auto, not '" + wanted + "'");
    };
  }

  private RuntimeException none() {
    String message =
        "NO %s: no Docker engine answers and no %s is installed; the tests that need one did not run"
            .formatted(sort.toUpperCase(Locale.ROOT), program);
    System.err.println("[kit] " + message);
    if (!"true".equals(System.getenv("CI"))) {
      Assumptions.abort(message);
    }
    return new IllegalStateException(message);
  }
}
