package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

  private final Pace pace = new Pace();

  @Test
  void aWorkerThatHasRunFewTasksIsNotFast() {
    ran(20, Duration.ofNanos(10_000));

    assertThat(pace.isFast()).isFalse();
  }

  @Test
  void manyShortTasksMakeItFast() {
    ran(1_000, Duration.ofNanos(10_000));

    assertThat(pace.isFast()).isTrue();
  }

  @Test
  void tasksOfAMillisecondDoNot() {
    ran(10_000, Duration.ofMillis(1));

    assertThat(pace.isFast()).isFalse();
  }

  @Test
  void onePauseAmongShortTasksChangesNothing() {
    ran(1_000, Duration.ofNanos(10_000));
    ran(1, Duration.ofMillis(50));

    assertThat(pace.isFast()).isTrue();
  }

  @Test
  void longerTasksMakeItSlowAgain() {
    ran(1_000, Duration.ofNanos(10_000));
    ran(100, Duration.ofMillis(5));

    assertThat(pace.isFast()).isFalse();
  }

  @Test
  void oneThatRunsForLongMakesItSlowAtOnce() {
    ran(1_000, Duration.ofNanos(10_000));
    pace.isSlow();
    ran(20, Duration.ofNanos(10_000));

    assertThat(pace.isFast()).isFalse();
  }

  private void ran(int times, Duration each) {
    for (int i = 0; i < times; i++) {
      pace.ran(each.toNanos());
    }
  }
}
