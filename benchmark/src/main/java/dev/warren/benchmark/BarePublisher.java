package dev.warren.benchmark;

import dev.warren.autoconfigure.WarrenAutoConfiguration;
import dev.warren.worker.autoconfigure.WorkerAutoConfiguration;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageBuilder;
import org.springframework.amqp.core.MessageDeliveryMode;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/**
 * What one would write in half an hour: an endpoint that reads JSON, publishes it to a durable
 * queue and answers 202 when the broker has confirmed. It stores nothing and promises nothing. Its
 * messages are as large as Warren's.
 */
@SpringBootApplication(exclude = {WarrenAutoConfiguration.class, WorkerAutoConfiguration.class})
@RestController
class BarePublisher {

  /** What a message of Warren's has in headers. */
  private static final String HEADERS = "x".repeat(450);

  private final RabbitTemplate rabbit;
  private final String queue;

  BarePublisher(RabbitTemplate rabbit, @Value("${bench.queue}") String queue) {
    this.rabbit = rabbit;
    this.queue = queue;
    rabbit.setMandatory(true);
  }

  @Bean
  static Queue queue(@Value("${bench.queue}") String name) {
    return new Queue(name);
  }

  /** Publishes, and waits for the confirm without holding a thread. */
  @PostMapping("/api/v1/tasks")
  CompletableFuture<ResponseEntity<Map<String, String>>> publish(@RequestBody JsonNode task) {
    String id = UUID.randomUUID().toString();
    Message message =
        MessageBuilder.withBody(task.toString().getBytes(StandardCharsets.UTF_8))
            .setDeliveryMode(MessageDeliveryMode.PERSISTENT)
            .setContentType("application/json")
            .setMessageId(id)
            .setHeader("padding", HEADERS)
            .build();
    CorrelationData correlation = new CorrelationData(id);
    rabbit.send("", queue, message, correlation);
    return correlation
        .getFuture()
        .thenApply(
            confirm ->
                confirm.ack() && correlation.getReturned() == null
                    ? ResponseEntity.accepted().body(Map.of("id", id))
                    : ResponseEntity.status(503).build());
  }
}
