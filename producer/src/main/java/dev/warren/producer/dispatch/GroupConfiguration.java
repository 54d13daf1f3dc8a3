package dev.warren.producer.dispatch;

import dev.warren.producer.GroupProperties;
import dev.warren.producer.ProducerProperties;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Broker;
import dev.warren.wire.WireFormat;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what takes groups. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(GroupProperties.class)
class GroupConfiguration {

  @Bean
  Groups groups(
      TaskStore store,
      Occupancy occupancy,
      WireFormat wire,
      Broker broker,
      Relay relay,
      Clock clock) {
    int maxMessageBytes = broker.settings().maxMessageBytes();
    return new Groups(store, occupancy, wire, maxMessageBytes, relay::wake, clock);
  }

  @Bean
  GroupWatch groupWatch(ProducerProperties properties, TaskStore store) {
    return new GroupWatch(properties.maxWaiters(), store);
  }
}
