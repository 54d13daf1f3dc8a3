package dev.warren.producer;

import dev.warren.producer.security.NewApiKeyCommand;
import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Starts the producer. */
@SpringBootApplication(
    proxyBeanMethods = false,
    // There are no users with passwords; it would make one, and print the password.
    exclude = UserDetailsServiceAutoConfiguration.class)
@EnableConfigurationProperties(ProducerProperties.class)
public class ProducerApplication {

  /** Starts, and runs until the process is told to end; with {@code --new-api-key} makes a key. */
  public static void main(String[] args) {
    if (NewApiKeyCommand.isMeant(args)) {
      NewApiKeyCommand.run(System.out);
      return;
    }
    SpringApplication.run(ProducerApplication.class, args);
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }
}
