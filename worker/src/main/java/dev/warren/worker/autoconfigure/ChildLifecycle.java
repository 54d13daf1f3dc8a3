package dev.warren.worker.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.Lifecycle;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * Starts in a child what starts with an application, but nothing of Spring AMQP: a child does not
 * talk to the broker, and its listeners would take their messages from the worker's.
 */
final class ChildLifecycle extends DefaultLifecycleProcessor {

  private static final String SPRING_AMQP = "org.springframework.amqp.";

  private @Nullable ConfigurableListableBeanFactory beans;

  @Override
  public void setBeanFactory(BeanFactory beanFactory) {
    super.setBeanFactory(beanFactory);
    beans = (ConfigurableListableBeanFactory) beanFactory;
  }

  /** As it is inherited, but for Spring AMQP's beans, which are not even made here. */
  @Override
  protected Map<String, Lifecycle> getLifecycleBeans() {
    ConfigurableListableBeanFactory all = Objects.requireNonNull(beans);
    Map<String, Lifecycle> found = new LinkedHashMap<>();
    for (String name : all.getBeanNamesForType(Lifecycle.class, false, false)) {
      Class<?> type = all.getType(name, false);
      boolean isMade = all.containsSingleton(BeanFactoryUtils.transformedBeanName(name));
      if (type != null
          && !type.getName().startsWith(SPRING_AMQP)
          && (isMade || SmartLifecycle.class.isAssignableFrom(type))
          && all.getBean(name) instanceof Lifecycle bean
          && bean != this) {
        found.put(name, bean);
      }
    }
    return found;
  }
}
