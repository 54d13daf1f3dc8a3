package dev.warren.autoconfigure;

import dev.warren.rabbit.Broker;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Tells the health endpoint whether tasks can be published and replies received. */
@AutoConfiguration(after = WarrenAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(Broker.class)
public class WarrenHealthAutoConfiguration {

  @Bean
  HealthIndicator warrenHealthIndicator(Broker broker) {
    return () -> {
      Broker.State state = broker.state();
      Health.Builder health = state == Broker.State.UP ? Health.up() : Health.down();
      return health.withDetail("broker", state).build();
    };
  }
}
