package dev.warren.producer.store;

import dev.warren.producer.ProducerProperties;
import java.time.Clock;

/** Makes stores for tests of other packages. */
public final class StoreFixture {

  private StoreFixture() {}

  public static TaskStore memory(ProducerProperties properties, Clock clock) {
    return new MemoryTaskStore(properties, clock);
  }
}
