package dev.warren.producer.dispatch;

import dev.warren.WarrenException.BrokerUnavailableException;
import dev.warren.control.ControlSender;
import dev.warren.control.LostTasks;
import dev.warren.producer.ProducerProperties;
import dev.warren.producer.store.TaskStore;
import dev.warren.rabbit.Broker;
import dev.warren.rabbit.ReplyBatches;
import dev.warren.rabbit.TaskSender;
import dev.warren.rabbit.Threads;
import dev.warren.wire.WireFormat;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what moves tasks between the store and the broker. */
@Configuration(proxyBeanMethods = false)
class DispatchConfiguration {

  private static final int BLOCKING_THREADS = 8;
  private static final int MOST_BLOCKING = 10_000;
  private static final Logger log = LoggerFactory.getLogger(DispatchConfiguration.class);

  @Bean
  ResultQueue resultQueue(TaskStore store) {
    return new ResultQueue(store);
  }

  /** Sees to it that the configured queues exist: a mismatch stops the start. */
  @Bean(initMethod = "start", destroyMethod = "close")
  TaskPublisher taskPublisher(
      Broker broker, WireFormat wire, TaskStore store, ResultQueue results, Clock clock) {
    for (String queue : broker.settings().queues().keySet()) {
      try {
        broker.declare(queue);
      } catch (BrokerUnavailableException e) {
        log.warn("{}; going on, it will be tried again", e.getMessage());
      }
    }
    TaskSender sender = new TaskSender(broker, wire);
    return new TaskPublisher(sender::send, wire, results::name, store, clock);
  }

  @Bean
  Occupancy occupancy(TaskStore store, ProducerProperties properties, MeterRegistry metrics) {
    Occupancy occupancy = new Occupancy(store, properties.maxTasks());
    Gauge.builder("warren.tasks.unfinished", occupancy, Occupancy::unfinished)
        .description("tasks in the store that are not finished")
        .register(metrics);
    return occupancy;
  }

  @Bean(destroyMethod = "close")
  Housekeeping housekeeping(
      TaskStore store, Occupancy occupancy, ProducerProperties properties, Clock clock) {
    Housekeeping housekeeping = new Housekeeping(store, occupancy, properties.retention(), clock);
    housekeeping.start();
    return housekeeping;
  }

  @Bean(destroyMethod = "close")
  Marks marks(TaskStore store, Clock clock) {
    return new Marks(store, clock);
  }

  @Bean(destroyMethod = "close")
  StoredSubmissions submissions(
      Broker broker,
      WireFormat wire,
      TaskPublisher publisher,
      Marks marks,
      TaskStore store,
      Occupancy occupancy,
      Clock clock,
      ExecutorService blockingExecutor) {
    return new StoredSubmissions(
        broker::state,
        broker::redeclare,
        publisher,
        marks,
        store,
        occupancy,
        wire.mapper(),
        clock,
        blockingExecutor);
  }

  /** Runs what blocks for the database on behalf of threads that must not. */
  @Bean(destroyMethod = "shutdown")
  ExecutorService blockingExecutor() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            BLOCKING_THREADS,
            BLOCKING_THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_BLOCKING),
            Threads.named("warren-blocking"));
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  @Bean
  Drain drain(StoredSubmissions submissions) {
    return new Drain(submissions::drain);
  }

  @Bean
  TaskEnds taskEnds(TaskStore store, Waiters waiters, Clock clock) {
    return new TaskEnds(store, waiters, clock);
  }

  @Bean(destroyMethod = "close")
  Relay relay(
      Broker broker,
      TaskPublisher publisher,
      Marks marks,
      TaskStore store,
      TaskEnds ends,
      Clock clock) {
    Relay relay = new Relay(broker::state, broker::redeclare, publisher, marks, store, ends, clock);
    relay.start();
    return relay;
  }

  @Bean(destroyMethod = "close")
  ControlSender controlSender(Broker broker, WireFormat wire) {
    return new ControlSender(broker, wire);
  }

  @Bean
  Revocations revocations(ControlSender control) {
    return control::revoke;
  }

  @Bean
  StoredCancellations cancellations(
      TaskStore store, Revocations revocations, Waiters waiters, Clock clock) {
    return new StoredCancellations(store, revocations, waiters, clock);
  }

  @Bean(initMethod = "start", destroyMethod = "close")
  ResultConsumer resultConsumer(
      Broker broker,
      WireFormat wire,
      TaskStore store,
      Waiters waiters,
      Revocations revocations,
      ControlSender control,
      Relay relay,
      ResultQueue queue,
      ProducerProperties properties,
      MeterRegistry metrics,
      Clock clock) {
    Results results = new Results(store, waiters, revocations, wire.mapper(), clock, metrics);
    return new ResultConsumer(
        queue,
        name -> new ReplyBatches(broker, wire, name, properties.resultQueueType(), results),
        batches ->
            new LostTasks(
                broker,
                wire,
                new Reconciler(broker.settings().queues().keySet(), store, relay, batches, clock),
                control));
  }
}
