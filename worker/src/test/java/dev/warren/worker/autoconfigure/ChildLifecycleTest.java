package dev.warren.worker.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

class ChildLifecycleTest {

  @Test
  void startsWhatStartsWithAnApplicationButNothingOfSpringAmqp() {
    Started started = new Started();
    AtomicBoolean made = new AtomicBoolean();
    try (GenericApplicationContext application = new GenericApplicationContext()) {
      application.registerBean(
          AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME,
          ChildLifecycle.class,
          ChildLifecycle::new);
      application.registerBean("started", Started.class, () -> started, d -> d.setLazyInit(true));
      application.registerBean(
          "broker",
          CachingConnectionFactory.class,
          () -> {
            made.set(true);
            return new CachingConnectionFactory();
          },
          d -> d.setLazyInit(true));
      application.refresh();

      assertThat(started.isRunning()).isTrue();
      assertThat(made).isFalse();
    }
    assertThat(started.isRunning()).isFalse();
  }

  private static final class Started implements SmartLifecycle {
    private boolean running;

    @Override
    public void start() {
      running = true;
    }

    @Override
    public void stop() {
      running = false;
    }

    @Override
    public boolean isRunning() {
      return running;
    }
  }
}
