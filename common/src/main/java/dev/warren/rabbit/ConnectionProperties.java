package dev.warren.rabbit;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.ConnectionFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A client's settings in Spring's words, for a process that connects to the same broker. */
final class ConnectionProperties {

  private ConnectionProperties() {}

  static Map<String, String> of(ConnectionFactory factory, List<Address> addresses) {
    return Map.of(
        "spring.rabbitmq.addresses",
        addresses.stream().map(ConnectionProperties::text).collect(Collectors.joining(",")),
        "spring.rabbitmq.username",
        factory.getUsername(),
        "spring.rabbitmq.password",
        factory.getPassword(),
        "spring.rabbitmq.virtual-host",
        factory.getVirtualHost(),
        "spring.rabbitmq.ssl.enabled",
        String.valueOf(factory.isSSL()));
  }

  private static String text(Address address) {
    String host = address.getHost();
    boolean isBareIpv6 = host.contains(":") && !host.startsWith("[");
    return (isBareIpv6 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
