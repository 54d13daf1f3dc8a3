package dev.warren.worker.autoconfigure;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.MethodIntrospector.MetadataLookup;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.stereotype.Component;
import org.springframework.util.ClassUtils;

/** Finds the methods of an application's beans that have an annotation; makes no bean for it. */
final class AnnotatedMethods {

  /** Takes what was found. */
  @FunctionalInterface
  interface Found<A extends Annotation> {
    void take(String beanName, Method method, A annotation);
  }

  private AnnotatedMethods() {}

  /** Finds them in the order of the beans. */
  static <A extends Annotation> void forEach(
      ListableBeanFactory beans, Class<A> annotation, Found<A> found) {
    for (String name : beans.getBeanDefinitionNames()) {
      Class<?> type = beans.getType(name, false);
      if (type != null && !isSprings(type)) {
        of(ClassUtils.getUserClass(type), annotation)
            .forEach((method, its) -> found.take(name, method, its));
      }
    }
  }

  /** Looking at all methods of all of Spring's beans would be a good part of a child's start. */
  private static boolean isSprings(Class<?> type) {
    return type.getName().startsWith("org.springframework.")
        && !AnnotatedElementUtils.isAnnotated(ClassUtils.getUserClass(type), Component.class);
  }

  private static <A extends Annotation> Map<Method, A> of(Class<?> type, Class<A> annotation) {
    return MethodIntrospector.selectMethods(
        type,
        (MetadataLookup<@Nullable A>)
            method -> AnnotatedElementUtils.findMergedAnnotation(method, annotation));
  }
}
