package dev.warren.it.kit;

import java.util.UUID;

/**
 * A real RabbitMQ: a container where a Docker engine answers, else a private node of the {@code
 * rabbitmq-server} that is installed.
 *
 * <p>The system property {@code warren.test.broker} chooses: {@code docker}, {@code local} or
 * {@code auto}, the default. Where {@code auto} finds neither, a test is skipped with a line that
 * says so; with the environment's {@code CI=true} it fails.
 */
public interface TestBroker extends TestServer {

  /** The user that {@link #uri()} names; may do everything. */
  String USER = "warren";

  /** Its password. */
  String PASSWORD = "warren-test";

  /**
   * The broker that all test classes of this JVM share: use queues of your own, and break nothing.
   */
  static TestBroker shared() {
    return TestServers.BROKERS.shared();
  }

  /** A running broker of the caller's own, to be stopped, killed, frozen and closed. */
  static TestBroker own() {
    return TestServers.BROKERS.own();
  }

  /** A name that no other test uses, for a queue, a virtual host or a user. */
  static String uniqueName(String prefix) {
    return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
  }

  /** Runs {@code rabbitmqctl} on the node and returns what it printed; throws if it fails. */
  String ctl(String... arguments);

  /** Where to connect to, in the default virtual host. */
  default String uri() {
    return uri(USER, PASSWORD);
  }

  /** As {@link #uri()}, for another user. */
  default String uri(String user, String password) {
    return "amqp://" + user + ":" + password + "@127.0.0.1:" + port();
  }

  /** Makes a user who may do everything in the default virtual host. */
  default void addUser(String user, String password) {
    ctl("add_user", user, password);
    ctl("set_permissions", "-p", "/", user, ".*", ".*", ".*");
  }

  /** Stops and starts the node. */
  default void restart() {
    stop();
    start();
  }
}
