package dev.warren.rabbit;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.warren.WarrenException.BrokerUnavailableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A message on its way. Whoever claims it decides its fate: the writer, who writes it, or the
 * sweeper, who says that it was not written. Never both.
 */
final class Outgoing {

  private final String exchange;
  private final String routingKey;
  private final BasicProperties properties;
  private final byte[] body;
  private final long deadlineNanos;
  private final CompletableFuture<PublishOutcome> outcome = new CompletableFuture<>();
  private final AtomicBoolean claimed = new AtomicBoolean();

  /**
   * @param deadlineNanos until when there must be an outcome, on {@link System#nanoTime()}'s clock
   */
  Outgoing(
      String exchange,
      String routingKey,
      BasicProperties properties,
      byte[] body,
      long deadlineNanos) {
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.properties = properties;
    this.body = body;
    this.deadlineNanos = deadlineNanos;
  }

  String exchange() {
    return exchange;
  }

  String routingKey() {
    return routingKey;
  }

  BasicProperties properties() {
    return properties;
  }

  byte[] body() {
    return body;
  }

  CompletableFuture<PublishOutcome> outcome() {
    return outcome;
  }

  boolean isLate(long now) {
    return deadlineNanos - now <= 0;
  }

  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  void complete(PublishOutcome answer) {
    outcome.complete(answer);
  }

  /** Nothing of it was written. */
  void refuse(String why, boolean blocked) {
    outcome.completeExceptionally(new BrokerUnavailableException(why, blocked));
  }
}
