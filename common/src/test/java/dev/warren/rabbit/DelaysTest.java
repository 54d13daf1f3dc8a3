package dev.warren.rabbit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DelaysTest {

  @Test
  void aDelayIsRoundedUpToUnitsBecauseNothingMayBeEarly() {
    assertThat(Delays.units(Duration.ZERO)).isZero();
    assertThat(Delays.units(Duration.ofSeconds(-1))).isZero();
    assertThat(Delays.units(Duration.ofNanos(1))).isEqualTo(1);
    assertThat(Delays.units(Duration.ofMillis(250))).isEqualTo(1);
    assertThat(Delays.units(Duration.ofMillis(251))).isEqualTo(2);
    assertThat(Delays.units(Duration.ofHours(1))).isEqualTo(4 * 3600);
    assertThat(Delays.units(Duration.ofDays(365_000))).isEqualTo((1L << Delays.LEVELS) - 1);
  }

  @Test
  void aKeyHasTheDigitsTheHighestFirstAndThenTheQueue() {
    assertThat(Delays.key(0b101, "a.queue"))
        .isEqualTo("0.".repeat(Delays.LEVELS - 3) + "1.0.1.a.queue");
  }
}
