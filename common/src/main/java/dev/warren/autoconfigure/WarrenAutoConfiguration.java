package dev.warren.autoconfigure;

import com.rabbitmq.client.Address;
import dev.warren.Warren;
import dev.warren.WarrenException;
import dev.warren.WarrenException.AccessRefusedException;
import dev.warren.WarrenSettings;
import dev.warren.client.RabbitWarren;
import dev.warren.rabbit.Broker;
import dev.warren.wire.WireFormat;
import java.util.List;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.amqp.autoconfigure.RabbitAutoConfiguration;
import org.springframework.boot.amqp.autoconfigure.RabbitConnectionDetails;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/**
 * Gives a Spring application a {@link Warren}, connected as {@code spring.rabbitmq.*} says, with
 * the settings {@code warren.*}.
 *
 * <p>Spring AMQP's connection factory only lends its settings (addresses, credentials, TLS): Warren
 * keeps its own two connections. A broker that is away does not stop the start; one that refuses
 * the user or the virtual host does.
 */
@AutoConfiguration(after = RabbitAutoConfiguration.class)
@ConditionalOnClass(CachingConnectionFactory.class)
@EnableConfigurationProperties(WarrenSettings.class)
public class WarrenAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  Broker warrenBroker(
      CachingConnectionFactory springs,
      RabbitConnectionDetails details,
      WarrenSettings settings,
      @Value("${spring.application.name:warren-client}") String name) {
    List<Address> addresses =
        details.getAddresses().stream().map(a -> new Address(a.host(), a.port())).toList();
    Broker broker = new Broker(springs.getRabbitConnectionFactory(), addresses, settings, name);
    WarrenException failure = broker.start();
    if (failure instanceof AccessRefusedException) {
      broker.close();
      throw failure;
    }
    return broker;
  }

  @Bean
  @ConditionalOnMissingBean
  WireFormat warrenWireFormat(WarrenSettings settings) {
    return new WireFormat(settings.maxMessageBytes());
  }

  @Bean
  @Lazy
  @ConditionalOnMissingBean
  Warren warren(Broker broker, WireFormat wire) {
    return RabbitWarren.on(broker, wire);
  }
}
