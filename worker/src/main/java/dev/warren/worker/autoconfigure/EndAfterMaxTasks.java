package dev.warren.worker.autoconfigure;

import dev.warren.worker.delivery.WorkerRuntime;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Ends the process, with exit code 0, when the worker has run as many tasks as it may: what else
 * its application does must not keep a worker alive that takes no tasks.
 */
final class EndAfterMaxTasks implements InitializingBean {

  private final WorkerRuntime runtime;
  private final ConfigurableApplicationContext context;

  EndAfterMaxTasks(WorkerRuntime runtime, ConfigurableApplicationContext context) {
    this.runtime = runtime;
    this.context = context;
  }

  @Override
  public void afterPropertiesSet() {
    runtime
        .spent()
        .thenRun(
            () ->
                new Thread(() -> System.exit(SpringApplication.exit(context)), "warren-end")
                    .start());
  }
}
