package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TaskLimitTest {

  private final AtomicInteger told = new AtomicInteger();

  @Test
  void exactlySoManyTasksBeginWhoeverAsks() {
    TaskLimit limit = new TaskLimit(100, told::incrementAndGet);

    long begun = IntStream.range(0, 10_000).parallel().filter(i -> limit.begin()).count();

    assertThat(begun).isEqualTo(100);
    assertThat(told).hasValue(1);
  }

  @Test
  void itTellsBeforeTheLastOne() {
    TaskLimit limit = new TaskLimit(2, told::incrementAndGet);

    assertThat(limit.begin()).isTrue();
    assertThat(told).hasValue(0);
    assertThat(limit.begin()).isTrue();
    assertThat(told).hasValue(1);
  }

  @Test
  void withoutALimitEveryTaskBegins() {
    TaskLimit limit = new TaskLimit(null, told::incrementAndGet);

    assertThat(IntStream.range(0, 1_000).allMatch(i -> limit.begin())).isTrue();
    assertThat(told).hasValue(0);
  }
}
