package dev.warren.it.kit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;

/** Chooses the kind of broker, once for a JVM, and keeps the shared one. */
final class Brokers {

  private static final String PROPERTY = "warren.test.broker";

  private enum Kind {
    DOCKER,
    LOCAL,
    NONE
  }

  private static @Nullable Kind kind; // guarded by the class
  private static @Nullable TestBroker shared; // guarded by the class

  private Brokers() {}

  static synchronized TestBroker shared() {
    if (shared == null) {
      TestBroker broker = own();
      Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "shared-broker-close"));
      shared = broker;
    }
    return shared;
  }

  static TestBroker own() {
    return switch (kind()) {
      case DOCKER -> DockerBroker.started();
      case LOCAL -> LocalBroker.started();
      case NONE -> throw noBroker();
    };
  }

  private static synchronized Kind kind() {
    if (kind == null) {
      kind = choose(System.getProperty(PROPERTY, "auto"));
      System.out.println("[kit] broker for the tests: " + kind);
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
              : LocalBroker.isInstalled() ? Kind.LOCAL : Kind.NONE;
      default ->
          throw new IllegalArgumentException(
              PROPERTY + " is docker, local or auto, not '" + wanted + "'");
    };
  }

  private static RuntimeException noBroker() {
    String message =
        "NO BROKER: no Docker engine answers and no rabbitmq-server is installed;"
            + " the tests that need a RabbitMQ did not run";
    System.err.println("[kit] " + message);
    if (!"true".equals(System.getenv("CI"))) {
      Assumptions.abort(message);
    }
    return new IllegalStateException(message);
  }
}
