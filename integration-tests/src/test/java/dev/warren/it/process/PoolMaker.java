package dev.warren.it.process;

import dev.warren.Warren;
import dev.warren.worker.Task;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;

/** An application that makes a pool when it starts, named where only tasks should be. */
@Component
public class PoolMaker implements InitializingBean {

  private final Warren warren;

  PoolMaker(Warren warren) {
    this.warren = warren;
  }

  /** Makes a pool of one process. */
  @Override
  public void afterPropertiesSet() {
    warren.pool(1);
  }

  /** A task, without which there would be no worker. */
  @Task("process.nothing")
  public void nothing() {}
}
