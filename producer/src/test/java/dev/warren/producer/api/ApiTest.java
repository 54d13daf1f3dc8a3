package dev.warren.producer.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;

/**
 * A test of the API over real connections, of which only what is behind it is scripted; the
 * producer is started once for all of them.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "management.server.port=0",
      "spring.rabbitmq.port=1", // nobody listens there: the real broker is away
      "spring.datasource.url=jdbc:h2:mem:api;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
      "warren.max-message-bytes=4096",
      "warren.queues.tasks.max-length=5",
      "warren.queues.fast.max-length=0",
      "warren.producer.max-waiters=3",
      "warren.producer.max-inflight-bytes=8KB",
      "warren.producer.heartbeat=100ms",
    })
@Import(ScriptedDispatch.Configuration.class)
@Timeout(60)
@interface ApiTest {}
