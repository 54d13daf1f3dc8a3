package dev.warren.it.kit;

import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The users of the compose stack, from the file that it makes them of, on a test's broker: in a
 * virtual host of the test's own, where Warren's queues have the names that the permissions name.
 */
public final class BrokerUsers implements AutoCloseable {

  private static final Path FILE = ProjectFiles.module("compose/broker-permissions.json");
  private static final String PASSWORD = "their-password";

  private final TestBroker broker;
  private final String virtualHost = TestBroker.uniqueName("users");

  private BrokerUsers(TestBroker broker) {
    this.broker = broker;
  }

  /** Makes the users, once for a broker. */
  public static BrokerUsers on(TestBroker broker) {
    BrokerUsers users = new BrokerUsers(broker);
    JsonNode definitions = new JsonMapper().readTree(FILE.toFile());
    broker.ctl("add_vhost", users.virtualHost);
    for (JsonNode user : definitions.required("users")) {
      broker.ctl("add_user", text(user, "name"), PASSWORD);
    }
    for (JsonNode granted : definitions.required("permissions")) {
      broker.ctl(
          "set_permissions",
          "-p",
          users.virtualHost,
          text(granted, "user"),
          text(granted, "configure"),
          text(granted, "write"),
          text(granted, "read"));
    }
    return users;
  }

  private static String text(JsonNode object, String field) {
    return object.required(field).asString();
  }

  /** Where one of the users connects to. */
  public String uri(String user) {
    return broker.uri(user, PASSWORD) + "/" + virtualHost;
  }

  /** Removes the virtual host, with all that is in it. */
  @Override
  public void close() {
    broker.ctl("delete_vhost", virtualHost);
  }
}
