package dev.warren.worker.autoconfigure;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.WarrenSettings;
import dev.warren.autoconfigure.WarrenAutoConfiguration;
import dev.warren.rabbit.Broker;
import dev.warren.wire.WireFormat;
import dev.warren.worker.Isolation;
import dev.warren.worker.WorkerProperties;
import dev.warren.worker.WorkerProperties.ChildProperties;
import dev.warren.worker.delivery.WorkerRuntime;
import dev.warren.worker.execute.ByRules;
import dev.warren.worker.execute.Initializer;
import dev.warren.worker.execute.RetryRules;
import dev.warren.worker.execute.TaskExecutor;
import dev.warren.worker.execute.TaskRegistry;
import dev.warren.worker.execute.TaskRules;
import dev.warren.worker.execute.ThreadExecutor;
import dev.warren.worker.process.ChildMain;
import dev.warren.worker.process.ChildSettings;
import dev.warren.worker.process.ChildTasks;
import dev.warren.worker.process.ProcessExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.util.unit.DataSize;

/**
 * Makes a Spring application a worker: every bean's {@link dev.warren.worker.Task} methods can be
 * called by name. {@code warren.worker.enabled=false} turns that off, for instance in a test.
 */
@AutoConfiguration(after = WarrenAutoConfiguration.class, before = LifecycleAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "warren.worker.enabled", matchIfMissing = true)
@EnableConfigurationProperties(WorkerProperties.class)
public class WorkerAutoConfiguration {

  /** What a child inherits of its worker's variables; the settings say which others. */
  private static final List<String> ENVIRONMENT =
      List.of(
          "PATH",
          "HOME",
          "USER",
          "LANG",
          "LC_ALL",
          "TZ",
          "SPRING_PROFILES_ACTIVE",
          "SPRING_CONFIG_LOCATION",
          "SPRING_CONFIG_ADDITIONAL_LOCATION");

  @Bean
  TaskRegistry warrenTaskRegistry(WireFormat wire) {
    return new TaskRegistry(wire.mapper());
  }

  @Bean
  TaskBeans warrenTaskBeans(ListableBeanFactory beans, TaskRegistry registry) {
    return new TaskBeans(beans, registry);
  }

  @Bean
  Initializer warrenInitializer(
      TaskRegistry registry,
      WireFormat wire,
      ListableBeanFactory beans,
      WorkerProperties properties) {
    return new Initializer(
        registry,
        wire.mapper(),
        new PoolInitializers(beans),
        properties.initializer(),
        properties.initializerArgs());
  }

  /** The worker itself, which consumes a queue. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty(name = ChildMain.ROLE, havingValue = "worker", matchIfMissing = true)
  static class Consuming {

    private static final String SLOT = "warren-slot-";

    @Bean
    WorkerRuntime warrenWorkerRuntime(
        Broker broker,
        WireFormat wire,
        TaskRegistry registry,
        WorkerProperties properties,
        Environment environment,
        ObjectProvider<ApplicationOrigin> origin) {
      return new WorkerRuntime(
          broker,
          wire,
          registry,
          properties,
          slotThreads(properties, environment),
          timer -> executor(broker.settings(), wire, registry, properties, origin, timer));
    }

    /** A slot whose task runs in a child waits for a socket, which is nothing for a virtual one. */
    private static ThreadFactory slotThreads(WorkerProperties properties, Environment environment) {
      boolean isVirtual =
          Threading.VIRTUAL.isActive(environment) && properties.isolation() == Isolation.THREAD;
      return isVirtual
          ? new VirtualThreadTaskExecutor(SLOT).getVirtualThreadFactory()
          : new CustomizableThreadFactory(SLOT);
    }

    private static TaskExecutor executor(
        WarrenSettings settings,
        WireFormat wire,
        TaskRegistry registry,
        WorkerProperties properties,
        ObjectProvider<ApplicationOrigin> origin,
        ScheduledExecutorService timer) {
      TaskRules rules =
          new TaskRules(
              properties.isolation(),
              properties.softTimeLimit(),
              properties.timeLimit(),
              RetryRules.NONE,
              null);
      return new ByRules(
          registry,
          rules,
          new ThreadExecutor(registry, timer),
          () -> processes(settings, wire, registry, properties, origin));
    }

    private static ProcessExecutor processes(
        WarrenSettings settings,
        WireFormat wire,
        TaskRegistry registry,
        WorkerProperties properties,
        ObjectProvider<ApplicationOrigin> origin) {
      ApplicationOrigin application = origin.getIfAvailable();
      if (application == null) {
        throw new ConfigurationException(
            "tasks run in processes only in an application that SpringApplication has started;"
                + " set warren.worker.isolation=thread",
            null);
      }
      ChildProperties child = properties.child();
      List<String> environment = new ArrayList<>(ENVIRONMENT);
      environment.addAll(child.environment());
      DataSize maxMemory = child.maxMemory();
      return new ProcessExecutor(
          registry,
          wire,
          new ChildSettings(
              properties.concurrency(),
              child.maxTasks(),
              child.maxAge(),
              maxMemory == null ? null : maxMemory.toBytes(),
              child.startTimeout(),
              child.silence(),
              child.jvmArgs(),
              environment,
              settings.maxMessageBytes(),
              child.cache()),
          application.orders(properties, settings.maxMessageBytes()));
    }

    @Bean
    WorkerLifecycle warrenWorkerLifecycle(
        WorkerRuntime runtime,
        TaskBeans tasks,
        Initializer initializer,
        WorkerProperties properties) {
      return new WorkerLifecycle(runtime, tasks, initializer, properties.readyFile());
    }

    @Bean
    EndAfterMaxTasks warrenEndAfterMaxTasks(
        WorkerRuntime runtime, ConfigurableApplicationContext context) {
      return new EndAfterMaxTasks(runtime, context);
    }
  }

  /** A child of the worker, which is given tasks one by one. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty(name = ChildMain.ROLE, havingValue = ChildMain.CHILD)
  static class Child {

    @Bean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME)
    static ChildLifecycle warrenChildLifecycle() {
      return new ChildLifecycle();
    }

    @Bean
    ChildTasks warrenChildTasks(
        WireFormat wire, TaskRegistry registry, TaskBeans tasks, Initializer initializer) {
      ScheduledExecutorService timer = ChildTasks.timer();
      return new ChildTasks(
          wire,
          new ThreadExecutor(registry, timer),
          () -> {
            tasks.register();
            initializer.run();
          },
          timer);
    }
  }
}
