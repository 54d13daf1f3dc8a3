package dev.warren.worker.autoconfigure;

import dev.warren.autoconfigure.WarrenAutoConfiguration;
import dev.warren.rabbit.Broker;
import dev.warren.wire.WireFormat;
import dev.warren.worker.WorkerProperties;
import dev.warren.worker.delivery.WorkerRuntime;
import dev.warren.worker.execute.Initializer;
import dev.warren.worker.execute.TaskRegistry;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * Makes a Spring application a worker: every bean's {@link dev.warren.worker.Task} methods can be
 * called by name. {@code warren.worker.enabled=false} turns that off, for instance in a test.
 */
@AutoConfiguration(after = WarrenAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "warren.worker.enabled", matchIfMissing = true)
@EnableConfigurationProperties(WorkerProperties.class)
public class WorkerAutoConfiguration {

  @Bean
  TaskRegistry warrenTaskRegistry(WireFormat wire) {
    return new TaskRegistry(wire.mapper());
  }

  @Bean
  WorkerRuntime warrenWorkerRuntime(
      Broker broker, WireFormat wire, TaskRegistry registry, WorkerProperties properties) {
    return new WorkerRuntime(broker, wire, registry, properties);
  }

  @Bean
  WorkerLifecycle warrenWorkerLifecycle(
      WorkerRuntime runtime,
      TaskBeans tasks,
      TaskRegistry registry,
      WireFormat wire,
      WorkerProperties properties) {
    Initializer initializer =
        new Initializer(
            registry, wire.mapper(), properties.initializer(), properties.initializerArgs());
    return new WorkerLifecycle(runtime, tasks, initializer, properties.readyFile());
  }

  @Bean
  EndAfterMaxTasks warrenEndAfterMaxTasks(
      WorkerRuntime runtime, ConfigurableApplicationContext context) {
    return new EndAfterMaxTasks(runtime, context);
  }

  @Bean
  TaskBeans warrenTaskBeans(ListableBeanFactory beans, TaskRegistry registry) {
    return new TaskBeans(beans, registry);
  }
}
