package dev.warren.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

  private final Pace pace = new Pace();

  @Test
  void aWorkerThatHasRunFewTasksFetchesNoneAhead() {
    ran(20, Duration.ofNanos(10_000));

    assertThat(pace.ahead(8, 0)).isZero();
  }

  @Test
  void theShortestTasksAreFetchedInTheLargestNumber() {
    ran(1_000, Duration.ofNanos(10_000));

    assertThat(pace.ahead(2, 0)).isEqualTo(Pace.MOST_AHEAD);
  }

  @Test
  void asManyAreFetchedAsTheSlotsRunInSomeMilliseconds() {
    ran(1_000, Duration.ofMillis(2));

    assertThat(pace.ahead(8, 0)).isEqualTo(20);
  }

  @Test
  void tasksThatTakeLongerThanTheWaitForTheNextAreNotFetchedAhead() {
    ran(1_000, Duration.ofMillis(90));

    assertThat(pace.ahead(4, 0)).isZero();
  }

  @Test
  void manySlotsRunOneInThatTimeAllTheSame() {
    ran(1_000, Duration.ofMillis(50));

    assertThat(pace.ahead(16, 0)).isEqualTo(2);
  }

  @Test
  void aSmallChangeOfPaceChangesNothing() {
    ran(1_000, Duration.ofMillis(3));

    assertThat(pace.ahead(8, 20)).isEqualTo(20);
    assertThat(pace.ahead(8, 8)).isEqualTo(8);
  }

  @Test
  void onePauseAmongShortTasksChangesNothing() {
    ran(1_000, Duration.ofNanos(10_000));
    ran(1, Duration.ofMillis(50));

    assertThat(pace.ahead(2, Pace.MOST_AHEAD)).isEqualTo(Pace.MOST_AHEAD);
  }

  @Test
  void longerTasksLowerTheNumber() {
    ran(1_000, Duration.ofNanos(10_000));
    ran(300, Duration.ofMillis(5));

    assertThat(pace.ahead(2, Pace.MOST_AHEAD)).isEqualTo(2);
  }

  @Test
  void oneThatRunsForLongEndsItAtOnce() {
    ran(1_000, Duration.ofNanos(10_000));
    pace.isSlow();
    ran(20, Duration.ofNanos(10_000));

    assertThat(pace.ahead(2, Pace.MOST_AHEAD)).isZero();
  }

  private void ran(int times, Duration each) {
    for (int i = 0; i < times; i++) {
      pace.ran(each.toNanos());
    }
  }
}
