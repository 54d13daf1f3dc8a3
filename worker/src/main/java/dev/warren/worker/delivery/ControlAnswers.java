package dev.warren.worker.delivery;

import dev.warren.WarrenException.EncodingException;
import dev.warren.rabbit.AmqpMessages;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.ConfirmedPublisher;
import dev.warren.rabbit.ControlPublisher;
import dev.warren.wire.ControlReply;
import dev.warren.wire.ControlRequest.ReplyTo;
import dev.warren.wire.WireFormat;
import dev.warren.wire.WireMessage;
import dev.warren.worker.event.LamportClock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what commands are answered, once. Thread-safe; never blocks. */
final class ControlAnswers {

  private static final Logger log = LoggerFactory.getLogger(ControlAnswers.class);

  private final ConfirmedPublisher toQueues;
  private final ControlPublisher toExchanges;
  private final WireFormat wire;
  private final String worker;
  private final Predicate<String> isAllowed;
  private final LamportClock clock;

  /**
   * @param isAllowed whether a queue is one that answers may be sent to
   */
  ControlAnswers(
      Broker broker,
      WireFormat wire,
      String worker,
      Predicate<String> isAllowed,
      LamportClock clock) {
    this.clock = clock;
    this.toQueues = broker.publisher();
    this.toExchanges = new ControlPublisher(broker);
    this.wire = wire;
    this.worker = worker;
    this.isAllowed = isAllowed;
  }

  void send(ReplyTo to, Object value) {
    WireMessage message = message(to, value);
    publish(to, message)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.debug("an answer to a command is lost: {}", failure.toString());
              }
            });
  }

  private WireMessage message(ReplyTo to, Object value) {
    WireMessage written;
    try {
      written = wire.writeControlReply(new ControlReply(to.ticket(), worker, value));
    } catch (EncodingException e) { // it is too large
      Object error = Map.of("error", String.valueOf(e.getMessage()));
      written = wire.writeControlReply(new ControlReply(to.ticket(), worker, error));
    }
    Map<String, @Nullable Object> headers = new LinkedHashMap<>(written.headers());
    headers.put("clock", clock.forward());
    return new WireMessage(
        written.contentType(),
        written.contentEncoding(),
        written.correlationId(),
        written.replyTo(),
        headers,
        written.body());
  }

  private CompletableFuture<?> publish(ReplyTo to, WireMessage message) {
    if (!to.exchange().isEmpty()) {
      return toExchanges.publish(to.exchange(), to.routingKey(), () -> message);
    }
    return isAllowed.test(to.routingKey())
        ? toQueues.publish(to.routingKey(), AmqpMessages.properties(message), message.body())
        : CompletableFuture.completedFuture(null);
  }

  /** Sends what is on its way, which takes 2 s at most. */
  void close() {
    toExchanges.close();
  }
}
