package dev.warren.worker.autoconfigure;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.worker.PoolInitializer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ListableBeanFactory;

/** Runs the {@link PoolInitializer} methods of this process's beans. */
final class PoolInitializers implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(PoolInitializers.class);

  private final ListableBeanFactory beans;

  PoolInitializers(ListableBeanFactory beans) {
    this.beans = beans;
  }

  /**
   * Runs them, one after the other, on the calling thread.
   *
   * @throws ConfigurationException if one has parameters, is not public, or throws
   */
  @Override
  public void run() {
    AnnotatedMethods.forEach(
        beans, PoolInitializer.class, (bean, method, annotation) -> run(bean, method));
  }

  private void run(String beanName, Method method) {
    String place = method.getDeclaringClass().getSimpleName() + "." + method.getName();
    if (method.getParameterCount() > 0 || !Modifier.isPublic(method.getModifiers())) {
      throw new ConfigurationException(
          "@PoolInitializer %s: such a method must be public and have no parameters"
              .formatted(place),
          null);
    }
    Object bean = beans.getBean(beanName);
    try {
      Method callable = AopUtils.selectInvocableMethod(method, bean.getClass());
      callable.setAccessible(true); // a public method of a package-private bean
      callable.invoke(bean);
    } catch (InvocationTargetException e) { // the user's code
      Throwable thrown = e.getCause() == null ? e : e.getCause();
      throw new ConfigurationException(
          "@PoolInitializer %s failed: %s".formatted(place, thrown), thrown);
    } catch (IllegalAccessException e) {
      throw new ConfigurationException(
          "@PoolInitializer %s cannot be called: %s".formatted(place, e), e);
    }
    log.info("@PoolInitializer {} has run", place);
  }
}
