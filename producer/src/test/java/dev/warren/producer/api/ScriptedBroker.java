package dev.warren.producer.api;

import dev.warren.producer.dispatch.TaskDispatcher;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.PublishOutcome;
import dev.warren.wire.TaskMessage;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * Says what a broker may say to a publisher, so that each answer of the API can be provoked. What a
 * real broker does is tested in the integration tests.
 */
final class ScriptedBroker {

  final List<TaskMessage> sent = new CopyOnWriteArrayList<>();
  private volatile Broker.State state = Broker.State.UP;
  private volatile CompletableFuture<PublishOutcome> next =
      CompletableFuture.completedFuture(PublishOutcome.ACCEPTED);

  void reset() {
    sent.clear();
    state = Broker.State.UP;
    answersWith(PublishOutcome.ACCEPTED);
  }

  void is(Broker.State now) {
    state = now;
  }

  void answersWith(PublishOutcome outcome) {
    next = CompletableFuture.completedFuture(outcome);
  }

  void failsWith(RuntimeException failure) {
    next = CompletableFuture.failedFuture(failure);
  }

  /** Answers when the test completes the future. */
  CompletableFuture<PublishOutcome> answersLater() {
    next = new CompletableFuture<>();
    return next;
  }

  private CompletableFuture<PublishOutcome> send(String queue, TaskMessage task) {
    sent.add(task);
    return next;
  }

  @TestConfiguration(proxyBeanMethods = false)
  static class Configuration {

    @Bean
    ScriptedBroker scriptedBroker() {
      return new ScriptedBroker();
    }

    @Bean
    @Primary
    TaskDispatcher scriptedDispatcher(ScriptedBroker broker, TaskStore store, Clock clock) {
      return new TaskDispatcher(
          () -> broker.state, broker::send, () -> "replies", queue -> {}, store, clock);
    }
  }
}
