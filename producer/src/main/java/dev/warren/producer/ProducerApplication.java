package dev.warren.producer;

import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Starts the producer. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(ProducerProperties.class)
public class ProducerApplication {

  /** Starts, and runs until the process is told to end. */
  public static void main(String[] args) {
    SpringApplication.run(ProducerApplication.class, args);
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }
}
