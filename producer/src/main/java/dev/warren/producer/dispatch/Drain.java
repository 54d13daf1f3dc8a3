package dev.warren.producer.dispatch;

import org.springframework.context.SmartLifecycle;

/** At the end, refuses new tasks before the web server waits for its calls. */
final class Drain implements SmartLifecycle {

  private final Runnable drain;
  private volatile boolean running;

  Drain(Runnable drain) {
    this.drain = drain;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    drain.run();
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
