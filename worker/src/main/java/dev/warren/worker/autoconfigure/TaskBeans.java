package dev.warren.worker.autoconfigure;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.worker.Task;
import dev.warren.worker.execute.RetryRules;
import dev.warren.worker.execute.TaskQuota;
import dev.warren.worker.execute.TaskRegistry;
import dev.warren.worker.execute.TaskRules;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.convert.DurationStyle;

/**
 * Finds the methods of Spring beans that are tasks; only beans that have one are created for it.
 */
final class TaskBeans {

  private final ListableBeanFactory beans;
  private final TaskRegistry registry;

  TaskBeans(ListableBeanFactory beans, TaskRegistry registry) {
    this.beans = beans;
    this.registry = registry;
  }

  /**
   * Registers every task.
   *
   * @throws ConfigurationException if there is none: such a worker would take tasks it cannot run
   */
  void register() {
    AnnotatedMethods.forEach(beans, Task.class, this::register);
    if (registry.names().isEmpty()) {
      throw new ConfigurationException(
          "this worker knows no task: annotate a public method of a Spring bean with"
              + " @Task(\"name\"), or set warren.worker.enabled=false",
          null);
    }
  }

  private void register(String beanName, Method method, Task task) {
    Object bean = beans.getBean(beanName);
    registry.register(
        task.value(),
        bean,
        AopUtils.selectInvocableMethod(method, bean.getClass()),
        new TaskRules(
            task.isolation(),
            duration(task, "softTimeLimit", task.softTimeLimit()),
            duration(task, "timeLimit", task.timeLimit()),
            retries(task),
            quota(task)));
  }

  private static @Nullable TaskQuota quota(Task task) {
    try {
      return TaskQuota.of(task.maxConcurrent(), task.rateLimit());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "@Task(\"%s\"): %s".formatted(task.value(), e.getMessage()), e);
    }
  }

  private static RetryRules retries(Task task) {
    if (task.maxRetries() == 0) {
      return RetryRules.NONE;
    }
    Duration backoff = duration(task, "backoff", task.backoff());
    Duration maxBackoff = duration(task, "maxBackoff", task.maxBackoff());
    boolean isFit = task.maxRetries() > 0 && task.jitter() >= 0 && task.jitter() <= 1;
    if (!isFit || backoff == null || maxBackoff == null) {
      throw new ConfigurationException(
          "@Task(\"%s\"): maxRetries must not be negative, jitter be 0 to 1, and backoff and"
                  .formatted(task.value())
              + " maxBackoff be there",
          null);
    }
    return new RetryRules(
        task.maxRetries(),
        backoff,
        maxBackoff,
        task.jitter(),
        List.of(task.retryOn()),
        List.of(task.dontRetryOn()));
  }

  private static @Nullable Duration duration(Task task, String name, String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      Duration duration = DurationStyle.detectAndParse(text);
      if (!duration.isNegative() && !duration.isZero()) {
        return duration;
      }
    } catch (IllegalArgumentException e) { // said below
    }
    throw new ConfigurationException(
        "@Task(\"%s\", %s = \"%s\"): that is no time, such as 30s or 500ms"
            .formatted(task.value(), name, text),
        null);
  }
}
