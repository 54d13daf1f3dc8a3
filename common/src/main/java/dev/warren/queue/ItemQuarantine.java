package dev.warren.queue;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.WarrenException;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.rabbit.Republishing;
import dev.warren.rabbit.Topology;
import dev.warren.wire.Decoded;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what was in a queue of items and is none, with the reason, for an operator to look at. */
final class ItemQuarantine {

  private static final Logger log = LoggerFactory.getLogger(ItemQuarantine.class);

  private final Broker broker;
  private final ItemQueue queue;

  ItemQuarantine(Broker broker, ItemQueue queue) {
    this.broker = broker;
    this.queue = queue;
  }

  /**
   * Puts a copy of a message into {@code <queue>.dead}, which is declared first.
   *
   * @return completes when the broker has it; exceptionally if that is not sure
   */
  CompletableFuture<Void> keep(BasicProperties properties, byte[] body, Decoded<?> why) {
    Decoded.Reason reason = why.reason();
    String code = reason == null ? "unknown" : reason.code();
    log.warn("an item of '{}' goes to quarantine: {}: {}", queue.name(), code, why.detail());
    Map<String, Object> headers = new LinkedHashMap<>();
    headers.put("x-warren-reason", code);
    headers.put("x-warren-detail", String.valueOf(why.detail()));
    headers.put("x-warren-queue", queue.name());
    headers.put("x-warren-time", Instant.now().toString());
    try {
      Topology.declareItemQuarantine(
          broker.consuming().connection(), queue.name(), queue.settings());
    } catch (IOException | TimeoutException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
    return broker
        .publisher()
        .publish(Topology.dead(queue.name()), Republishing.copy(properties, headers), body)
        .thenAccept(ItemQuarantine::mustBeAccepted);
  }

  private static void mustBeAccepted(PublishOutcome outcome) {
    if (outcome != PublishOutcome.ACCEPTED) {
      throw new WarrenException("the broker said " + outcome);
    }
  }
}
