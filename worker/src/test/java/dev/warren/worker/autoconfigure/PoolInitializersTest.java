package dev.warren.worker.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.warren.WarrenException.ConfigurationException;
import dev.warren.worker.PoolInitializer;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

class PoolInitializersTest {

  static class Model {
    int loaded;

    @PoolInitializer
    public void load() {
      loaded++;
    }
  }

  static class Asking {
    @PoolInitializer
    public void load(String what) {}
  }

  static class Failing {
    @PoolInitializer
    public void load() {
      throw new IllegalStateException("no model");
    }
  }

  @Test
  void eachMethodRunsOnce() {
    try (var context = new AnnotationConfigApplicationContext(Model.class)) {
      new PoolInitializers(context).run();

      assertThat(context.getBean(Model.class).loaded).isEqualTo(1);
    }
  }

  @Test
  void aMethodWithParametersIsNamed() {
    assertRefused(Asking.class, "Asking.load", "no parameters");
  }

  @Test
  void aFailureTellsWhichAndWhy() {
    assertRefused(Failing.class, "Failing.load", "no model");
  }

  private static void assertRefused(Class<?> bean, String... told) {
    try (var context = new AnnotationConfigApplicationContext(bean)) {
      assertThatThrownBy(() -> new PoolInitializers(context).run())
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContainingAll(told);
    }
  }
}
