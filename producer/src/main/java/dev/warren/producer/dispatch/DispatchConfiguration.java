package dev.warren.producer.dispatch;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.ReplyListener;
import dev.warren.rabbit.TaskSender;
import dev.warren.wire.WireFormat;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what speaks to the broker. */
@Configuration(proxyBeanMethods = false)
class DispatchConfiguration {

  private static final Logger log = LoggerFactory.getLogger(DispatchConfiguration.class);

  /** Also sees to it that the configured queues exist: a mismatch stops the start. */
  @Bean(destroyMethod = "close")
  ReplyListener replyListener(Broker broker, WireFormat wire, ReplyRecorder recorder) {
    for (String queue : broker.settings().queues().keySet()) {
      try {
        broker.declare(queue);
      } catch (BrokerUnavailableException e) {
        log.warn("{}; going on, it will be tried again", e.getMessage());
      }
    }
    return new ReplyListener(broker, wire, recorder).awaitOpen();
  }

  @Bean
  TaskDispatcher taskDispatcher(
      Broker broker, WireFormat wire, ReplyListener replies, TaskStore store, Clock clock) {
    TaskSender sender = new TaskSender(broker, wire);
    return new TaskDispatcher(
        broker::state, sender::send, replies::queue, broker::redeclare, store, clock);
  }
}
