package dev.warren.worker.autoconfigure;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.worker.Task;
import dev.warren.worker.execute.TaskRegistry;
import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

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
    for (String name : beans.getBeanDefinitionNames()) {
      Class<?> type = beans.getType(name, false);
      if (type != null) {
        tasksOf(ClassUtils.getUserClass(type))
            .forEach((method, task) -> register(name, method, task));
      }
    }
    if (registry.names().isEmpty()) {
      throw new ConfigurationException(
          "this worker knows no task: annotate a public method of a Spring bean with"
              + " @Task(\"name\"), or set warren.worker.enabled=false",
          null);
    }
  }

  private static Map<Method, Task> tasksOf(Class<?> type) {
    return MethodIntrospector.selectMethods(
        type,
        (MethodIntrospector.MetadataLookup<@Nullable Task>)
            method -> AnnotatedElementUtils.findMergedAnnotation(method, Task.class));
  }

  private void register(String beanName, Method method, Task task) {
    Object bean = beans.getBean(beanName);
    registry.register(task.value(), bean, AopUtils.selectInvocableMethod(method, bean.getClass()));
  }
}
