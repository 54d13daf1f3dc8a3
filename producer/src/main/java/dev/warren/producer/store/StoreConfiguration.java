package dev.warren.producer.store;

import com.zaxxer.hikari.HikariDataSource;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the store on Spring Boot's data source ({@code spring.datasource.*}). */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

  @Bean
  @DependsOnDatabaseInitialization
  TaskStore taskStore(DataSource source) {
    return new JdbcTaskStore(source);
  }

  @Bean
  Migration storeMigration(HikariDataSource source) {
    return new Migration(String.valueOf(source.getJdbcUrl()));
  }

  @Bean
  FlywayConfigurationCustomizer storeMigrationLocations(Migration migration) {
    return flyway -> flyway.locations(migration.locations());
  }

  @Bean
  HealthIndicator storeHealthIndicator(DataSource source) {
    return new StoreHealth(source);
  }

  /** Before the pool makes its first connection. */
  @Bean
  static BeanPostProcessor storeDataSourceSettings() {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessBeforeInitialization(Object bean, String name) {
        if (bean instanceof HikariDataSource pool) {
          DatabaseSettings.apply(pool);
        }
        return bean;
      }
    };
  }
}
