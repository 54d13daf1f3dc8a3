package dev.warren.worker.autoconfigure;

import org.springframework.boot.context.event.ApplicationPreparedEvent;
import org.springframework.context.ApplicationListener;

/** Puts the {@link ApplicationOrigin} among the beans: only here it is known. */
final class OriginListener implements ApplicationListener<ApplicationPreparedEvent> {

  @Override
  public void onApplicationEvent(ApplicationPreparedEvent event) {
    if (event.getApplicationContext().getParent() == null) {
      event
          .getApplicationContext()
          .getBeanFactory()
          .registerSingleton(
              ApplicationOrigin.BEAN,
              ApplicationOrigin.of(event.getSpringApplication(), event.getArgs()));
    }
  }
}
